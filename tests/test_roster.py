"""`plantain jobs` as an operator uses it, beside a bot at work."""

import json
import sqlite3

import pytest

from bot.db.sqlite import SqliteDatabase
from bot.ledger.ledger import Ledger
from bot.settings import Key
from tests.conftest import OPERATORS_KEY

JOB = "18799a5bf2c3d4e0" * 2
ADD_JOB = """
INSERT INTO jobs (id, state, kind, member_id, message_id, locale, private, application_id,
                  upload_limit, prompt, model, aspect_ratio, resolution, count, provider,
                  reservation_id, account_id, credits_each, usd_micros_each, created_at, claim)
VALUES (?, 'running', 'imagine', 7, 1, 'en-US', 0, 1, 1, 'a secret prompt',
        'gemini-3-pro-image', 'auto', '1K', 1, 'google', ?, 'member:7', 30, 1, 1, 'run-1')
"""
ADD_CALL = """
INSERT INTO attempts (id, job_id, picture, number, provider, key, model, usd_micros, started_at,
                      billed)
VALUES ('call', ?, 0, 1, 'google', 'k', 'm', 134000, 2, 'unknown')
"""


@pytest.fixture
async def file(folder):
    """The database of a running bot: a member's job, 30 credits, one call out."""
    (folder / "data").mkdir()
    ids = iter(range(10**6))
    ledger = Ledger(now=lambda: 5, new_id=lambda: f"{next(ids):032x}", welcome=100)
    path = folder / "data" / "plantain.db"
    async with SqliteDatabase.open(path) as database:

        async def begin(tx):
            await ledger.open(tx, "member:7")
            return await ledger.reserve(tx, "member:7", 30, reason="imagine")

        reservation = await database.write(begin)
        ask(path, ADD_JOB, JOB, reservation)
        ask(path, ADD_CALL, JOB)
        yield path


def ask(path, sql, *values):
    with sqlite3.connect(path) as connection:
        rows = connection.execute(sql, values).fetchall()
    connection.close()
    return rows


def books(path):
    [held] = ask(path, "SELECT available, held FROM accounts WHERE id = 'member:7'")
    return held


async def test_jobs_are_shown_with_their_calls_and_without_their_prompts(command, file):
    listed = command("jobs", "list")
    shown = command("jobs", "show", JOB[-8:])
    of_one_state = command("jobs", "list", "--state", "queued")
    wrong = command("jobs", "list", "--state", "lost")
    unknown = command("jobs", "show", "nobody")

    assert (listed.code, shown.code, of_one_state.code) == (0, 0, 0)
    assert JOB[-8:] in listed.out
    assert "running" in listed.out
    assert "secret" not in listed.out + shown.out
    assert "google" in shown.out
    assert "0.1340" in shown.out
    assert of_one_state.out.strip() == "No jobs."
    assert (wrong.code, unknown.code) == (2, 1)
    [job] = json.loads(command("jobs", "list", "--json").out)
    assert (job["job"], job["held"], job["credits"], job["member"]) == (JOB, True, 30, "7")
    facts = command("jobs", "show", JOB, "--json").answer
    assert [(call["billed"], call["usd"]) for call in facts["calls"]] == [("unknown", 0.134)]


async def test_a_job_is_given_back_once_and_tried_again_only_knowingly(command, file):
    """Taken from the run that holds it; then as a job of its own, paid for as any."""
    waits = command("jobs", "retry", JOB)
    assert (waits.code, "goes on with it by itself" in waits.err) == (1, True)

    released = command("jobs", "release", JOB[-8:])
    again = command("jobs", "release", JOB)

    assert (released.code, again.code) == (0, 1)
    assert "30 credits given back" in released.out
    assert "1 call for it, up to 0.1340 USD, may still be billed." in released.out
    assert books(file) == (100, 0)
    [row] = ask(file, "SELECT state, claim, failure, deliver_at IS NULL FROM jobs")
    assert row == ("cancelled", None, "error-given-back", 0)
    assert ask(file, "SELECT outcome, billed FROM attempts") == [("abandoned", "unknown")]

    careful = command("jobs", "retry", JOB)
    retried = command("jobs", "retry", JOB, "--anyway")
    twice = command("jobs", "retry", JOB, "--anyway")

    assert (careful.code, retried.code, twice.code) == (1, 0, 1)
    assert "up to 0.1340 USD, may have been paid for. --anyway" in careful.err
    assert "was tried again as" in twice.err
    assert "for 27 credits, today's price (30 before), held on member:7;" in retried.out
    assert "role" not in retried.out
    assert books(file) == (73, 27)
    rows = ask(file, "SELECT state, prompt, claim FROM jobs WHERE id <> ?", JOB)
    assert rows == [("queued", "a secret prompt", None)]
    assert command("ledger", "check").code == 0


async def test_what_is_erased_or_about_to_be_is_not_drawn_again(command, file):
    """There are no words left, and nobody who wants it."""
    ask(file, "UPDATE jobs SET state = 'failed', claim = NULL, finished_at = 5")
    ask(file, "UPDATE attempts SET ended_at = 3, outcome = 'no_image', billed = 'no'")
    ask(file, "INSERT INTO forgettings VALUES ('f', 7, -5, 1)")
    wanted_gone = command("jobs", "retry", JOB)
    ask(file, "DELETE FROM forgettings")
    ask(file, "UPDATE jobs SET prompt = '', erased_at = 6, forgotten_at = 6")
    erased = command("jobs", "retry", JOB)

    for refused in (wanted_gone, erased):
        assert (refused.code, "nothing to draw" in refused.err) == (1, True)
    assert ask(file, "SELECT COUNT(*) FROM jobs") == [(1,)]


async def test_what_cannot_be_drawn_or_priced_today_is_not_tried_again(command, file, folder):
    """And in a server it says that roles were not looked at: only Discord knows whose are whose."""
    ask(file, "UPDATE jobs SET guild_id = 9, state = 'failed', claim = NULL, finished_at = 5")
    ask(file, "UPDATE attempts SET ended_at = 3, outcome = 'no_image', billed = 'no'")
    before = books(file)
    breaker = "INSERT INTO breakers VALUES ('google', ?, '*', 'auth_invalid', 1, ?, NULL)"
    nobody = command("jobs", "retry", JOB, GEMINI_API_KEY=None, APIYI_API_KEY=None)
    unsold = command("jobs", "retry", JOB, GEMINI_API_KEY=None, AIVIDEOAPI_API_KEY="sk-only-flash")
    ask(file, breaker, Key.of(OPERATORS_KEY).fingerprint, 10**17)
    closed = command("jobs", "retry", JOB)

    assert (nobody.code, unsold.code, closed.code) == (2, 1, 1)
    assert "no upstream that is set up draws this today" in unsold.err
    assert "every upstream that draws this is closed" in closed.err
    assert books(file) == before
    ask(file, "DELETE FROM breakers")

    retried = command("jobs", "retry", JOB)

    assert retried.code == 0
    assert "Limits and allowances by role were not looked at" in retried.out
    [each] = ask(file, "SELECT credits_each, usd_micros_each FROM jobs WHERE id <> ?", JOB)
    assert each == (27, 134_000)


async def test_a_picture_that_waits_for_discord_is_tried_at_once(command, file):
    later = 10**17
    ask(file, "UPDATE jobs SET state = 'generated', claim = NULL, deliver_at = ?", later)
    assert "tried again" in command("jobs", "show", JOB).out

    retried = command("jobs", "retry", JOB)

    assert (retried.code, "tried again at once" in retried.out) == (0, True)
    [(due,)] = ask(file, "SELECT deliver_at FROM jobs")
    assert due < later


@pytest.mark.parametrize("verb", ["release", "retry"])
def test_an_operator_has_a_word_on_a_servers_jobs_too(command, server, verb):
    there = server.fresh().get_secret_value()

    unknown = command("jobs", verb, "nobody", DATABASE_URL=there)

    assert (unknown.code, "there is no job 'nobody'" in unknown.err) == (1, True)
