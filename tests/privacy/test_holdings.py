"""No table and no column is forgotten when people are: a new one must say what becomes of it."""

import re
import sqlite3
from contextlib import closing

import pytest

from bot.db import layout, migrations, statements
from bot.privacy.holdings import HOLDINGS

PERSONAL = re.compile(
    r"member|user|author|owner|person|prompt|word|token|note|name|style|message_id|channel_id"
    r"|interaction_id|_by$|^from_|^to_"
)
"""What a column is called that may be about somebody; every text may be, whatever it is called."""

EXEMPT = {
    "a key of ours, which says nothing": """
        alerts.id attempts.id attempts.job_id confirmations.id confirmations.origin_job_id
        entries.movement_id forgettings.id gifts.id job_images.job_id jobs.claim jobs.id
        jobs.origin_job_id jobs.reservation_id allowance_shares.reservation_id movements.id
        movements.reservation_id
        open_calls.id reservations.id shares.reservation_id teams.id team_members.team_id
        team_shares.team_id team_shares.reservation_id turns.job_id
        batches.id batches.claim batch_lines.batch_id batch_lines.job_id batch_posts.batch_id
        characters.id favourites.job_id gallery_posts.job_id
        gallery_views.id job_characters.job_id jobs.batch_id""",
    "one of a few words of ours": """
        accounts.kind alerts.measure allowances.period attempts.billed attempts.outcome
        breakers.kind breakers.scope confirmations.button confirmations.kind confirmations.state
        confirmations.thinking confirmations.aspect_ratio confirmations.resolution
        confirmations.model gifts.state guild_places.kind guild_settings.aspect_ratio
        guild_settings.language guild_settings.model guild_settings.resolution job_images.role
        jobs.aspect_ratio jobs.button jobs.failure jobs.kind jobs.locale jobs.model jobs.provider
        jobs.resolution jobs.state jobs.thinking limits.measure limits.whose movements.kind
        preferences.aspect_ratio preferences.language preferences.model preferences.resolution
        reservations.state
        batches.locale batches.state batch_lines.model batch_lines.aspect_ratio
        batch_lines.resolution batch_posts.kind gallery_views.model styles.owner""",
    "about upstreams and their keys": """
        attempts.key attempts.model attempts.provider attempts.tokens breakers.key breakers.model
        breakers.provider key_usage.key open_calls.key paces.key turns.model turns.provider""",
    "a server's, and no member's": """
        alert_channels.channel_id alerts.name alerts.subject blocked_words.word fillings.account_id
        guild_settings.gallery_channel guild_settings.house_style guild_settings.log_channel
        teams.channel_id teams.name confirmations.house_style gallery_posts.channel_id""",
    "a picture's digest, which goes with the last row that refers to it: see `eraser`": """
        confirmation_images.digest doomed_files.digest doomed_files.mime images.digest images.mime
        job_images.digest kept_pictures.digest turns.digest character_pictures.digest""",
    "an interaction, which only keeps it from being done twice; its row goes or names nobody": """
        confirmations.interaction_id gifts.interaction_id heard.interaction_id
        batches.interaction_id""",
    "which pictures of a batch a message has, by their places": "batch_posts.content",
    "a rule that others made about a member: forgetting oneself must not undo it": """
        blocked_members.member_id limits.owner_id""",
    "a keyed hash, so that forgetting oneself is no way around a limit": """
        former_use.ghost former_use.what salts.value""",
    "a number of credits": "teams.per_member",
    "a time": "batches.token_at",
    "whose application it was: the bot's own": "jobs.application_id",
}
EXCUSED = {name: why for why, names in EXEMPT.items() for name in names.split()}

HELP = """
{what} is new, and may be about somebody. Say what becomes of it when they are forgotten:
- in bot/privacy/holdings.py, name it in `about` of the table's Holding, whose `forget` names
  statements of bot/db/sql/privacy.sql that delete its rows, blank it, or put :alias in its place;
  give `export` a statement where it is something a member should get a copy of;
- or, where it names nobody and holds nobody's words, add it to EXEMPT here, under a reason.
"""

PICTURES = """
{table} refers to pictures, so that what it refers to must not be deleted: add a NOT EXISTS (or a
COUNT, for the last) for it to {statement} in bot/db/sql/privacy.sql.
"""


@pytest.fixture(scope="module")
def schema():
    with closing(sqlite3.connect(":memory:")) as connection:
        for migration in migrations.load():
            connection.executescript(migration.script)
        yield connection


def columns(schema):
    for shape in layout.shapes():
        for _, column, kind, *_ in schema.execute(f"PRAGMA table_info({shape.name})"):
            yield shape.name, column, kind


def test_every_column_that_may_be_about_somebody_is_seen_to(schema):
    seen_to = {f"{one.table}.{column}" for one in HOLDINGS for column in one.about}
    known = {f"{table}.{column}" for table, column, _ in columns(schema)}
    for table, column, kind in columns(schema):
        name = f"{table}.{column}"
        if kind == "TEXT" or PERSONAL.search(column):
            assert name in seen_to or name in EXCUSED, HELP.format(what=name)
    assert seen_to - known == set(), "holdings.py names what there is not"
    assert set(EXCUSED) - known == set(), "EXEMPT names what there is not"
    assert set(EXCUSED) & seen_to == set(), "EXEMPT excuses what holdings.py sees to"


def test_every_statement_of_the_list_is_there_and_changes_a_table_of_the_list():
    tables = {one.table for one in HOLDINGS}
    for holding in HOLDINGS:
        for name in holding.forget:
            sql = statements.load()[name]
            [table] = re.findall(r"^\s*(?:UPDATE|DELETE FROM|INSERT INTO)\s+(\w+)", sql)[:1]
            assert table in tables, name
        if holding.export is not None:
            assert ":past" in statements.load()[holding.export]


@pytest.mark.parametrize(
    "statement", ["doom_file", "forget_image", "pictures_of_nobody", "doomed_files"]
)
def test_whatever_refers_to_a_picture_keeps_it(schema, statement):
    """Turns keep what is known of one, and no file: they are the job's that drew it."""
    sql = statements.load()[statement]
    for shape in layout.shapes():
        refers = {row[2] for row in schema.execute(f"PRAGMA foreign_key_list({shape.name})")}
        if "images" in refers and not (shape.name == "turns" and "doom" in statement):
            assert f" {shape.name}" in sql, PICTURES.format(table=shape.name, statement=statement)
