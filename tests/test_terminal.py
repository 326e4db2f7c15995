"""The command line as an operator or a script uses it: processes, exit codes and streams."""

import hashlib
import json
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import metadata
from pathlib import Path

import pytest
from blake3 import blake3
from PIL import Image

from bot.db.sqlite import SqliteDatabase
from bot.errors import Billed, ErrorKind, ProviderError
from bot.ledger.ledger import Ledger
from bot.terminal import describe

KEY = "operators-key-5c1f0a9e"
ALARM_SECONDS = 60


def digest(file: Path) -> str:
    return blake3(file.read_bytes()).hexdigest()


def picture(file: Path, colour: str = "green", size: tuple[int, int] = (160, 90)) -> Path:
    Image.new("RGB", size, colour).save(file)
    return file


# --- a picture ------------------------------------------------------------------------------


def test_one_picture_is_one_file_and_one_json_object(command, folder, calls):
    run = command("generate", "terminal: a lighthouse", "-o", "light.png", "--json")

    assert (run.code, run.err) == (0, "")
    answer = run.answer
    assert set(answer) == {"images", "provider", "model", "seconds", "usd", "text"}
    [image] = answer["images"]
    assert image == {
        "path": "light.png",
        "blake3": digest(folder / "light.png"),
        "mime": "image/png",
        "width": 1024,
        "height": 1024,
    }
    assert (answer["provider"], answer["model"]) == ("google", "gemini-nano-banana-2.1")
    assert answer["usd"] == 0.0336
    assert 0 <= answer["seconds"] < ALARM_SECONDS
    assert answer["text"] == "Here you go."
    with Image.open(folder / "light.png") as made:
        made.load()
        assert made.size == (1024, 1024)
    assert [file.name for file in folder.iterdir()] == ["light.png"]
    assert calls.count("terminal: a lighthouse") == 1


def test_the_module_can_be_run_by_itself(folder, environment):
    """As typed: `python -m bot`, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", "generate", "terminal: alone", "-o", "a.png", "--json"],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=ALARM_SECONDS,
        check=True,
    )  # fmt: skip

    assert json.loads(done.stdout)["images"][0]["blake3"] == digest(folder / "a.png")
    assert done.stderr == ""


def test_for_people_it_is_one_line(command, folder):
    run = command("generate", "terminal: for people", "-o", "p.png", "--resolution", "2k")

    assert run.code == 0
    [line] = run.out.splitlines()
    assert line.startswith("p.png: image/png, 2048×2048, gemini-nano-banana-2.1 at google, ")
    assert line.endswith("0.0504 USD")


def test_options_reach_the_upstream(command, folder, calls):
    run = command(
        "generate", "terminal: options", "-o", "o.jpg", "--json", "--model", "Nano-Banana-Pro",
        "--aspect-ratio", "16:9", "--resolution", "2K",
        "--image", str(picture(folder / "one.png")), "--image", str(picture(folder / "two.png")),
    )  # fmt: skip

    [image] = run.answer["images"]
    assert (image["width"], image["height"], image["mime"]) == (2752, 1536, "image/jpeg")
    assert run.answer["model"] == "gemini-3-pro-image"
    assert run.answer["usd"] == 0.134
    [call] = calls.of("terminal: options")
    assert (call["model"], call["images_in"]) == ("gemini-3-pro-image", 2)


def test_an_existing_file_is_replaced_whole(command, folder):
    (folder / "old.png").write_bytes(b"x" * 10_000_000)

    run = command("generate", "terminal: replace", "-o", "old.png", "--json")

    assert run.answer["images"][0]["blake3"] == digest(folder / "old.png")


def test_the_gateway_is_asked_on_its_own_route_with_its_own_key(command, upstream, calls):
    run = command(
        "generate", "terminal: gateway", "-o", "g.png", "--json", "--provider", "apiyi",
        APIYI_API_KEY="gateway-key-77", APIYI_BASE_URL=upstream.gateway_url,
    )  # fmt: skip

    assert run.answer["provider"] == "apiyi"
    assert run.answer["usd"] == 0.05
    [call] = calls.of("terminal: gateway")
    assert call["route"] == "apiyi"
    assert call["key_hash"] == hashlib.sha256(b"gateway-key-77").hexdigest()[:12]
    assert "gateway-key-77" not in run.out + run.err


OPEN_AGAIN = '[providers.google.models."gemini-3.1-flash-image"]\nshutdown = 2999-01-01\n'
"""Google has shut that model down, as the catalog has it."""


@pytest.mark.parametrize(
    ("model", "level", "usd"),
    [("nano-banana-2.1", "medium", 0.0336), ("nano-banana-2", "HIGH", 0.10318)],
)
def test_a_level_of_thinking_reaches_the_upstream_at_its_price(
    command, folder, calls, model, level, usd
):
    prompt = f"terminal: {level} thinking"
    (folder / "plantain.toml").write_text(OPEN_AGAIN)

    run = command(
        "generate", prompt, "-o", "t.png", "--json", "--model", model, "--thinking", level
    )

    assert (run.code, run.answer["usd"]) == (0, usd)
    [call] = calls.of(prompt)
    assert call["thinking"] == level.lower()


@pytest.fixture
def recorder() -> Iterator[tuple[str, list[tuple[str, dict[str, str]]]]]:
    """An upstream that refuses every key, and what it was sent: its URL, and (path, headers)."""
    heard: list[tuple[str, dict[str, str]]] = []

    class Refusing(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append((self.path, dict(self.headers)))
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(401)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/prefix", heard
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("provider", "setting", "header", "value"),
    [
        ("google", "GEMINI", "x-goog-api-key", KEY),
        ("apiyi", "APIYI", "Authorization", f"Bearer {KEY}"),
    ],
)
def test_the_key_travels_in_its_header_alone(command, recorder, provider, setting, header, value):
    """A bearer for the gateway, Google's own header for Google; never in the address."""
    url, heard = recorder

    run = command(
        "generate", "a fox", "-o", "x.png", "--json", "--provider", provider,
        **{f"{setting}_API_KEY": KEY, f"{setting}_BASE_URL": url},
    )  # fmt: skip

    assert run.answer["error"]["kind"] == "auth_invalid"
    [(path, headers)] = heard
    assert path == "/prefix/v1beta/models/gemini-nano-banana-2.1:generateContent"
    assert {name: sent for name, sent in headers.items() if KEY in sent} == {header: value}


def test_a_model_that_was_shut_down_is_drawn_where_it_was_not(command, upstream, calls):
    run = command(
        "generate", "terminal: retired", "-o", "r.png", "--json", "--model", "nano-banana-2",
        APIYI_API_KEY="k", APIYI_BASE_URL=upstream.gateway_url,
    )  # fmt: skip

    assert (run.code, run.err, run.answer["provider"]) == (0, "", "apiyi")
    assert [call["route"] for call in calls.of("terminal: retired")] == ["apiyi"]


@pytest.mark.parametrize("extra", [(), ("--provider", "google")])
def test_a_model_that_was_shut_down_wherever_it_may_be_drawn_is_refused(command, calls, extra):
    run = command(
        "generate", "terminal: gone", "-o", "x.png", "--model", "nano-banana-2", *extra,
        EVOLINK_API_KEY="k" if extra else None, EVOLINK_BASE_URL="http://127.0.0.1:9",
    )  # fmt: skip

    assert (run.code, run.out) == (2, "")
    assert run.err.startswith(
        "plantain: --model: google shut gemini-3.1-flash-image down on 2026-10-29; "
    )
    assert calls.count("terminal: gone") == 0


@pytest.mark.parametrize(
    ("chosen", "told"),
    [
        (None, ""),
        (
            "nano-banana-2",
            "plantain: DEFAULT_MODEL: gemini-3.1-flash-image is not to be had at google;"
            " drawing gemini-nano-banana-2.1\n",
        ),
        ("nano-banana-2.1", ""),
    ],
)
def test_a_default_model_that_cannot_be_had_is_not_exchanged_in_silence(command, chosen, told):
    run = command("generate", "terminal: exchange", "-o", "e.png", "--json", DEFAULT_MODEL=chosen)

    assert (run.code, run.err) == (0, told)
    assert run.answer["model"] == "gemini-nano-banana-2.1"


# --- failures -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "kind", "retry_after", "billed", "said"),
    [
        ("429", "rate_limited", 2, "no", "Try again in about 2 seconds."),
        ("429 daily", "quota_daily", 38, "no", "used up for today"),
        ("503", "overloaded", None, "no", "overloaded"),
        ("500", "upstream_error", None, "no", "failed"),
        ("blocked", "content_blocked", None, "no", "safety rules"),
        ("unsafe picture", "content_blocked", None, "no", "filtered out"),
        ("text only", "text_only", None, "yes", "I'm sorry, I can't create that picture."),
        ("empty", "no_image", None, "unknown", "drew nothing"),
        ("no image", "no_image", None, "unknown", "drew nothing"),
        ("max tokens", "truncated", None, "yes", "cut off"),
        ("truncated", "malformed_response", None, "unknown", "not a picture"),
        ("cut json", "malformed_response", None, "unknown", "not a picture"),
        ("html", "malformed_response", None, "unknown", "not a picture"),
        ("not an image", "malformed_response", None, "unknown", "not a picture"),
        ("bad base64", "malformed_response", None, "unknown", "not a picture"),
        ("drop", "timeout_unknown", None, "unknown", "No answer came in time"),
        ("hang", "timeout_unknown", None, "unknown", "No answer came in time"),
        ("leaked key", "auth_invalid", None, "no", "The key was refused."),
        ("bad input", "invalid_image", None, "no", "could not use a picture"),
    ],
)
def test_a_failure_is_one_json_object_after_one_call(
    command, folder, calls, word, kind, retry_after, billed, said
):
    """Exit code 1; one call, and never "no" where the upstream does bill it; no file."""
    prompt = f"terminal fails, {word}"

    run = command(
        "generate", prompt, "-o", "none.png", "--json", "--attempts", "1", "--timeout",
        "1" if word == "hang" else "30",
    )  # fmt: skip

    assert (run.code, run.err) == (1, "")
    error = run.answer["error"]
    assert run.answer == {"error": error}
    assert set(error) == {"kind", "retry_after", "billed", "message"}
    assert (error["kind"], error["retry_after"], error["billed"]) == (kind, retry_after, billed)
    assert said in error["message"]
    [call] = [call for call in calls.of(prompt) if call["prompt"] == prompt]
    assert billed == "unknown" or (billed == "yes") == call["paid"]
    assert list(folder.iterdir()) == []


def test_the_gateway_bills_what_google_does_not(command, upstream):
    run = command(
        "generate", "terminal gateway, blocked", "-o", "x.png", "--json", "--provider", "apiyi",
        APIYI_API_KEY="k", APIYI_BASE_URL=upstream.gateway_url,
    )  # fmt: skip

    assert (run.answer["error"]["kind"], run.answer["error"]["billed"]) == (
        "content_blocked",
        "yes",
    )


def test_more_attempts_are_made_unless_told_otherwise(command, calls):
    run = command("generate", "terminal: no image", "-o", "x.png", "--json")

    assert run.code == 1
    assert calls.count("terminal: no image") == 2


def test_for_people_a_failure_is_told_on_standard_error_with_the_upstreams_words(command):
    run = command("generate", "terminal: 429 daily", "-o", "x.png", "--attempts", "1")

    assert (run.code, run.out) == (1, "")
    assert "quota_daily (billed: no): This model is used up for today." in run.err
    assert "upstream: HTTP 429" in run.err


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("leaked key", "auth_invalid (billed: no): The key was refused."),
        ("402", "billing_exhausted (billed: no): The account there is "),
        ("hang", "timeout_unknown (billed: unknown): No answer came in time."),
    ],
)
def test_a_failure_for_operators_is_two_plain_lines(command, word, told):
    """Nothing before them, no colon at the end, and nobody is sent to themselves."""
    run = command(
        "generate", f"terminal operator, {word}", "-o", "x.png", "--attempts", "1",
        "--timeout", "1" if word == "hang" else "30",
    )  # fmt: skip

    assert run.code == 1
    first, second = run.err.splitlines()
    assert first.startswith(f"plantain: {told}")
    assert second.startswith("  upstream: ")
    assert not second.endswith(":")
    assert "whoever runs" not in run.err


def test_no_kind_of_failure_sends_operators_to_themselves():
    for kind in ErrorKind:
        assert "whoever runs" not in describe(ProviderError(kind, "google", Billed.NO)), kind


def test_a_wrong_key_is_named_by_kind_and_not_shown(command, calls):
    for extra in ((), ("--json",)):
        run = command(
            "generate", "terminal: wrong key", "-o", "x.png", *extra,
            GEMINI_API_KEY="bad-key-of-the-operator",
        )  # fmt: skip

        assert run.code == 1
        assert "auth_invalid" in run.out + run.err
        assert "bad-key" not in run.out + run.err
    assert [call["paid"] for call in calls.of("terminal: wrong key")] == [False, False]


def test_an_upstream_that_is_not_there_is_a_failed_connection(command):
    run = command(
        "generate", "a fox", "-o", "x.png", "--json", "--attempts", "1",
        GEMINI_BASE_URL="http://127.0.0.1:9",
    )  # fmt: skip

    assert run.code == 1
    assert run.answer["error"]["kind"] == "connect_failed"
    assert run.answer["error"]["billed"] == "no"


@pytest.mark.parametrize("content", [b"just words", b"", b"\x89PNG\r\n\x1a\n cut"])
def test_an_image_that_is_no_picture_is_told_by_the_sentence_members_read(
    command, folder, calls, content
):
    (folder / "note.png").write_bytes(content)

    run = command(
        "generate", "terminal: no picture", "-o", "x.png", "--json", "--image", "note.png"
    )

    assert run.code == 1
    assert run.answer["error"] == {
        "kind": "invalid_image",
        "retry_after": None,
        "billed": "no",
        "message": "“note.png” is not a picture that can be used. Send a PNG, JPEG, WebP or GIF "
        "file that opens on your device.",
    }
    assert calls.count("terminal: no picture") == 0
    assert not (folder / "x.png").exists()


def test_an_image_that_is_too_heavy_is_told_in_megabytes(command, folder):
    with (folder / "heavy.png").open("wb") as file:
        file.truncate(21 * 1024 * 1024)

    run = command("generate", "a fox", "-o", "x.png", "--image", "heavy.png")

    assert run.code == 1
    assert "“heavy.png” has 23 MB; 20 MB is the most." in run.err


def test_a_picture_that_cannot_be_written_is_told_as_lost_and_billed(command):
    run = command("generate", "terminal: no room", "-o", "/dev/full", "--json")

    assert run.code == 1
    error = run.answer["error"]
    assert (error["kind"], error["billed"]) == ("result_unavailable", "yes")
    assert "/dev/full could not be written: No space left on device" in error["message"]


def test_the_version_is_the_packages(command):
    run = command("--version")

    assert (run.code, run.err) == (0, "")
    assert run.out == f"plantain {metadata.version('plantain')}\n"


# --- wrong usage ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "variables", "named"),
    [
        ((), {"GEMINI_API_KEY": None}, "GEMINI_API_KEY: set it, or "),
        ((), {"GEMINI_API_KEY": " "}, "GEMINI_API_KEY: set it"),
        ((), {"GEMINI_API_KEY": "a\nb"}, "GEMINI_API_KEY: must be one line"),
        (("--provider", "openai"), {}, "--provider: 'openai' is not one of google, "),
        (("--provider", "apiyi"), {}, "APIYI_API_KEY: set it to use apiyi"),
        (("--model", "dall-e"), {}, "no model “dall-e” here. Pick one from the list: Nano Banana"),
        (("--model", "nano-banana-pro", "--aspect-ratio", "1:8"), {}, "Pro cannot draw 1:8"),
        (("--aspect-ratio", "7:5"), {}, "--aspect-ratio"),
        (("--resolution", "512"), {}, "cannot draw at 512. It can do 1K, 2K, 4K"),
        (("--resolution", "8K"), {}, "--resolution"),
        (("--thinking", "hard"), {}, "--thinking"),
        (
            ("--thinking", "high", "--model", "nano-banana-pro"),
            {},
            "Pro cannot be told here",
        ),
        (
            ("--thinking", "high", "--provider", "apiyi-chat"),
            {"APIYI_API_KEY": "a-chat-key"},
            "--thinking: apiyi-chat cannot be told how long gemini-nano-banana-2.1 may think",
        ),
        (("--image", "missing.png"), {}, "missing.png"),
        (("--image", "."), {}, "--image"),
        (("-o", "no/such/folder/x.png"), {}, "--output: there is no folder 'no/such/folder'"),
        (("-o", "."), {}, "--output: '.' is a folder; name a file in it"),
        (("--attempts", "0"), {}, "--attempts"),
        (("--timeout", "0"), {}, "--timeout"),
        ((), {"CREDIT_USD": "cheap"}, "CREDIT_USD: "),
        ((), {"GEMINI_BASE_URL": "nowhere"}, "GEMINI_BASE_URL: "),
    ],
)
def test_wrong_usage_names_what_to_set_and_calls_nobody(
    command, folder, calls, arguments, variables, named
):
    run = command(
        "generate", "terminal: wrong usage", "-o", "x.png", "--json", *arguments, **variables
    )

    assert (run.code, run.out) == (2, "")
    assert named in run.err
    assert calls.count("terminal: wrong usage") == 0
    assert list(folder.iterdir()) == []


def test_fifteen_images_and_an_empty_prompt_are_refused_before_any_is_read(command, folder):
    picture(folder / "one.png")

    many = command("generate", "a fox", "-o", "x.png", *["--image", "one.png"] * 15)
    empty = command("generate", " ", "-o", "x.png")

    assert (many.code, empty.code) == (2, 2)
    assert "takes at most 14 pictures and you gave 15" in many.err
    assert "the prompt was empty" in empty.err


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"DISCORD_TOKEN": None}, "DISCORD_TOKEN: set it to your bot's token"),
        ({"DISCORD_TOKEN": " "}, "DISCORD_TOKEN: set it"),
        ({"GEMINI_API_KEY": None}, "GEMINI_API_KEY: set it, or "),
        ({"DATA_DIR": "in-the-way"}, "DATA_DIR: the folder 'in-the-way' cannot be written"),
        ({"DATA_DIR": "/proc"}, "DATA_DIR: the folder '/proc' cannot be written"),
        ({"DATABASE_URL": "mysql://host/db"}, "DATABASE_URL: must look like sqlite:///"),
        ({"LOG_FORMAT": "xml"}, "LOG_FORMAT: "),
        ({"DEFAULT_MODEL": "dall-e"}, "DEFAULT_MODEL: 'dall-e' is not one of Nano Banana"),
    ],
)
def test_serving_without_something_names_it_before_connecting(command, folder, variables, named):
    """Exit code 2, where a Discord that cannot be reached, as here, would be 1."""
    (folder / "in-the-way").write_text("a file")

    run = command("run", **{"DISCORD_TOKEN": "a-token-8d21", **variables})

    assert (run.code, run.out) == (2, "")
    assert named in run.err
    assert "8d21" not in run.err


# --- the database and the ledger ------------------------------------------------------------


def test_upgrading_twice_changes_nothing_the_second_time(command, folder):
    first = command("db", "upgrade")
    second = command("db", "upgrade")

    assert (first.code, second.code) == (0, 0)
    assert "applied 0001_ledger" in first.out
    assert second.out == "data/plantain.db is up to date\n"
    assert (folder / "data" / "plantain.db").is_file()


@pytest.mark.parametrize(
    ("variable", "value"),
    [("DATA_DIR", "a-file"), ("DATABASE_URL", "postgresql://u:pw@127.0.0.1:9/db")],
)
def test_a_database_that_cannot_be_is_named(command, folder, variable, value):
    (folder / "a-file").write_text("in the way")

    run = command("db", "upgrade", **{variable: value})

    assert run.code == 2
    assert f"{variable}: " in run.err
    assert "pw" not in run.err


def test_checking_without_a_database_says_how_to_make_one(command, folder):
    run = command("ledger", "check")

    assert run.code == 2
    assert "`db upgrade` makes one" in run.err
    assert list(folder.iterdir()) == []


def test_a_file_that_is_no_database_is_a_failure(command, folder):
    (folder / "data").mkdir()
    (folder / "data" / "plantain.db").write_bytes(b"not a database at all" * 100)

    for arguments in (("ledger", "check"), ("db", "upgrade")):
        run = command(*arguments)

        assert run.code == 1
        assert "not a database" in run.err


@pytest.fixture
async def books(command, folder) -> Path:
    """A database where one member was given 100 credits and has 30 of them held."""
    command("db", "upgrade")
    path = folder / "data" / "plantain.db"
    ids = iter(range(100))
    ledger = Ledger(now=lambda: 1, new_id=lambda: f"{next(ids):032x}", welcome=100)

    async def live(tx):
        await ledger.open(tx, "member:1")
        await ledger.reserve(tx, "member:1", 30)

    async with SqliteDatabase.open(path) as database:
        await database.write(live)
    return path


def test_books_that_add_up_are_said_to(command, books):
    run = command("ledger", "check")

    assert run.code == 0
    assert "adds up" in run.out


def test_books_are_checked_while_a_bot_writes(command, books):
    """Somebody else's transaction is neither waited for nor disturbed."""
    connection = sqlite3.connect(books, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        run = command("ledger", "check")
    finally:
        connection.execute("ROLLBACK")
        connection.close()

    assert (run.code, run.err) == (0, "")


@pytest.mark.parametrize(
    ("tampering", "row"),
    [
        (
            "UPDATE accounts SET available = available + 1005 WHERE id = 'member:1'",
            ["member:1", "available", "1,075", "70"],
        ),
        (
            "UPDATE accounts SET held = 29 WHERE id = 'member:1'",
            ["member:1", "held", "29", "30"],
        ),
        (
            "INSERT INTO usage VALUES ('server:9', 0, 2, 0, 0, 0, 0, 0, 0, 0)",
            ["server:9", "jobs", "2", "0"],
        ),
    ],
)
def test_a_tampered_balance_is_shown_with_both_numbers(command, books, tampering, row):
    connection = sqlite3.connect(books)
    with connection:
        assert connection.execute(tampering).rowcount == 1
    connection.close()

    run = command("ledger", "check")

    assert run.code == 1
    assert "does not add up" in run.out
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in run.out.splitlines()]
    assert row in rows
