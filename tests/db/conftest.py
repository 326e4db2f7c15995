import pytest

from bot.db import engine


@pytest.fixture
async def database(address):
    """An open database of its own file, with a table to play with."""
    async with engine.opened(address) as opened:
        await opened.write(lambda tx: tx.execute("CREATE TABLE notes (id BIGINT PRIMARY KEY);"))
        yield opened


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
