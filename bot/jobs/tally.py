"""What a report adds up: days, and who and what the credits of a server went to."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.db.database import Row

TOP = 5


class Group(StrEnum):
    """By what the credits are told apart."""

    MEMBER = "member"
    MODEL = "model"
    CHANNEL = "channel"
    SERVER = "server"


@dataclass(frozen=True, slots=True)
class Share:
    """What one of a group paid, less what was refunded. `key` is an id, or a model's."""

    key: str
    credits: int
    pictures: int


@dataclass(frozen=True, slots=True)
class Ranking:
    """The first few of a group, those who paid most first, and how many others there are."""

    top: tuple[Share, ...]
    others: int


@dataclass(frozen=True, slots=True)
class Sums:
    """Of a whole report. `paid` is credits less those refunded, and so is what each payer paid."""

    paid: int = 0
    refunded: int = 0
    pictures: int = 0
    jobs: int = 0
    by_pool: int = 0
    by_teams: int = 0

    @property
    def by_members(self) -> int:
        return self.paid - self.by_pool - self.by_teams


class Tally:
    """Adds up the rows of a report, day after day."""

    def __init__(self) -> None:
        self.amounts: list[int] = []
        self._sums: dict[str, int] = defaultdict(int)
        self._paid: Mapping[Group, dict[str, list[int]]] = {
            group: defaultdict(lambda: [0, 0]) for group in Group
        }

    def add(self, rows: Sequence[Row]) -> None:
        """One more day; `amounts` has what it cost."""
        self.amounts.append(sum(row["credits"] - row["refunded"] for row in rows))
        for name in ("credits", "refunded", "pictures", "jobs", "by_pool", "by_teams"):
            self._sums[name] += sum(row[name] for row in rows)
        for row in rows:
            for group, key in _keys(row):
                so_far = self._paid[group][key]
                so_far[0] += row["credits"] - row["refunded"]
                so_far[1] += row["pictures"]

    @property
    def sums(self) -> Sums:
        sums = self._sums
        return Sums(
            paid=sums["credits"] - sums["refunded"],
            refunded=sums["refunded"],
            pictures=sums["pictures"],
            jobs=sums["jobs"],
            by_pool=sums["by_pool"],
            by_teams=sums["by_teams"],
        )

    def ranking(self, group: Group) -> Ranking:
        shares = [Share(key, *sums) for key, sums in self._paid[group].items()]
        shares.sort(key=lambda share: (-share.credits, -share.pictures, share.key))
        return Ranking(tuple(shares[:TOP]), max(0, len(shares) - TOP))


def _keys(row: Row) -> Iterable[tuple[Group, str]]:
    yield Group.MEMBER, str(row["member_id"])
    yield Group.MODEL, row["model"]
    yield Group.CHANNEL, str(row["channel_id"] or "")
    yield Group.SERVER, str(row["guild_id"] or "")
