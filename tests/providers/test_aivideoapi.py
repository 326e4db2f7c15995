"""aivideoapi.ai's words: what we send, and everything it has been seen or said to answer."""

import json
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path

import pytest
from yarl import URL

from bot.errors import ProviderError
from bot.generation.catalog import Catalog
from bot.generation.request import Appearance, AspectRatio, Resolution
from bot.providers.aivideoapi import AiVideoApi
from bot.providers.dialect import Stage
from bot.providers.task import UPLOAD_LIMIT, make_free_session
from bot.web.server import serve
from bot.web.site import Web

GOLDEN = Path(__file__).parents[1] / "golden/aivideoapi"
MODEL = "gemini-3.1-flash-image"


def rows(name):
    listed = json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))
    return [pytest.param(row, id=row["name"]) for row in listed]


@pytest.fixture
def aivideoapi():
    return AiVideoApi("https://api.example/")


def test_addresses_have_no_double_slash_and_quote_what_came_from_outside(aivideoapi):
    assert aivideoapi.create_url == "https://api.example/v1/images/generations"
    assert aivideoapi.upload_url is None
    assert aivideoapi.balance_url == "https://api.example/v1/credits"
    assert aivideoapi.poll_url("../a?b#c") == "https://api.example/v1/tasks/..%2Fa%3Fb%23c"


@pytest.mark.parametrize("row", rows("requests"))
def test_a_request_is_worded_as_documented(aivideoapi, catalog, request_for, row):
    changes = dict(row["changes"])
    cast = changes.get("characters", ())
    changes["characters"] = tuple(Appearance(**one) for one in cast)
    changes["aspect_ratio"] = AspectRatio(changes.get("aspect_ratio", "auto"))
    changes["resolution"] = Resolution(changes.get("resolution", "1K"))
    body = aivideoapi.body(
        catalog.offer("aivideoapi", changes["model"]),
        request_for(**changes),
        image_urls=[f"https://files.example/{n}.png" for n in range(row["images"])],
        callback_url=row["callback"],
    )
    assert json.loads(json.dumps(body)) == row["body"]


@pytest.mark.parametrize("row", rows("answers"))
def test_an_answer_about_a_task_is_read_in_every_shape(aivideoapi, row):
    task = aivideoapi.read(row["body"])
    if row["stage"] is None:
        assert task is None
        return
    assert task.stage is Stage[row["stage"]]
    assert list(task.urls) == row["urls"]
    assert (task.id, task.model) == (row["id"], row["model"])


@pytest.mark.parametrize("row", rows("errors"))
async def test_a_refusal_to_create_has_its_kind_and_its_price(
    upstream, told, make_task_provider, request_for, observer, folder, row
):
    body = row["body"].encode() if isinstance(row["body"], str) else row["body"]
    upstream.script(told(body, row["status"], row["headers"]))
    with pytest.raises(ProviderError) as caught:
        await make_task_provider("aivideoapi").generate(
            request_for(model=MODEL), folder=folder, observer=observer
        )
    error = caught.value
    assert (error.kind, error.billed) == (row["kind"], row["billed"])
    assert (error.retry_after, error.said) == (row["retry_after"], row["said"])
    assert len(upstream.received) == 1
    assert observer.tasks == []


@pytest.mark.parametrize("row", rows("failures"))
async def test_a_failed_task_has_its_kind_and_is_paid_back(
    upstream, told, make_task_provider, request_for, observer, folder, row
):
    upstream.script(told({"id": "t-1", "status": "pending"}), told(row["body"]))
    with pytest.raises(ProviderError) as caught:
        await make_task_provider("aivideoapi").generate(
            request_for(model=MODEL), folder=folder, observer=observer
        )
    error = caught.value
    assert (error.kind, error.billed) == (row["kind"], row["billed"])
    assert (error.retry_after, error.said) == (row["retry_after"], row["said"])
    assert "t-1" in error.detail


async def test_a_reference_image_is_refused_before_anything_is_paid(
    upstream, make_task_provider, request_for, stored_reference, observer, folder, png
):
    """It takes public addresses only, which ours are not; whatever the catalog says of it."""
    asked = request_for(model=MODEL, reference_images=(stored_reference(png),))
    for changes in ({}, {"upstream": Catalog.load(public_url=True).upstreams["aivideoapi"]}):
        provider = make_task_provider("aivideoapi", **changes)
        with pytest.raises(ProviderError) as caught:
            await provider.generate(asked, folder=folder, observer=observer)
        assert (caught.value.kind, caught.value.billed) == ("invalid_request", "no")
        assert upstream.received == []


class Shop:
    """A Shelf with a window; `lent` is what is in it now, by address."""

    def __init__(self):
        self.lent = {}
        self.numbers = count()

    @contextmanager
    def offer(self, path, mime):
        url = f"https://bot.example/references/{next(self.numbers)}"
        self.lent[url] = (path.read_bytes(), mime)
        try:
            yield url
        finally:
            del self.lent[url]


@pytest.fixture
def edit(make_task_provider, request_for, observer, folder):
    """One call with these references, as with a public address."""

    async def run(*references, **changes):
        upstream = Catalog.load(public_url=True).upstreams["aivideoapi"]
        provider = make_task_provider("aivideoapi", upstream=upstream, **changes)
        asked = request_for(model=MODEL, reference_images=references)
        return await provider.generate(asked, folder=folder, observer=observer)

    return run


async def test_reference_images_are_lent_until_the_task_is_over(
    upstream, told, edit, stored_reference, png
):
    """By addresses in order; a slow upstream still finds them when it has begun to work."""
    shop = Shop()
    jpeg = b"\xff\xd8\xff" + bytes(60)
    seen = []

    async def working(scripted, writer):
        seen.append(dict(shop.lent))
        await told({"id": "t-1", "status": "processing"})(scripted, writer)

    done = {"id": "t-1", "status": "completed", "output": {"urls": [f"{upstream.url}/r.png"]}}
    upstream.script(
        told({"code": 200, "data": {"taskId": "t-1"}}), working, working, told(done), told(png)
    )
    await edit(stored_reference(jpeg, "image/jpeg"), stored_reference(png), shelf=shop)
    first, second = (f"https://bot.example/references/{number}" for number in range(2))
    assert upstream.received[0].document["input"]["image_urls"] == [first, second]
    assert seen == [{first: (jpeg, "image/jpeg"), second: (png, "image/png")}] * 2
    assert shop.lent == {}


async def test_it_fetches_a_reference_image_from_us_however_late(
    upstream, told, edit, stored_reference, png
):
    """End to end over our own web, as late as it is asked about the task; afterwards no more."""
    site = Web(public_url="https://bot.example", now=lambda: datetime.now(UTC))
    picture = png + bytes(100_000)
    async with serve(site, host="127.0.0.1", port=0) as port, make_free_session() as session:

        async def fetch():
            url = URL(upstream.received[0].document["input"]["image_urls"][0])
            ours = url.with_scheme("http").with_host("127.0.0.1").with_port(port)
            async with session.get(ours) as answer:
                return answer.status, answer.content_type, await answer.read()

        async def working(scripted, writer):
            assert await fetch() == (200, "image/png", picture)
            done = {"status": "completed", "output": {"urls": [f"{upstream.url}/r.png"]}}
            await told({"id": "t-1", **done})(scripted, writer)

        upstream.script(told({"code": 200, "data": {"taskId": "t-1"}}), working, told(png))
        generation = await edit(stored_reference(picture), shelf=site)
        assert generation.images[0].path.read_bytes() == png
        assert (await fetch())[0] == 404


async def test_reference_images_are_taken_back_when_it_fails(
    upstream, told, edit, stored_reference, png
):
    shop = Shop()
    upstream.script(told({"error": {"code": "insufficient_credits", "message": "m"}}, 402))
    with pytest.raises(ProviderError):
        await edit(stored_reference(png), shelf=shop)
    assert len(upstream.received) == 1
    assert shop.lent == {}


async def test_a_reference_image_that_is_gone_or_too_large_is_not_lent(
    upstream, edit, stored_reference, tmp_path, png
):
    """Nor is anything paid, and what was lent before it is taken back."""
    shop = Shop()
    large, gone = stored_reference(bytes(UPLOAD_LIMIT + 1)), stored_reference(b"gone")
    (tmp_path / "references" / gone.digest).unlink()
    for reference, kind in ((large, "payload_too_large"), (gone, "invalid_image")):
        with pytest.raises(ProviderError) as caught:
            await edit(stored_reference(png), reference, shelf=shop)
        assert (caught.value.kind, caught.value.billed) == (kind, "no")
    assert upstream.received == []
    assert shop.lent == {}


@pytest.mark.parametrize("row", rows("balances"))
def test_the_balance_is_in_credits(aivideoapi, row):
    balance = aivideoapi.balance(row["body"])
    if row["amount"] is None:
        assert balance is None
        return
    assert balance.amount == Decimal(row["amount"])
    assert (balance.unit, balance.unlimited) == (row["unit"], row["unlimited"])
