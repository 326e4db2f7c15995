"""Every row of every upstream's error table over HTTP: its kind, wait, bill, and the calls made."""

import json
from pathlib import Path

import pytest

from bot.errors import Billed, ErrorKind

GOLDEN = Path(__file__).parents[2] / "golden"
TABLES = {
    "google": ["gemini/errors", "gemini/answers"],
    "apiyi": ["gemini/errors", "apiyi/errors", "gemini/answers"],
    "apiyi-chat": ["openai_chat/errors", "apiyi/errors", "openai_chat/answers"],
    "evolink-chat": ["openai_chat/errors", "openai_chat/answers"],
    "evolink": ["evolink/errors"],
    "toapis": ["toapis/errors"],
    "aivideoapi": ["aivideoapi/errors"],
}
"""The tables of each provider, in tests/golden."""

TASKS = ("evolink", "toapis", "aivideoapi")
TRIES = {
    ErrorKind.RATE_LIMITED: 4,
    ErrorKind.OVERLOADED: 4,
    ErrorKind.CONNECT_FAILED: 4,
    ErrorKind.UPSTREAM_ERROR: 2,
    ErrorKind.NO_IMAGE: 2,
    ErrorKind.MALFORMED_RESPONSE: 2,
}
"""Calls until it is given up, for what passes; anything else is one call."""

ONLY_FREE = {
    ErrorKind.RATE_LIMITED,
    ErrorKind.OVERLOADED,
    ErrorKind.CONNECT_FAILED,
    ErrorKind.UPSTREAM_ERROR,
}
"""Tried again only where the upstream is known not to bill."""

LONGEST = 60
"""Seconds; an upstream that asks for more is left for another."""


def rows(*tables):
    """Rows of golden tables that are refusals, each with its table and name."""
    read = [
        (f"{table}: {row['name']}", {"status": 200, **row, **row.get("outcome", {})})
        for table in tables
        for row in json.loads((GOLDEN / f"{table}.json").read_text("utf-8"))
    ]
    refusals = [(name, row) for name, row in read if "kind" in row]
    assert refusals
    return refusals


def expected_calls(row, billed, *, tasks=False):
    kind = ErrorKind(row["kind"])
    if tasks and kind is ErrorKind.MALFORMED_RESPONSE:
        # There may be a task all the same.
        return 1
    wait = row.get("retry_after") or 0
    if wait > LONGEST or (kind in ONLY_FREE and billed is not Billed.NO):
        return 1
    return TRIES.get(kind, 1)


def test_every_provider_has_its_table(catalog):
    assert set(TABLES) == set(catalog.upstreams)


@pytest.fixture
def refuse(stage_for, provider_at, any_request, fail, catalog):
    """Let a provider meet a row; what it made of it."""

    async def run(name, row, **acts):
        stage = stage_for(name)
        for act, step in acts.items():
            setattr(stage, act, step)
        failed = await fail(provider_at(name, stage.opened()), any_request(name))
        by_call = row.get("billed_by_call") if catalog.upstreams[name].bills_refusals else None
        billed = Billed(by_call or row["billed"])
        assert (failed.kind, failed.error.billed) == (row["kind"], billed)
        assert failed.error.provider == name
        tasks = catalog.upstreams[name].dialect in TASKS
        assert stage.calls == failed.calls == expected_calls(row, billed, tasks=tasks)
        if "said" in row:
            assert failed.error.said == row["said"]
        return failed

    return run


def body_of(row):
    return row["body"].encode() if isinstance(row["body"], str) else row["body"]


async def test_a_refusal_has_its_kind_its_wait_its_bill_and_its_calls(refuse, told, name, flaws):
    """As HTTP errors, and as errors and refusals that come with a good status."""
    for case, row in rows(*TABLES[name]):
        with flaws.of(case):
            answer = told(body_of(row), row["status"], row.get("headers"))
            failed = await refuse(name, row, paid=answer)
            if row.get("headers", {}).get("Retry-After", "").endswith("GMT"):
                # Its length depends on the clock, which is this machine's here.
                assert failed.error.retry_after is not None
            else:
                assert failed.error.retry_after == row.get("retry_after")


@pytest.mark.parametrize("provider", TASKS)
async def test_a_failed_task_has_its_kind_its_wait_its_bill_and_its_calls(
    refuse, told, provider, flaws
):
    """A call is a task that was created; a failed one is paid back."""
    created = {"code": 200, "data": {"taskId": "t-1"}}
    paid = told(created if provider == "aivideoapi" else {"id": "t-1", "status": "pending"})
    for case, row in rows(f"{provider}/failures"):
        with flaws.of(case):
            failed = await refuse(provider, row, paid=paid, poll=told(body_of(row)))
            assert failed.error.retry_after == row.get("retry_after")


SHAPES = (
    b"",
    b"[]",
    b"null",
    b'"a text"',
    b"[[[[",
    b"{",
    b"\xff\xfe{",
    b"<html>\x00</html>",
    b"1e999",
)
STATUSES = {
    401: ErrorKind.AUTH_INVALID,
    403: ErrorKind.PERMISSION_DENIED,
    404: ErrorKind.WRONG_ENDPOINT,
    429: ErrorKind.RATE_LIMITED,
    500: ErrorKind.UPSTREAM_ERROR,
    503: ErrorKind.OVERLOADED,
}


async def test_an_error_of_any_shape_has_the_kind_of_its_status(
    name, stage, scripted, any_request, fail, told, flaws
):
    """What is not the upstream's own word does not tell that nothing was drawn."""
    for body in SHAPES:
        provider = scripted()
        for status, kind in STATUSES.items():
            with flaws.of(status, body):
                stage.heard.clear()
                stage.paid = told(body, status)
                failed = await fail(provider, any_request(name))
                doubtful = kind is ErrorKind.UPSTREAM_ERROR
                billed = Billed.UNKNOWN if doubtful else Billed.NO
                assert (failed.kind, failed.error.billed) == (kind, billed)
                assert stage.calls == (1 if doubtful else TRIES.get(kind, 1))


@pytest.mark.parametrize(
    "leak",
    [
        *("words", "code", "page", "blocked", "200"),
        "head",
    ],
)
async def test_a_key_that_is_echoed_is_not_repeated(
    name, stage, scripted, any_request, fail, told, upstream, key, leak
):
    """Whatever the upstream says of it, and wherever; `fail` looks everywhere."""
    stage.paid = {
        "words": told({"error": {"message": f"the key {key} is not good"}}, 401),
        "code": told({"error": {"code": key, "message": "", "param": key}}, 400),
        "page": told(f"<html>{key}</html>".encode(), 502),
        "blocked": told(
            {"error": {"code": "content_policy_violation", "message": f"not for {key}"}}, 422
        ),
        "200": told({"error": {"message": f"not with Bearer {key}"}, "choices": [], "id": ""}),
        "head": upstream.raw(f"HTTP/1.1 200 {key}\r\nbad {key}\r\n\r\n".encode()),
    }[leak]
    await fail(scripted(), any_request(name))
    assert stage.calls >= 1
