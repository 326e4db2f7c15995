"""A free question: only a list of models is a yes, and every no has its kind."""

import gzip
import json

import pytest

from bot.errors import Billed, ErrorKind, ProviderError
from bot.providers.classify import Source
from bot.providers.inquiry import BODY_LIMIT, ModelList
from bot.providers.task import make_free_session
from bot.providers.waits import utc_now

KEY = "sk-key-that-nobody-sees"


@pytest.fixture
def ask(upstream):
    """The answer to one question."""

    async def asked(url=None):
        question = ModelList(
            url=url or f"{upstream.url}/v1/models",
            source=Source("mygate", True, KEY),
            headers={"Authorization": f"Bearer {KEY}"},
            make_session=make_free_session,
            now=utc_now,
        )
        return await question.probe()

    return asked


@pytest.fixture
def failure(ask):
    """Why the answer is no."""

    async def refused(**changes):
        with pytest.raises(ProviderError) as caught:
            await ask(**changes)
        assert (caught.value.provider, caught.value.billed) == ("mygate", Billed.NO)
        assert KEY not in f"{caught.value} {caught.value.detail}"
        return caught.value

    return refused


@pytest.mark.parametrize(
    "listed",
    [
        {"object": "list", "data": [{"id": "a-model"}]},
        {"models": [{"name": "models/a-model"}], "nextPageToken": "x"},
        {"success": True, "data": []},
        [{"id": "a-model"}],
    ],
)
async def test_a_list_of_models_is_a_yes_and_tells_no_balance(upstream, told, ask, listed):
    upstream.script(told(listed))

    assert await ask() is None
    [received] = upstream.received
    assert (received.method, received.path) == ("GET", "/v1/models")
    assert received.header("authorization") == [f"Bearer {KEY}"]


async def test_a_list_that_comes_in_pieces_is_read_to_its_end(upstream, ask):
    body = json.dumps({"data": [{"id": f"model-{number}"} for number in range(20_000)]}).encode()
    upstream.script(upstream.raw(b"HTTP/1.1 200 OK\r\n\r\n", body[:99], body[99:-1], body[-1:]))

    assert await ask() is None


@pytest.mark.parametrize(
    "body",
    [
        b"<!doctype html><title>Our console</title>",
        b"",
        b"null",
        b"7",
        b'"data"',
        b"{}",
        b'{"data": {"id": "a-model"}}',
        b'{"models": "a-model"}',
        b'{"status": "ok"}',
        b'{"data": [',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
    ids=lambda body: repr(body[:20]),
)
async def test_anything_else_is_somebody_elses_address(upstream, failure, body):
    """A page of the console, say, which is 200 as well."""
    upstream.script(upstream.raw(b"HTTP/1.1 200 OK\r\n\r\n", body))

    assert (await failure()).kind is ErrorKind.WRONG_ENDPOINT


@pytest.mark.parametrize("status", [200, 401])
async def test_an_error_is_read_whatever_its_status(upstream, told, failure, status):
    upstream.script(told({"error": {"code": 401, "message": f"invalid api key {KEY}"}}, status))

    assert (await failure()).kind is ErrorKind.AUTH_INVALID


@pytest.mark.parametrize(
    "answer",
    [
        b'Content-Length: 99\r\n\r\n{"data": []}',
        b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b'{"data": []}')[:-9],
        b'\r\n{"data": ["' + b"x" * BODY_LIMIT + b'"]}',
    ],
    ids=["short", "packed", "endless"],
)
async def test_an_answer_that_breaks_off_is_none(upstream, failure, answer):
    upstream.script(upstream.raw(b"HTTP/1.1 200 OK\r\n" + answer))

    assert (await failure()).kind is ErrorKind.CONNECT_FAILED


async def test_a_list_that_comes_packed_is_unpacked(upstream, ask):
    packed = gzip.compress(b'{"data": []}')
    upstream.script(upstream.raw(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + packed))

    assert await ask() is None


async def test_nobody_there_is_no_connection(failure):
    error = await failure(url="http://127.0.0.1:1/v1/models")

    assert error.kind is ErrorKind.CONNECT_FAILED
