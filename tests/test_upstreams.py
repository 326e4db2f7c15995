"""`plantain upstreams` as an operator or a script uses it, over the stand-in."""

import hashlib
import json
import re
import sqlite3
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import jsonschema_rs
import pytest

from bot.__main__ import PROVIDERS
from bot.generation.catalog import Catalog

CATALOG = Catalog.load()
NOWHERE = "http://127.0.0.1:9"
DAY_MICROS = 86_400_000_000

NUMBER = {"type": "number"}
TEXT = {"type": "string"}
MOMENT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$"}


def exactly(**properties):
    """A JSON object with these members, all of them and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def or_null(schema):
    return {"anyOf": [schema, {"type": "null"}]}


BALANCE = exactly(
    amount=NUMBER, unit={"enum": ["credits", "USD", "unknown"]}, unlimited={"type": "boolean"}
)
UPSTREAMS = exactly(
    at=MOMENT,
    database={"type": "boolean"},
    upstreams={
        "type": "array",
        "items": exactly(
            provider=TEXT,
            variable={"type": "string", "pattern": "_API_KEY$"},
            key=or_null(
                exactly(
                    number={"type": "integer", "minimum": 1},
                    fingerprint={"type": "string", "pattern": "^[0-9a-f]{12}$"},
                )
            ),
            breakers={
                "type": "array",
                "items": exactly(kind=TEXT, model=or_null(TEXT), opened_at=MOMENT, retry_at=MOMENT),
            },
            probe=or_null(
                exactly(
                    ok={"type": "boolean"},
                    seconds=NUMBER,
                    kind=or_null(TEXT),
                    advice=or_null(TEXT),
                    balance=or_null(BALANCE),
                )
            ),
            rpm=or_null({"type": "integer"}),
            concurrency=or_null({"type": "integer"}),
            limits={
                "type": "array",
                "items": exactly(
                    measure={
                        "enum": ["usd_per_hour", "usd_per_day", "usd_per_month", "usd_in_total"]
                    },
                    limit_usd=NUMBER,
                    used_usd=NUMBER,
                    opens_at=or_null(TEXT),
                ),
            },
            today_paid_usd=or_null(NUMBER),
            today_in_doubt_usd=or_null(NUMBER),
            model=or_null(TEXT),
            usd={"type": "object", "additionalProperties": NUMBER},
        ),
    },
)
PRICES = exactly(
    credit_usd=NUMBER,
    margin_percent=NUMBER,
    step_credits={"type": "integer"},
    prices={
        "type": "array",
        "items": exactly(
            model=TEXT,
            provider=TEXT,
            upstream_model=TEXT,
            resolution={"enum": ["512", "1K", "2K", "4K"]},
            usd=NUMBER,
            credits={"type": "integer", "minimum": 0},
            thinking_percent={"type": "object", "additionalProperties": {"type": "integer"}},
            source={"type": "string", "minLength": 1},
            as_of={"type": "string", "format": "date"},
            yours={"type": "boolean"},
            shutdown=or_null(TEXT),
            retired={"type": "boolean"},
        ),
    },
    off={"type": "array", "items": exactly(provider=TEXT, model=TEXT)},
)
MONEY = {"calls": {"type": "integer"}} | dict.fromkeys(
    ("paid_usd", "in_doubt_usd", "liability_usd"), NUMBER
)
SPENDING = exactly(
    database={"type": "boolean"},
    days={"type": "integer"},
    rows={
        "type": "array",
        "items": exactly(day=TEXT, provider=TEXT, key=TEXT, model=TEXT, **MONEY),
    },
    **MONEY,
)


def fingerprint(key):
    return hashlib.sha256(key.encode()).hexdigest()[:12]


def lines_of(run, name):
    """The rows that begin with this name, with single spaces."""
    rows = [" ".join(line.split()) for line in run.out.splitlines()]
    return [row for row in rows if row.split(" ")[0] == name]


def standing(run, name, number=None):
    """The JSON of one upstream, or of one key of it."""
    [found] = [
        row
        for row in run.answer["upstreams"]
        if row["provider"] == name and (number is None or row["key"]["number"] == number)
    ]
    return found


@pytest.fixture
def settings_for(upstream):
    """Keys by provider to the variables that set them, over the stand-in."""

    def make(**keys):
        routes = {"gemini": ""}
        found = {"GEMINI_API_KEY": None, "GEMINI_BASE_URL": None}
        for name, key in keys.items():
            found[f"{name.upper()}_API_KEY"] = key
            found[f"{name.upper()}_BASE_URL"] = upstream.url + routes.get(name, f"/{name}")
        return found

    return make


# --- what there is --------------------------------------------------------------------------


def test_without_a_key_the_table_says_what_to_set(command, folder):
    run = command("upstreams", GEMINI_API_KEY=None)

    assert (run.code, run.err) == (0, "")
    for name, upstream in CATALOG.upstreams.items():
        assert lines_of(run, name)[0] == f"{name} - not set: {upstream.key}"
    assert "a minute" not in run.out
    assert run.out.splitlines()[-1].startswith("Next: set a key, such as GEMINI_API_KEY")
    assert list(folder.iterdir()) == []


def test_without_a_key_there_is_nobody_to_probe(command):
    run = command("upstreams", "--probe", GEMINI_API_KEY=None)

    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("plantain: GEMINI_API_KEY: set it, or ")
    assert run.err.count("\n") == 1


def test_several_keys_are_told_apart_and_those_that_are_set_come_first(command, settings_for):
    keys = settings_for(apiyi="first-of-two,second-of-two", toapis="the-third-key")

    run = command("upstreams", "--json", **keys)

    named = [(row["provider"], row["key"]) for row in run.answer["upstreams"]]
    one, two, three = map(fingerprint, ("first-of-two", "second-of-two", "the-third-key"))
    assert named[:5] == [
        ("apiyi", {"number": 1, "fingerprint": one}),
        ("apiyi", {"number": 2, "fingerprint": two}),
        ("toapis", {"number": 1, "fingerprint": three}),
        ("apiyi-chat", {"number": 1, "fingerprint": one}),
        ("apiyi-chat", {"number": 2, "fingerprint": two}),
    ]
    assert named[5:] == [
        (name, None) for name in ("google", "evolink", "aivideoapi", "evolink-chat")
    ]


def test_what_a_key_may_be_asked_is_shown(command, settings_for, folder):
    """From the environment, else the operator's file, else nothing; routes share their key's."""
    (folder / "plantain.toml").write_text(
        "[providers.google]\nrpm = 60\nconcurrency = 8\n[providers.apiyi]\nrpm = 30\n"
    )
    keys = settings_for(gemini="a-good-key", apiyi="another-key", toapis="a-third-key")

    run = command("upstreams", "--json", GEMINI_RPM="90", **keys)

    limits = {row["provider"]: (row["rpm"], row["concurrency"]) for row in run.answer["upstreams"]}
    assert limits["google"] == (90, 8)
    assert limits["apiyi"] == limits["apiyi-chat"] == (30, None)
    assert limits["toapis"] == (None, None)


def test_the_default_models_price_is_shown_or_else_the_first_ones(command):
    plain = command("upstreams")
    chosen = command("upstreams", DEFAULT_MODEL="nano-banana-pro")

    assert lines_of(plain, "google")[-1] == "google Nano Banana 2.1 0.0336 0.0504 0.1130"
    assert lines_of(plain, "evolink")[-1] == "evolink Nano Banana 2 0.0536 0.0806 0.1200"
    assert lines_of(plain, "apiyi-chat")[-1] == "apiyi-chat Nano Banana 2.1 0.0500 - -"
    assert lines_of(chosen, "evolink")[-1] == "evolink Nano Banana Pro 0.1072 0.1072 0.1920"


def test_a_gateway_of_the_operators_own_stands_beside_ours(command, upstream, folder):
    (folder / "plantain.toml").write_text(
        '[providers.mygate]\ndialect = "openai-chat"\nkey = "MYGATE_API_KEY"\n'
        f'base_url = "{upstream.gateway_url}"\nconcurrency = 3\n'
        '[providers.mygate.models."gemini-3-pro-image"]\nid = "pro"\nusd = { 1K = 0.0123 }\n'
    )
    set_up = {"GEMINI_API_KEY": None, "MYGATE_API_KEY": "key-of-my-gate"}

    run = command("upstreams", "--probe", "--json", **set_up)

    assert run.code == 0
    mine = standing(run, "mygate")
    assert mine["key"] == {"number": 1, "fingerprint": fingerprint("key-of-my-gate")}
    assert (mine["probe"]["ok"], mine["concurrency"]) == (True, 3)
    assert (mine["model"], mine["usd"]) == ("gemini-3-pro-image", {"1K": 0.0123})
    prices = command("upstreams", "prices", **set_up)
    assert lines_of(prices, "mygate")[0].startswith("mygate * 0.0123 - -")


@pytest.mark.parametrize(
    ("variables", "toml", "named"),
    [
        ({"DEFAULT_MODEL": "dall-e"}, "", "DEFAULT_MODEL: 'dall-e' is not one of "),
        ({"GEMINI_RPM": "many"}, "", "GEMINI_RPM: "),
        ({"PREFERRED_PROVIDERS": "nobody"}, "", "PREFERRED_PROVIDERS: 'nobody' is not one of "),
        ({"DATABASE_URL": "mysql://host/db"}, "", "DATABASE_URL: must look like"),
        ({}, "[providers.google]\nrpms = 3\n", "plantain.toml: providers.google.rpms: "),
    ],
)
def test_what_is_set_wrongly_is_one_clear_line(command, folder, variables, toml, named):
    (folder / "plantain.toml").write_text(toml)

    run = command("upstreams", **variables)

    assert (run.code, run.out) == (2, "")
    assert run.err.startswith(f"plantain: {named}")
    assert run.err.count("\n") == 1


# --- asking ---------------------------------------------------------------------------------


def test_good_keys_answer_with_their_balance_and_nothing_is_paid(command, settings_for, calls):
    keys = settings_for(
        gemini="a-good-key", apiyi="a-good-key", evolink="good-key-3", toapis="good-key-4",
        aivideoapi="good-key-5",
    )  # fmt: skip
    before = calls.of("")

    run = command("upstreams", "--probe", "--json", **keys)
    shown = command("upstreams", "--probe", **keys)

    assert (run.code, run.err, shown.code) == (0, "", 0)
    assert len(run.answer["upstreams"]) == len(CATALOG.upstreams)
    assert all(row["probe"]["ok"] for row in run.answer["upstreams"])
    assert standing(run, "google")["probe"]["balance"] is None
    amounts = {
        name: standing(run, name)["probe"]["balance"]
        for name in ("evolink", "toapis", "aivideoapi")
    }
    assert amounts == {
        "evolink": {"amount": 84.5, "unit": "credits", "unlimited": False},
        "toapis": {"amount": 100.0, "unit": "unknown", "unlimited": False},
        "aivideoapi": {"amount": 320.0, "unit": "credits", "unlimited": False},
    }
    assert "84.5 credits left" in shown.out
    assert re.search(r"yes, \d+\.\d s", lines_of(shown, "google")[0])
    assert shown.out.splitlines()[-1].startswith("Every key answers.")
    assert calls.of("") == before


@pytest.mark.parametrize(
    ("name", "key", "kind", "sentence"),
    [
        ("gemini", "bad-key-of-mine", "auth_invalid", "key refused. Check GEMINI_API_KEY"),
        ("apiyi", "bad-key-of-mine", "auth_invalid", "key refused. Check APIYI_API_KEY"),
        ("toapis", "bad-key-of-mine", "auth_invalid", "key refused. Check TOAPIS_API_KEY"),
        ("gemini", "sk-key-region", "region_blocked", "not served in this country."),
        ("evolink", "sk-503-key-1", "overloaded", "overloaded. It passes; "),
    ],
)
def test_a_key_that_is_refused_is_told_with_what_to_do(
    command, settings_for, calls, name, key, kind, sentence
):
    keys, before = settings_for(**{name: key}), calls.of("")
    provider = "google" if name == "gemini" else name

    run = command("upstreams", "--probe", "--json", **keys)
    shown = command("upstreams", "--probe", COLUMNS="200", **keys)

    assert (run.code, shown.code) == (1, 1)
    probe = standing(run, provider)["probe"]
    assert (probe["ok"], probe["kind"], probe["balance"]) == (False, kind, None)
    assert sentence in lines_of(shown, provider)[0]
    assert probe["advice"] in lines_of(shown, provider)[0]
    assert calls.of("") == before


def test_what_an_upstream_said_is_shown_to_who_asks_for_it(command, settings_for):
    keys = settings_for(gemini="bad-key-of-mine")

    plain = command("upstreams", "--probe", **keys)
    verbose = command("upstreams", "--probe", "--verbose", **keys)
    as_json = command("upstreams", "--probe", "--verbose", "--json", **keys)

    assert "HTTP 400" not in plain.out
    assert "google 1: HTTP 400" in verbose.out
    assert "API key not valid" in standing(as_json, "google")["probe"]["detail"]


def test_an_empty_account_answers_and_is_still_a_failure(command, settings_for):
    keys = settings_for(evolink="sk-good-one,sk-402-key")

    run = command("upstreams", "--probe", "--json", **keys)
    shown = command("upstreams", "--probe", COLUMNS="120", **keys)

    assert (run.code, shown.code) == (1, 1)
    assert standing(run, "evolink", 1)["probe"]["ok"]
    empty = standing(run, "evolink", 2)["probe"]
    assert (empty["ok"], empty["kind"], empty["balance"]["amount"]) == (False, None, 0)
    assert "0 credits left: top up the account" in shown.out


def test_an_upstream_that_is_not_there_is_named_with_its_address_setting(command, settings_for):
    """One that does answer is told as such beside it."""
    keys = settings_for(gemini="a-good-key", toapis="a-good-key") | {"TOAPIS_BASE_URL": NOWHERE}

    run = command("upstreams", "--probe", "--json", **keys)

    assert run.code == 1
    probe = standing(run, "toapis")["probe"]
    assert (probe["kind"], probe["ok"]) == ("connect_failed", False)
    assert probe["advice"] == "Check the network and TOAPIS_BASE_URL."
    assert standing(run, "google")["probe"]["ok"]


def test_a_gateways_wrong_address_is_looked_for_in_its_file(command, upstream, folder):
    (folder / "plantain.toml").write_text(
        '[providers.mygate]\ndialect = "gemini"\nkey = "MYGATE_API_KEY"\n'
        f'base_url = "{upstream.url}/nothing/here"\n'
        '[providers.mygate.models."gemini-3-pro-image"]\nid = "pro"\nusd = { 1K = 0.01 }\n'
    )

    run = command("upstreams", "--probe", "--json", MYGATE_API_KEY="key-of-my-gate")

    probe = standing(run, "mygate")["probe"]
    assert (probe["ok"], probe["kind"]) == (False, "wrong_endpoint")
    assert "base_url of mygate in your file" in probe["advice"]


NO_MODELS = b'{"models": []}'


@pytest.fixture
def together() -> Iterator[tuple[str, list[str]]]:
    """An upstream that answers three questions together or none; its URL, and what was asked."""
    asked: list[str] = []
    meeting = threading.Barrier(3, timeout=20)

    class Meeting(BaseHTTPRequestHandler):
        def answer(self) -> None:
            asked.append(self.command)
            meeting.wait()
            self.send_response(402 if "key-b" in self.headers["x-goog-api-key"] else 200)
            self.send_header("Content-Length", str(len(NO_MODELS)))
            self.end_headers()
            self.wfile.write(NO_MODELS)

        do_GET = do_POST = answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Meeting) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()
        thread.join()


def test_all_keys_are_asked_at_once_and_none_is_sent_anything(command, together):
    url, asked = together

    run = command(
        "upstreams", "--probe", "--json",
        GEMINI_API_KEY="key-a,key-b,key-c", GEMINI_BASE_URL=url,
    )  # fmt: skip

    assert asked == ["GET"] * 3
    kinds = [standing(run, "google", number)["probe"]["kind"] for number in (1, 2, 3)]
    assert kinds == [None, "billing_exhausted", None]
    assert run.code == 1


# --- what a run has stored ------------------------------------------------------------------


@pytest.fixture
def ran(scene_over, settings, settings_for, tmp_path):
    """A bot with two keys at Google, the first out of money; and an operator's variables for it."""
    keys = "sk-402-first,sk-good-second"
    told = settings.model_copy(update={"gemini_api_key": type(settings.gemini_api_key)(keys)})
    variables = settings_for(gemini=keys) | {"DATA_DIR": str(tmp_path / "data")}
    return scene_over(told), variables


async def test_breakers_and_spending_of_a_running_bot_are_seen_and_reset(ran, command, calls):
    scene_opened, variables = ran
    async with scene_opened as scene:
        alice = scene.member("alice")
        for prompt in ("upstreams: a fox", "upstreams: drop"):
            await alice.slash(scene.channel, "imagine", prompt=prompt)

        run = command("upstreams", "--json", **variables)
        shown = command("upstreams", COLUMNS="120", **variables)
        spent = command("upstreams", "spending", "--json", **variables)

        [breaker] = standing(run, "google", 1)["breakers"]
        assert (breaker["kind"], breaker["model"]) == ("billing_exhausted", None)
        wait = datetime.fromisoformat(breaker["retry_at"]) - datetime.now(UTC)
        assert timedelta(minutes=8) < wait <= timedelta(minutes=10)
        assert "whole key: out of credits, asked again in " in lines_of(shown, "google")[0]
        assert "`plantain upstreams reset google`" in shown.out
        assert standing(run, "google", 1)["today_paid_usd"] == 0
        good = standing(run, "google", 2)
        assert (good["breakers"], good["rpm"]) == ([], None)
        assert (good["today_paid_usd"], good["today_in_doubt_usd"]) == (0.0336, 0.0336)
        assert {key: spent.answer[key] for key in MONEY} == {
            "calls": 3, "paid_usd": 0.0336, "in_doubt_usd": 0.0336, "liability_usd": 0.0336,
        }  # fmt: skip
        broke, rich = fingerprint("sk-402-first"), fingerprint("sk-good-second")
        assert {row["key"]: row["calls"] for row in spent.answer["rows"]} == {broke: 1, rich: 2}

        await alice.slash(scene.channel, "imagine", prompt="upstreams: still closed")
        reset = command("upstreams", "reset", "google", **variables)
        for prompt in ("upstreams: open again", "upstreams: and again"):
            await alice.slash(scene.channel, "imagine", prompt=prompt)

        assert (reset.code, reset.out) == (
            0, "google: 1 pause lifted; it is asked again at once.\n",
        )  # fmt: skip
        closed = calls.of("upstreams: still closed")
        assert [call["key_hash"] for call in closed] == [rich]
        again = calls.of("upstreams: open again") + calls.of("upstreams: and again")
        assert [call["key_hash"] for call in again].count(broke) == 1
        await scene.assert_books_balance()


def test_looking_makes_no_database_and_a_reset_of_nothing_says_so(command, folder):
    runs = [command("upstreams"), command("upstreams", "spending"), command("upstreams", "prices")]
    reset = command("upstreams", "reset", "google")

    assert [run.code for run in [*runs, reset]] == [0] * 4
    assert "no database yet" in runs[1].out
    assert reset.out == "google: nothing was paused there.\n"
    assert list(folder.iterdir()) == []


def test_a_reset_of_a_name_nobody_knows_lists_the_names(command):
    run = command("upstreams", "reset", "openai")

    assert (run.code, run.out) == (2, "")
    assert run.err == f"plantain: NAME: 'openai' is not one of {', '.join(CATALOG.upstreams)}\n"


@pytest.fixture
def database(command, folder) -> Path:
    """An operator's database, up to date and empty."""
    command("db", "upgrade")
    return folder / "data" / "plantain.db"


def write(database, statement, **values):
    connection = sqlite3.connect(database)
    with connection:
        connection.execute(statement, values)
    connection.close()


def close(database, key, *, model, kind, minutes, provider="google"):
    """A stored breaker that opens in so many minutes from now."""
    now = int(datetime.now(UTC).timestamp() * 1e6)
    write(
        database,
        "INSERT INTO breakers VALUES (:provider, :key, :model, :kind, :now, :retry_at, NULL)",
        provider=provider, key=fingerprint(key), model=model, kind=kind, now=now,
        retry_at=now + minutes * 60_000_000,
    )  # fmt: skip


def test_each_open_breaker_is_told_in_words(command, database):
    """Of one model or the whole key, whenever it ends; those of other keys are not this key's."""
    close(database, "one-good-key", model="gemini-3-pro-image", kind="quota_daily", minutes=300)
    close(database, "one-good-key", model="*", kind="auth_invalid", minutes=-1)
    close(database, "an-older-key", model="*", kind="account_suspended", minutes=10)

    run = command("upstreams", GEMINI_API_KEY="one-good-key,two-good-key", COLUMNS="160")

    told = run.out[run.out.index("google") :]
    assert "whole key: key refused, asked again at next use" in told
    assert re.search(
        r"Nano Banana Pro: day quota used up, asked again in 5 h, (\d\d \w{3} )?\d\d:\d\d UTC", told
    )
    assert "suspended" not in run.out
    assert lines_of(run, "google")[1] == f"google 2 {fingerprint('two-good-key')} ok"


def test_a_reset_closes_every_breaker_of_that_name_alone(command, database):
    close(database, "one-good-key", model="*", kind="auth_invalid", minutes=5)
    close(database, "an-older-key", model="gemini-3-pro-image", kind="quota_daily", minutes=5)
    close(database, "one-good-key", model="*", kind="spend_limit", minutes=5, provider="apiyi")

    run = command("upstreams", "reset", "google")

    assert run.out == "google: 2 pauses lifted; it is asked again at once.\n"
    connection = sqlite3.connect(database)
    assert connection.execute("SELECT provider FROM breakers").fetchall() == [("apiyi",)]
    connection.close()


def test_a_database_of_another_version_is_left_as_it_is(command, database):
    """Only `db upgrade` and a bot that starts may change it."""
    write(database, "DELETE FROM schema_migrations WHERE number > 4")
    before = database.read_bytes()

    for arguments in (("upstreams",), ("upstreams", "spending")):
        run = command(*arguments)

        assert (run.code, run.out) == (1, "")
        assert "`plantain db upgrade`" in run.err
    assert database.read_bytes() == before


def spend(database, number, *, days_ago, outcome, billed, state, micros, key="a-key-of-old"):
    """One call of one job on record."""
    at = (int(datetime.now(UTC).timestamp() * 1e6) // DAY_MICROS - days_ago) * DAY_MICROS + number
    write(
        database,
        "INSERT INTO jobs (id, state, kind, member_id, message_id, locale, private,"
        " application_id, upload_limit, prompt, model, aspect_ratio, resolution, count, provider,"
        " reservation_id, account_id, credits_each, usd_micros_each, created_at)"
        " VALUES (:id, :state, 'imagine', 1, 1, 'en', 0, 1, 1, 'p', 'm', 'auto', '1K', 1,"
        " 'google', :id, 'member:1', 1, 1, :at)",
        id=str(number), state=state, at=at,
    )  # fmt: skip
    write(
        database,
        "INSERT INTO attempts (id, job_id, picture, number, provider, usd_micros, started_at,"
        " ended_at, outcome, billed, key, model) VALUES (:id, :id, 0, 1, 'google', :micros, :at,"
        " :at, :outcome, :billed, :key, 'gemini-3-pro-image')",
        id=str(number), micros=micros, at=at, outcome=outcome, billed=billed, key=fingerprint(key),
    )  # fmt: skip


@pytest.fixture
def spent(database):
    """Today, yesterday, and a week ago, which is one day too far for the usual view."""
    spend(database, 1, days_ago=0, outcome="image", billed="yes", state="done", micros=134_000)
    spend(database, 2, days_ago=0, outcome="image", billed="yes", state="failed", micros=134_001)
    spend(
        database, 3, days_ago=1, outcome="timeout_unknown", billed="unknown", state="failed",
        micros=12_345_678_901,
    )  # fmt: skip
    spend(database, 4, days_ago=1, outcome="auth_invalid", billed="no", state="failed", micros=7)
    spend(database, 5, days_ago=7, outcome="image", billed="yes", state="done", micros=1)


def test_spending_is_shown_by_day_exact_to_the_millionth_with_its_sums(command, spent):
    run = command("upstreams", "spending")

    rows = [" ".join(line.split()) for line in run.out.splitlines()]
    day = datetime.now(UTC)
    today, yesterday = (f"{when:%d %b} google" for when in (day, day - timedelta(days=1)))
    assert f"{yesterday} Nano 2 0.0000 12,345.678901 12,345.678901" in rows
    assert f"{today} Nano 2 0.268001 0.0000 0.134001" in rows
    assert "sum 4 0.268001 12,345.678901 12,345.812902" in rows
    assert rows.count(f"{fingerprint('a-key-of-old')} Banana Pro") == 2
    assert max(map(len, run.out.splitlines())) <= 80


def test_spending_reaches_as_far_back_as_asked_for(command, spent):
    calls = {
        days: command("upstreams", "spending", "--days", days, "--json").answer["calls"]
        for days in ("1", "2", "7", "8")
    }

    assert calls == {"1": 2, "2": 4, "7": 4, "8": 5}
    assert command("upstreams", "spending", "--days", "0").code == 2


def test_todays_spending_is_each_keys_own(command, spent):
    run = command("upstreams", "--json", GEMINI_API_KEY="a-key-of-old,a-key-of-today")

    assert standing(run, "google", 1)["today_paid_usd"] == 0.268001
    assert standing(run, "google", 2)["today_paid_usd"] == 0


def test_a_database_without_calls_says_so(command, database):
    assert (
        "Nothing was asked of an upstream in 3 days"
        in command("upstreams", "spending", "--days", "3").out
    )


# --- prices ---------------------------------------------------------------------------------


def test_every_price_of_the_catalog_is_there_in_dollars_and_credits(command):
    run = command("upstreams", "prices", "--json", GEMINI_API_KEY=None)

    expected = {
        (name, model_id, size): micros
        for name, upstream in CATALOG.upstreams.items()
        for model_id, offer in upstream.offers.items()
        for size, micros in offer.usd_micros.items()
    }
    found = {
        (row["provider"], row["model"], row["resolution"]): round(row["usd"] * 1_000_000)
        for row in run.answer["prices"]
    }
    assert (run.code, found) == (0, expected)
    assert len(run.answer["prices"]) == len(found)
    assert not any(row["yours"] for row in run.answer["prices"])


def test_margin_and_step_are_on_the_credits_and_not_on_the_dollars(command):
    """0.0336 USD are 6.72 credits, with 20 % 8.064, and in steps of five 10."""
    values = {"PRICE_MARGIN_PERCENT": "20", "PRICE_STEP": "5"}
    run = command("upstreams", "prices", "--json", **values)
    told = command("upstreams", "prices", **values)

    [cheap] = [
        row
        for row in run.answer["prices"]
        if (row["provider"], row["model"], row["resolution"])
        == ("google", "gemini-nano-banana-2.1", "1K")
    ]
    assert (cheap["usd"], cheap["credits"]) == (0.0336, 10)
    assert (run.answer["margin_percent"], run.answer["step_credits"]) == (20, 5)
    said = " ".join(told.out.split())
    assert "credits of 0.0050 USD, with 20 % on top, rounded up to a multiple of 5." in said


def test_what_a_key_may_spend_is_shown_with_what_it_spent(command, database):
    """Two of three limits are there; the day's is used up, and yesterday's hour is none."""
    now = int(datetime.now(UTC).timestamp() * 1e6)
    write(
        database,
        "INSERT INTO key_usage VALUES (:key, 0, 5, :now, 2500000, :now, 2500000, 9000000)",
        key=fingerprint("one-good-key"), now=now,
    )  # fmt: skip
    limits = "usd_per_hour=1, usd_per_day=2.5"

    run = command("upstreams", GEMINI_API_KEY="one-good-key", GEMINI_LIMITS=limits)
    facts = command("upstreams", "--json", GEMINI_API_KEY="one-good-key", GEMINI_LIMITS=limits)

    told = [" ".join(line.split()) for line in run.out.splitlines()]
    name = f"google 1 {fingerprint('one-good-key')}"
    assert any(line.startswith(f"{name} usd_per_hour 1.0000 0.0000") for line in told)
    assert any(line.startswith(f"{name} usd_per_day 2.5000 2.5000") for line in told)
    [google] = [row for row in facts.answer["upstreams"] if row["provider"] == "google"]
    assert [(row["measure"], row["limit_usd"], row["used_usd"]) for row in google["limits"]] == [
        ("usd_per_hour", 1, 0),
        ("usd_per_day", 2.5, 2.5),
    ]
    wrong = command("upstreams", GEMINI_LIMITS="usd_per_week=1")
    assert wrong.code == 2
    assert "GEMINI_LIMITS" in wrong.err


def test_a_part_of_a_credit_counts_as_one_of_the_operators_worth(command):
    run = command("upstreams", "prices", "--json", CREDIT_USD="0.01")

    [cheap] = [
        row
        for row in run.answer["prices"]
        if (row["provider"], row["model"], row["resolution"])
        == ("google", "gemini-nano-banana-2.1", "1K")
    ]
    assert (cheap["usd"], cheap["credits"], run.answer["credit_usd"]) == (0.0336, 4, 0.01)


def test_the_operators_prices_stand_out_and_what_is_retired_says_when(command, folder):
    (folder / "plantain.toml").write_text(
        '[providers.apiyi.models."gemini-3-pro-image"]\nusd = { 1K = 0.08 }\n'
        'source = "our contract"\nas_of = 2026-11-01\n'
        '[providers.google.models."gemini-2.5-flash-image"]\noff = true\n'
    )

    run = command("upstreams", "prices")
    as_json = command("upstreams", "prices", "--json")

    mine = [row for row in as_json.answer["prices"] if row["yours"]]
    assert {(row["provider"], row["model"]) for row in mine} == {("apiyi", "gemini-3-pro-image")}
    assert (mine[0]["source"], mine[0]["as_of"]) == ("our contract", "2026-11-01")
    assert [row["resolution"] for row in mine] == ["1K"]
    rest = [row for row in as_json.answer["prices"]
            if (row["provider"], row["model"]) == ("apiyi", "gemini-3-pro-image")][1:]  # fmt: skip
    assert {row["as_of"] for row in rest} == {"2026-11-20"}
    assert not any("contract" in row["source"] for row in rest)
    assert lines_of(run, "apiyi")[1].startswith("apiyi * 0.0800 ")
    assert "1K: our contract" in " ".join(run.out.split())
    assert "* set in plantain.toml." in run.out
    assert "* gemini-2.5-flash-image at google is switched off there." in run.out
    off = [{"provider": "google", "model": "gemini-2.5-flash-image"}]
    assert as_json.answer["off"] == off
    retired = {(r["provider"], r["shutdown"]) for r in as_json.answer["prices"] if r["retired"]}
    assert retired == {("google", "2026-10-29")}
    assert "shut down 2026-10-29" in " ".join(run.out.split())


# --- form -----------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [(), ("--probe",), ("prices",), ("spending",)])
def test_eighty_columns_are_enough_and_no_number_is_broken(
    command, settings_for, spent, database, arguments
):
    """Whatever is long, piped and so without colours; every row is whole."""
    close(database, "a-key-of-old", model="*", kind="billing_exhausted", minutes=9)
    keys = settings_for(
        gemini="a-key-of-old,bad-key-two,key-three",
        apiyi="k1",
        evolink="sk-402,sk-fine",
        toapis="k2",
    )

    run = command("upstreams", *arguments, COLUMNS="80", **keys)

    assert run.code == (1 if arguments == ("--probe",) else 0)
    assert max(map(len, run.out.splitlines())) <= 80
    assert "\x1b" not in run.out
    assert "…" not in run.out
    assert not re.search(r"^\s*[\d,]*\.?\d+\s*$", run.out, re.MULTILINE)


@pytest.mark.parametrize(
    ("arguments", "schema"),
    [
        (("upstreams", "--json"), UPSTREAMS),
        (("upstreams", "--json", "--probe"), UPSTREAMS),
        (("upstreams", "prices", "--json"), PRICES),
        (("upstreams", "spending", "--json"), SPENDING),
    ],
    ids=" ".join,
)
def test_json_is_one_object_of_a_fixed_shape(
    command, settings_for, spent, database, arguments, schema
):
    close(database, "a-key-of-old", model="gemini-3-pro-image", kind="quota_daily", minutes=9)

    run = command(*arguments, **settings_for(gemini="a-key-of-old,bad-key-2", evolink="sk-402"))

    assert run.err == ""
    jsonschema_rs.validator_for(schema, validate_formats=True).validate(run.answer)


def test_an_option_before_a_subcommand_is_not_dropped(command):
    run = command("upstreams", "--json", "prices")

    assert (run.code, run.out) == (2, "")
    assert "after its name" in run.err


def test_the_help_of_generate_names_every_provider(command):
    run = command("generate", "--help", COLUMNS="300")

    assert PROVIDERS.split(", ") == list(CATALOG.upstreams)
    assert f"One of {PROVIDERS}, " in run.out


def test_the_keys_are_nowhere_in_the_json(command, settings_for):
    secrets = ("a-secret-of-google", "bad-key-secret-of-apiyi")

    run = command(
        "upstreams", "--probe", "--verbose", "--json",
        **settings_for(gemini=secrets[0], apiyi=secrets[1]),
    )  # fmt: skip

    assert not any(secret in json.dumps(run.answer) for secret in secrets)
