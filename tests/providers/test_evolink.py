"""EvoLink's words: what we send, and everything it has been seen or said to answer."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from bot.errors import ProviderError
from bot.generation.request import Appearance, AspectRatio, Resolution
from bot.providers.dialect import Stage
from bot.providers.evolink import EvoLink

GOLDEN = Path(__file__).parents[1] / "golden/evolink"


def rows(name):
    listed = json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))
    return [pytest.param(row, id=row["name"]) for row in listed]


@pytest.fixture
def evolink():
    return EvoLink("https://api.example/", files_url="https://files.example/")


def test_addresses_have_no_double_slash_and_quote_what_came_from_outside(evolink):
    assert evolink.create_url == "https://api.example/v1/images/generations"
    assert evolink.upload_url == "https://files.example/api/v1/files/upload/stream"
    assert evolink.balance_url == "https://api.example/v1/credits"
    assert evolink.poll_url("../a?b#c") == "https://api.example/v1/tasks/..%2Fa%3Fb%23c"


def test_every_paid_call_has_a_run_of_its_own(evolink):
    assert evolink.headers("0f" * 16) == {
        "Idempotency-Key": "run_" + "0f" * 16,
        "X-Evo-Run-Id": "run_" + "0f" * 16,
    }


@pytest.mark.parametrize("row", rows("requests"))
def test_a_request_is_worded_as_documented(evolink, catalog, request_for, row):
    changes = dict(row["changes"])
    cast = changes.get("characters", ())
    changes["characters"] = tuple(Appearance(**one) for one in cast)
    changes["aspect_ratio"] = AspectRatio(changes.get("aspect_ratio", "auto"))
    changes["resolution"] = Resolution(changes.get("resolution", "1K"))
    body = evolink.body(
        catalog.offer("evolink", changes["model"]),
        request_for(**changes),
        image_urls=[f"https://files.example/{n}.png" for n in range(row["images"])],
        callback_url=row["callback"],
    )
    assert json.loads(json.dumps(body)) == row["body"]


@pytest.mark.parametrize(
    ("url", "is_sent"),
    [
        ("https://bot.example/callbacks/evolink/token", True),
        ("https://bot.example/".ljust(2048, "x"), True),
        ("https://bot.example/".ljust(2049, "x"), False),
        ("http://bot.example/callbacks/evolink/token", False),
        ("http://127.0.0.1:8080/callbacks/evolink/token", False),
        ("ftp://bot.example/", False),
        ("", False),
    ],
)
def test_only_a_callback_address_that_it_takes_is_sent(evolink, catalog, request_for, url, is_sent):
    """Any other would cost the picture: it refuses the whole request for it."""
    request = request_for()
    offer = catalog.offer("evolink", request.model)
    body = evolink.body(offer, request, image_urls=[], callback_url=url)
    assert body.get("callback_url") == (url if is_sent else None)


@pytest.mark.parametrize("row", rows("answers"))
def test_an_answer_about_a_task_is_read_in_every_shape(evolink, row):
    task = evolink.read(row["body"])
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
        await make_task_provider("evolink").generate(
            request_for(), folder=folder, observer=observer
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
        await make_task_provider("evolink").generate(
            request_for(), folder=folder, observer=observer
        )
    error = caught.value
    assert (error.kind, error.billed) == (row["kind"], row["billed"])
    assert (error.retry_after, error.said) == (row["retry_after"], row["said"])
    assert "t-1" in error.detail


@pytest.mark.parametrize("row", rows("uploads"))
def test_the_address_of_an_upload_is_found(evolink, row):
    assert evolink.uploaded(row["body"]) == row["url"]


@pytest.mark.parametrize("row", rows("balances"))
def test_the_balance_is_the_accounts_and_not_the_keys(evolink, row):
    balance = evolink.balance(row["body"])
    if row["amount"] is None:
        assert balance is None
        return
    assert balance.amount == Decimal(row["amount"])
    assert (balance.unit, balance.unlimited) == (row["unit"], row["unlimited"])
