"""What can be limited, for whom, and what is known of its use."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Whose(StrEnum):
    """Who a limit is set for. A role's holds for each member who has it."""

    BOT = "bot"
    SERVER = "server"
    ROLE = "role"
    MEMBER = "member"


class Measure(StrEnum):
    """What is counted."""

    RATE = "requests_per_minute"
    JOBS = "concurrent_jobs"
    HOUR = "credits_per_hour"
    DAY = "credits_per_day"
    MONTH = "credits_per_month"
    TOTAL = "credits_in_total"


MOST = 10**12


@dataclass(frozen=True, slots=True)
class Limit:
    """`amount` None is no limit, said on purpose: it overrides one that would hold otherwise.

    `owner_id` is the server's, role's or member's id, 0 for the bot; `guild_id` 0 is everywhere.
    """

    whose: Whose
    guild_id: int
    owner_id: int
    measure: Measure
    amount: int | None


@dataclass(frozen=True, slots=True)
class Who:
    """A member as limits see them. `role_ids` from the highest down; `guild_id` 0 in a DM."""

    member_id: int
    guild_id: int = 0
    role_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Subject:
    """Somebody whose use is counted, with the limit that holds for each measure, if any.

    `whose` says, by measure, who the limit was set for: a member's may be their role's.
    """

    id: str
    limits: Mapping[Measure, int]
    whose: Mapping[Measure, Whose]


@dataclass(frozen=True, slots=True)
class Use:
    """How much of one limit is used; `opens_at`, in microseconds UTC, is when it begins anew.

    None for what never does by itself.
    """

    whose: Whose
    measure: Measure
    limit: int
    used: int
    opens_at: int | None

    @property
    def left(self) -> int:
        return max(0, self.limit - self.used)
