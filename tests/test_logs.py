"""No secret reaches the log, by whatever way a line gets there."""

import json
import logging
from dataclasses import dataclass

import pytest
import structlog

from bot import logs

KEY = "my+gateway/key(1)"
LONGER = KEY + "-of-production"
SHAPES = {
    "a Discord token": "MTA5MjM0NTY3ODkwMTIzNDU2Nw.GhJkLm.abcdefghijklmnopqrstuvwxyz0123456789",
    "a bearer": "Bearer abc.def~ghi+jkl/mno==",
    "a Google key": "AIzaSyA1234567890abcdefghijklmnopqrst",
    "a new Google key": "AQ.Ab8RN6Kx_12345678901234567890",
    "a gateway's key": "sk-proj-0123456789abcdef",
    "an interaction's token": "aW50ZXJhY3Rpb246MTIzNDU2Nzg5MDEyMzQ1Njc4OTpBQkNERUY",
}
URLS = {
    "https://discord.com/api/v10/webhooks/123456789012345678/": "s3cretTokenOfAReply_0123456789-x",
    "https://discord.com/api/v10/interactions/123456789012345678/": "anotherTokenThatIsLong01234",
    "https://example.com/v1beta/models?key=": "QUERY-SECRET-1",
}


class Stream:
    """All that was written to standard error."""

    def __init__(self, capsys):
        self._capsys = capsys
        self._text = ""

    def text(self) -> str:
        self._text += self._capsys.readouterr().err
        return self._text


@pytest.fixture
def stream(capsys):
    """Standard error; what `configure` changes is put back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    noisy = {name: logging.getLogger(name).level for name in ("discord", "aiosqlite", "asyncio")}
    yield Stream(capsys)
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in noisy.items():
        logging.getLogger(name).setLevel(before)
    structlog.reset_defaults()


@pytest.fixture(params=["text", "json"])
def configure(request, stream):
    """Turn the log on at its most talkative, in either format; to be called inside the test,
    because pytest gives the test's own call another standard error."""

    def turn_on() -> Stream:
        secrets = [KEY, LONGER, ""]
        logs.configure(level="debug", json=request.param == "json", secrets=secrets)
        return stream

    return turn_on


def lines(stream: Stream) -> list[dict]:
    return [json.loads(line) for line in stream.text().splitlines()]


@dataclass
class Holder:
    """A value that shows a secret in its repr."""

    token: str


def fail(secret: str) -> None:
    """A chain of errors that all tell a secret."""
    try:
        open(f"/nowhere/{secret}")  # noqa: PTH123, SIM115 - it is not there
    except OSError as error:
        raise RuntimeError(f"lost {secret}") from error


def every_way(secret: str) -> None:
    """Log `secret` in each way there is."""
    ours = structlog.get_logger("ours")
    ours.info(f"said {secret} aloud")
    ours.info("a field", field=secret)
    ours.info("a nested field", field={"deep": [{"deeper": (secret,)}], secret: 1})
    ours.info("a field that is an object", field=Holder(secret), raw=secret.encode())
    ours.bind(bound=secret).warning("a bound field")
    ours.info("an error in a field", error=ValueError(secret))
    ours.info(Holder(secret))
    for name in ("discord.http", "aiohttp.client", "asyncio", "some.library"):
        logging.getLogger(name).error("formatted %s and %r", secret, Holder(secret))
        logging.getLogger(name).error({"key": secret})
        logging.getLogger(name).error("extra", extra={"field": secret})
    try:
        fail(secret)
    except RuntimeError:
        ours.exception("with a trace")
        logging.getLogger("discord.client").exception("with a trace of %s", secret)


@pytest.mark.parametrize("secret", [KEY, LONGER])
def test_what_is_set_never_gets_out(configure, secret):
    """A secret that begins another one does not leave the other's end behind."""
    log = configure()
    every_way(secret)

    assert logs.HIDDEN in log.text()
    assert KEY not in log.text()
    assert "-of-production" not in log.text()


@pytest.mark.parametrize("secret", SHAPES.values(), ids=SHAPES)
def test_what_looks_like_a_secret_never_gets_out(configure, secret):
    """Nobody told the log about these: an upstream's answer or a library brought them."""
    log = configure()
    every_way(secret)

    core = secret.removeprefix("Bearer ")
    assert logs.HIDDEN in log.text()
    assert core not in log.text()
    assert core[:12] not in log.text()


@pytest.mark.parametrize(("url", "secret"), URLS.items())
def test_tokens_in_addresses_never_get_out(configure, url, secret):
    log = configure()
    every_way(f"{url}{secret}/messages?x=1")

    assert secret not in log.text()
    assert "discord.com" in log.text() or "example.com" in log.text()


def test_the_rest_of_a_line_stays_readable(configure):
    log = configure()
    structlog.get_logger("jobs").info(
        "job done", job="18e9ed7f4d8eec53de800a7ef336b9f2", credits=7, ok=True, left=None
    )

    line = log.text()
    assert "job done" in line
    assert "18e9ed7f4d8eec53de800a7ef336b9f2" in line
    assert logs.HIDDEN not in line


def test_json_lines_parse_and_keep_plain_values(stream):
    logs.configure(level="info", json=True, secrets=[KEY])
    structlog.get_logger("jobs").warning(
        "二\nlines", credits=7, seconds=0.5, ok=True, none=None, many=[1, "a"], deep={"n": 1}
    )
    logging.getLogger("aiohttp.access").warning("a library's %s", "line")
    try:
        fail(KEY)
    except RuntimeError:
        logging.getLogger("discord").exception("failed")

    first, second, third = lines(stream)
    assert first["event"] == "二\nlines"
    assert first["level"] == "warning"
    assert first["logger"] == "jobs"
    assert first["timestamp"].endswith("Z")
    kept = {name: first[name] for name in ("credits", "seconds", "ok", "none", "many", "deep")}
    assert kept == {
        "credits": 7,
        "seconds": 0.5,
        "ok": True,
        "none": None,
        "many": [1, "a"],
        "deep": {"n": 1},
    }
    assert (second["event"], second["logger"]) == ("a library's line", "aiohttp.access")
    assert "RuntimeError: lost [hidden]" in third["exception"]


def test_the_level_is_obeyed_and_libraries_are_quieter(stream):
    logs.configure(level="debug", json=True, secrets=[])
    structlog.get_logger("ours").debug("ours, quietly")
    logging.getLogger("discord.gateway").info("theirs, quietly")
    logging.getLogger("discord.gateway").warning("theirs, aloud")
    logs.configure(level="error", json=True, secrets=[])
    structlog.get_logger("ours").warning("not loud enough")
    logging.getLogger("discord.gateway").warning("not loud enough")

    assert [line["event"] for line in lines(stream)] == ["ours, quietly", "theirs, aloud"]


def test_configuring_twice_writes_each_line_once(stream):
    logs.configure(level="info", json=True, secrets=[])
    logs.configure(level="info", json=True, secrets=[])
    structlog.get_logger("ours").info("once")
    logging.getLogger("theirs").info("once too")

    assert [line["event"] for line in lines(stream)] == ["once", "once too"]


def test_a_malformed_line_of_a_library_does_not_reach_its_caller(stream, monkeypatch):
    monkeypatch.setattr(logging, "raiseExceptions", False)
    logs.configure(level="info", json=True, secrets=[])

    logging.getLogger("theirs").warning("%d", "not a number")

    assert stream.text() == ""


def test_the_warning_about_voice_is_left_out(stream):
    """discord.py gives it at every start; we never speak."""
    logs.configure(level="info", json=True, secrets=[])

    logging.getLogger("discord.client").warning(
        "PyNaCl is not installed, voice will NOT be supported"
    )

    assert stream.text() == ""
