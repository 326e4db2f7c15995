"""What the ledger tells about accounts and their history."""

from dataclasses import dataclass
from enum import StrEnum


class MovementKind(StrEnum):
    """Why credits moved."""

    GRANT = "grant"
    RESERVE = "reserve"
    SETTLE = "settle"
    RELEASE = "release"
    REFUND = "refund"
    TRANSFER = "transfer"


@dataclass(frozen=True, slots=True)
class Account:
    """Credits one may spend, and credits promised to what is under way."""

    id: str
    available: int
    held: int


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """What one movement did to one account; `at` is in microseconds UTC."""

    kind: MovementKind
    available_change: int
    held_change: int
    reason: str
    reservation_id: str | None
    at: int

    @property
    def amount(self) -> int:
        """The change to what the account has in all, so that amounts add up to its credits.

        It is 0 for a reserve and a release, which only move credits between available and held.
        """
        return self.available_change + self.held_change


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """A number in the books that does not follow from the others.

    `what` is "available" or "held" against the account's entries, "reserved" for held credits
    against its open reservations, or "movement" and an id (without account) for entries that do
    not sum to zero.
    """

    account_id: str | None
    what: str
    stored: int
    recomputed: int
