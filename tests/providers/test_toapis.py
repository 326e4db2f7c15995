"""ToAPIs's words: what we send, and everything it has been seen or said to answer."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.errors import ProviderError
from bot.generation.request import Appearance, AspectRatio, Resolution
from bot.providers.dialect import Stage
from bot.providers.toapis import ToApis, verify_signature

GOLDEN = Path(__file__).parents[1] / "golden/toapis"


def rows(name):
    listed = json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))
    return [pytest.param(row, id=row["name"]) for row in listed]


@pytest.fixture
def toapis():
    return ToApis("https://api.example/")


def test_addresses_have_no_double_slash_and_quote_what_came_from_outside(toapis):
    assert toapis.create_url == "https://api.example/v1/images/generations"
    assert toapis.upload_url == "https://api.example/v1/uploads/images"
    assert toapis.balance_url == "https://api.example/v1/user/balance"
    assert toapis.poll_url("../a?b#c") == "https://api.example/v1/images/generations/..%2Fa%3Fb%23c"


@pytest.mark.parametrize("row", rows("requests"))
def test_a_request_is_worded_as_documented(toapis, catalog, request_for, row):
    changes = dict(row["changes"])
    cast = changes.get("characters", ())
    changes["characters"] = tuple(Appearance(**one) for one in cast)
    changes["aspect_ratio"] = AspectRatio(changes.get("aspect_ratio", "auto"))
    changes["resolution"] = Resolution(changes.get("resolution", "1K"))
    body = toapis.body(
        catalog.offer("toapis", changes["model"]),
        request_for(**changes),
        image_urls=[f"https://files.example/{n}.png" for n in range(row["images"])],
        callback_url=row["callback"],
    )
    assert json.loads(json.dumps(body)) == row["body"]


@pytest.mark.parametrize("row", rows("answers"))
def test_an_answer_about_a_task_is_read_in_every_shape(toapis, row):
    task = toapis.read(row["body"])
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
        await make_task_provider("toapis").generate(request_for(), folder=folder, observer=observer)
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
        await make_task_provider("toapis").generate(request_for(), folder=folder, observer=observer)
    error = caught.value
    assert (error.kind, error.billed) == (row["kind"], row["billed"])
    assert (error.retry_after, error.said) == (row["retry_after"], row["said"])
    assert "t-1" in error.detail


@pytest.mark.parametrize("row", rows("uploads"))
def test_the_address_of_an_upload_is_found(toapis, row):
    assert toapis.uploaded(row["body"]) == row["url"]


@pytest.mark.parametrize("row", rows("balances"))
def test_the_balance_has_no_known_unit(toapis, row):
    balance = toapis.balance(row["body"])
    if row["amount"] is None:
        assert balance is None
        return
    assert balance.amount == Decimal(row["amount"])
    assert (balance.unit, balance.unlimited) == (row["unit"], row["unlimited"])


# --- webhooks ----------------------------------------------------------------------------------

SECRET = "whsec-0123456789"
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
BODY = b'{"id":"evt_1","type":"generation.completed","data":{"task_id":"task_img_1"}}'


def sign(secret=SECRET, event="evt_1", at=NOW, body=BODY):
    message = f"{event}.{int(at.timestamp())}.".encode() + body
    return "v1=" + hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def headers(signature, event="evt_1", at=NOW):
    return {
        "X-ToAPIs-Webhook-Id": event,
        "X-ToAPIs-Webhook-Timestamp": str(int(at.timestamp())),
        "X-ToAPIs-Webhook-Signature": signature,
    }


@pytest.mark.parametrize(
    "signature",
    [
        sign(),
        sign().upper().replace("V1", "v1"),
        f"{sign('the other secret')},{sign()}",
        f"{sign()}, {sign('the other secret')}",
        f"v2=abc,{sign()}",
    ],
)
def test_a_webhook_signed_with_our_secret_is_theirs(signature):
    """Also as one of two signatures, while a secret is being changed."""
    assert verify_signature(SECRET, headers(signature), BODY, NOW)


def test_the_names_of_headers_have_no_case():
    lower = {name.lower(): value for name, value in headers(sign()).items()}
    assert verify_signature(SECRET, lower, BODY, NOW)


@pytest.mark.parametrize("seconds", [-300, -299, 0, 299, 300])
def test_a_webhook_may_be_five_minutes_old_or_early(seconds):
    assert verify_signature(SECRET, headers(sign()), BODY, NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize("seconds", [-301, 301, 86400, -86400])
def test_an_older_webhook_is_nobodys(seconds):
    assert not verify_signature(SECRET, headers(sign()), BODY, NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("given", "body"),
    [
        (headers(sign()), BODY + b" "),
        (headers(sign(), event="evt_2"), BODY),
        (headers(sign(), at=NOW + timedelta(seconds=1)), BODY),
        (headers(sign("another")), BODY),
        (headers(sign().removeprefix("v1=")), BODY),
        (headers(sign().replace("v1=", "v0=")), BODY),
        (headers(sign()[:-1]), BODY),
        (headers("v1="), BODY),
        (headers("v1=\udcff"), BODY),
        (headers(""), BODY),
        ({}, BODY),
        ({**headers(sign()), "X-ToAPIs-Webhook-Timestamp": "now"}, BODY),
        ({**headers(sign()), "X-ToAPIs-Webhook-Timestamp": "٣"}, BODY),
        ({**headers(sign()), "X-ToAPIs-Webhook-Timestamp": "9" * 5000}, BODY),
        ({**headers(sign()), "X-ToAPIs-Webhook-Id": ""}, BODY),
    ],
)
def test_anything_else_is_nobodys(given, body):
    assert not verify_signature(SECRET, given, body, NOW)


def test_no_secret_verifies_nothing():
    """One that is not set must not be taken for an empty one."""
    assert not verify_signature("", headers(sign("")), BODY, NOW)
