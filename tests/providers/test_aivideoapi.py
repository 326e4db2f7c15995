"""aivideoapi.ai's words: what we send, and everything it has been seen or said to answer."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from bot.errors import ProviderError
from bot.generation.request import AspectRatio, Resolution
from bot.providers.aivideoapi import AiVideoApi
from bot.providers.dialect import Stage

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
    """It takes public addresses only, which ours are not."""
    asked = request_for(model=MODEL, reference_images=(stored_reference(png),))
    with pytest.raises(ProviderError) as caught:
        await make_task_provider("aivideoapi").generate(asked, folder=folder, observer=observer)
    assert (caught.value.kind, caught.value.billed) == ("invalid_request", "no")
    assert upstream.received == []


@pytest.mark.parametrize("row", rows("balances"))
def test_the_balance_is_in_credits(aivideoapi, row):
    balance = aivideoapi.balance(row["body"])
    if row["amount"] is None:
        assert balance is None
        return
    assert balance.amount == Decimal(row["amount"])
    assert (balance.unit, balance.unlimited) == (row["unit"], row["unlimited"])
