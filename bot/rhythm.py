"""So many a minute, and not all at once: the arithmetic of a GCRA row.

A row holds when the next one is due. One that comes earlier than `slack` before that must wait.
"""

from dataclasses import dataclass
from typing import Self

MINUTE = 60_000_000
"""In microseconds, as all times here."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """`interval` between two in the long run; `slack` is how far one may be ahead of it."""

    interval: int
    slack: int

    @classmethod
    def of(cls, per_minute: int) -> Self:
        """At most `per_minute` (from 1) in any minute, of which a tenth may come at once.

        With n at once and then one per interval, no minute sees more than n + minute / interval.
        """
        at_once = 1 + per_minute // 10
        interval = -(-MINUTE // (per_minute - at_once + 1))
        return cls(interval, (at_once - 1) * interval)

    def wait(self, due: int, now: int) -> int:
        """How long one that comes now must wait, where the next is `due`."""
        return max(0, due - self.slack - now)

    def plausible(self, due: int, now: int, *, longest: int) -> int:
        """`due`, where nobody is let in who waits for more than `longest`; else the longest wait.

        One that is due later than that can be was noted before the clock was set back.
        """
        latest = now + self.slack + longest
        return due if due <= latest + self.interval else latest

    def after(self, due: int, now: int) -> int:
        """When the one after it is due."""
        return max(due, now) + self.interval
