import itertools

import pytest

from bot.db import engine
from bot.ledger.ledger import Ledger


@pytest.fixture
def make_ledger():
    """make_ledger(welcome=...) gives a Ledger whose clock and ids count up by one."""

    def made(*, welcome=0, kind=Ledger):
        seconds = itertools.count(1)
        numbers = itertools.count(1)
        return kind(
            now=lambda: next(seconds), new_id=lambda: f"{next(numbers):09d}", welcome=welcome
        )

    return made


@pytest.fixture
async def database(address):
    """An open database of its own file."""
    async with engine.opened(address) as opened:
        yield opened
