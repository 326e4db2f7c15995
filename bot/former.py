"""What one who was forgotten and has come back had used before: known by a keyed hash of their id.

Forgetting oneself must not bring a second welcome, nor what a limit has already been used up for.
The hash is tied to no job and no entry; windows that are over are dropped.
"""

from collections.abc import Mapping
from hashlib import blake2b

from bot.db.database import Transaction

WELCOME = "welcome"
GIFTS = "gifts"
NOTHING: Mapping[str, tuple[int, int]] = {}


def ghost(salt: str, member_id: int) -> int:
    """A member's id as nobody reads it who has no salt; below zero, as no member's is."""
    digest = blake2b(str(member_id).encode(), key=salt.encode(), digest_size=8).digest()
    return -(int.from_bytes(digest) >> 2) - 1


async def former_use(tx: Transaction, member_id: int) -> Mapping[str, tuple[int, int]]:
    """What a member had used before they were forgotten, by what: when its window began, how much.

    Empty for almost everybody, and cheap where nobody was ever forgotten.
    """
    row = await tx.one("salt")
    if row is None:
        return NOTHING
    rows = await tx.all("former_use", ghost=ghost(row["value"], member_id))
    return {found["what"]: (found["began"], found["used"]) for found in rows}


def counted(use: Mapping[str, tuple[int, int]], what: str, *, since: int = 0) -> int:
    """How much of it was used in the window that began then, or later; 0 for nothing."""
    began, used = use.get(what, (0, 0))
    return used if began >= since else 0


async def welcomed(tx: Transaction, account_id: str) -> bool:
    """Whether who opens this account has been welcomed under another."""
    kind, _, member_id = account_id.partition(":")
    if kind != "member" or not member_id.isdigit():
        return False
    return WELCOME in await former_use(tx, int(member_id))
