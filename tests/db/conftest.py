import pytest

from bot.db import engine
from bot.db.sqlite import SqliteDatabase

NOTES = "CREATE TABLE notes (id BIGINT PRIMARY KEY);"


@pytest.fixture
async def database(tmp_path):
    """An open database of its own file, with a table to play with."""
    async with SqliteDatabase.open(tmp_path / "plantain.db") as opened:
        await opened.write(lambda tx: tx.execute(NOTES))
        yield opened


@pytest.fixture
async def either(address):
    """The same on either engine."""
    async with engine.opened(address) as opened:
        await opened.write(lambda tx: tx.execute(NOTES))
        yield opened
        await opened.write(lambda tx: tx.execute("DROP TABLE notes;"))


@pytest.fixture
def add():
    """add(number) is a work that writes one note."""

    def work_for(number):
        async def work(tx):
            await tx.query("INSERT INTO notes (id) VALUES (:number)", number=number)
            return number

        return work

    return work_for


@pytest.fixture
def notes():
    """A work that returns the numbers of every note, in order."""

    async def work(tx):
        return [row["id"] for row in await tx.query("SELECT id FROM notes ORDER BY id")]

    return work
