"""Every row of the error tables, and what may be repeated of an error."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from bot.errors import Billed, ErrorKind
from bot.providers.classify import Source, classify

ROWS = json.loads((Path(__file__).parents[1] / "golden/gemini/errors.json").read_text("utf-8"))
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
KEY = "sk-test-0123456789abcdef"


def told(status, body, *, headers=None, bills_refusals=False):
    return classify(
        Source("somewhere", bills_refusals, KEY),
        status=status,
        headers=CIMultiDict(headers or {}),
        body=body if isinstance(body, bytes) else json.dumps(body).encode(),
        now=NOW,
    )


@pytest.mark.parametrize("row", ROWS, ids=[row["name"] for row in ROWS])
def test_every_row_of_the_tables(row):
    body = row["body"]
    body = body.encode() if isinstance(body, str) else body
    error = told(row["status"], body, headers=row["headers"])
    assert error.kind == row["kind"]
    assert error.billed == row["billed"]
    assert error.retry_after == row.get("retry_after")
    charging = told(row["status"], body, headers=row["headers"], bills_refusals=True)
    assert charging.billed == row.get("billed_by_call", row["billed"])


@given(status=st.integers(100, 599), body=st.one_of(st.binary(), st.text().map(str.encode)))
def test_any_body_is_told_as_some_kind(status, body):
    """No body crashes it, and what cannot be told apart is never called free by accident."""
    error = told(status, body)
    assert error.kind in ErrorKind
    assert status not in (408, 504, 520, 524) or error.billed is not Billed.NO


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.just("{}")),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ["error", "code", "message", "status", "details", "violations", "reason", "param"]
            ),
            inner,
            max_size=5,
        ),
    ),
)


@given(status=st.sampled_from([200, 400, 429, 500]), document=json_values)
def test_any_shape_of_json_is_told_as_some_kind(status, document):
    assert told(status, document).kind in ErrorKind


def test_deeply_nested_json_is_no_trouble():
    assert told(500, b"[" * 100_000).kind is ErrorKind.UPSTREAM_ERROR
    nested = {"error": {"message": "x"}}
    for _ in range(40):
        nested = {"error": {"message": json.dumps(nested)[:50_000]}}
    assert told(500, nested).kind is ErrorKind.UPSTREAM_ERROR


def test_the_log_gets_an_excerpt_without_secrets():
    message = (
        f"bad key {KEY} or Bearer abc.def.ghi or AIzaSyA-1234567890abcdefghijklmnopqrstu or "
        f"{'iVBORw0KGgo' * 20} at https://user:pw@host.example/path?key=secret1&sig=secret2 end"
    )
    detail = told(500, {"error": {"message": message}}).detail
    for leak in (KEY, "abc.def", "AIza", "iVBOR", "secret1", "secret2", "pw@"):
        assert leak not in detail
    assert "https://host.example/path" in detail
    assert detail.startswith("HTTP 500")
    assert len(detail) <= 500


def test_a_key_of_any_look_is_kept_out_even_where_the_excerpt_ends():
    for before in range(440, 500):
        error = classify(
            Source("somewhere", False, "plainlookingkey"),
            status=500,
            headers={},
            body=b"x " * (before // 2) + b"plainlookingkey",
            now=NOW,
        )
        assert "plainl" not in error.detail


def test_an_html_page_is_told_without_its_tags():
    detail = told(502, b"<html><h1 class='x'>Bad   Gateway</h1></html>").detail
    assert detail == "HTTP 502: Bad Gateway"


def test_only_a_refusal_is_quoted_to_the_person():
    refusal = told(422, {"error": {"code": "content_policy_violation", "message": "No. id 1"}})
    assert refusal.said == "No. id 1"
    assert told(500, {"error": {"message": "balance is 3 USD"}}).said is None


def test_an_error_page_of_angle_brackets_is_read_at_once():
    """Removing tags took seconds of the event loop, with the square of the page's length."""
    began = time.process_time()

    classify(Source("google", False), status=400, headers={}, body=b"<" * 65536, now=NOW)

    assert time.process_time() - began < 1
