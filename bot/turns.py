"""Who goes next when more want in than there is room: everybody in rotation, in groups in rotation.

A queue in order of arrival lets whoever asks most have most. Here whoever has had least goes next:
first of the groups, then of the parties within it, and each one's own in the order they came. What
one has had is counted by what it cost, so that large ones come round more seldom than small ones;
who was away has saved nothing up.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from heapq import heapify, heappop, heapreplace
from itertools import count

REMEMBERED = 256
"""Parties of a group, and groups, that are kept before those that rest are looked through."""


@dataclass(slots=True, eq=False)
class _Call:
    turn: asyncio.Future[None]
    cost: int
    name: str


@dataclass(slots=True, eq=False)
class _Line:
    """What a party has `had`, and when it last came up: the least goes next."""

    had: int = 0
    last: int = 0
    inside: int = 0
    waiting: deque[_Call] = field(default_factory=deque)

    @property
    def rests(self) -> bool:
        return not (self.waiting or self.inside)


@dataclass(slots=True, eq=False)
class _Group:
    """Parties that share turns. The last of them that came up had `before` until then."""

    had: int = 0
    last: int = 0
    inside: int = 0
    before: int = 0
    parties: dict[int, _Line] = field(default_factory=dict)

    @property
    def rests(self) -> bool:
        return all(line.rests for line in self.parties.values())


class Turns:
    """Lets `slots` in at a time; of one party `each`, and of one group `together`, at most."""

    def __init__(self, slots: int, *, each: int | None = None, together: int | None = None) -> None:
        self._free = slots
        self._each = each or slots
        self._together = together or slots
        self._groups: dict[int, _Group] = {}
        self._before = 0
        self._numbers = count(1)
        self._taken = 0

    @property
    def full(self) -> bool:
        """Whether anybody who came now would have to wait."""
        return self._free <= 0

    @property
    def waiting(self) -> int:
        """How many wait."""
        return sum(
            len(line.waiting) for group in self._groups.values() for line in group.parties.values()
        )

    def waits(self, party: int, group: int = 0) -> bool:
        """Whether `party` would have to wait if it came now."""
        known = self._groups.get(group, _Group())
        own = known.parties.get(party, _Line())
        return self.full or bool(own.waiting) or not self._may(known, own)

    def ahead(self, party: int) -> int:
        """How many would go before `party` of the first group, if all cost the same."""
        parties = self._groups.get(0, _Group()).parties
        own = len(parties[party].waiting) if party in parties else 0
        others = (len(line.waiting) for other, line in parties.items() if other != party)
        return own + sum(min(length, own + 1) for length in others)

    def order(self) -> list[str]:
        """The names of those who wait, as they will go if nobody else comes."""
        names, last = [], next(self._numbers)
        groups = []
        for number, known in enumerate(self._groups.values()):
            lines = [
                (line.had, line.last, place, deque(line.waiting))
                for place, line in enumerate(known.parties.values())
                if line.waiting
            ]
            heapify(lines)
            if lines:
                groups.append((known.had, known.last, number, lines))
        heapify(groups)
        while groups:
            group_had, _, number, lines = groups[0]
            had, _, place, calls = lines[0]
            call = calls.popleft()
            names.append(call.name)
            last += 1
            if calls:
                heapreplace(lines, (had + call.cost, last, place, calls))
            else:
                heappop(lines)
            if lines:
                heapreplace(groups, (group_had + call.cost, last, number, lines))
            else:
                heappop(groups)
        return names

    @asynccontextmanager
    async def turn(
        self, party: int, group: int = 0, *, cost: int = 1, name: str = ""
    ) -> AsyncIterator[None]:
        """Wait for a slot on behalf of `party`, and hold it.

        `cost` is what it counts for, `name` what `order` calls it.
        """
        await self._enter(party, group, cost, name)
        try:
            yield
        finally:
            self._leave(party, group)

    async def _enter(self, party: int, group: int, cost: int, name: str) -> None:
        wait = self.waits(party, group)
        known, own = self._known(party, group)
        if not wait:
            self._let_in(known, own, cost)
            return
        call = _Call(asyncio.get_running_loop().create_future(), cost, name)
        own.waiting.append(call)
        try:
            await call.turn
        except asyncio.CancelledError:
            if call.turn.done() and not call.turn.cancelled():
                # The slot came at the very moment its owner gave up: it is the next one's.
                self._leave(party, group)
            elif call in own.waiting:
                # Else it had not run since it gave up, and was passed over.
                own.waiting.remove(call)
            raise

    def _known(self, party: int, group: int) -> tuple[_Group, _Line]:
        """Both, with at least as much as who came up last had: who was away saved nothing up."""
        if group not in self._groups:
            _forget(self._groups, self._before)
        known = self._groups.setdefault(group, _Group())
        if known.rests:
            known.had = max(known.had, self._before)
        if party not in known.parties:
            _forget(known.parties, known.before)
        own = known.parties.setdefault(party, _Line())
        if own.rests:
            own.had = max(own.had, known.before)
        return known, own

    def _let_in(self, known: _Group, own: _Line, cost: int) -> None:
        self._free -= 1
        self._taken += 1
        self._before, known.before = known.had, own.had
        number = next(self._numbers)
        known.had, own.had = known.had + cost, own.had + cost
        known.last = own.last = number
        known.inside += 1
        own.inside += 1

    def _leave(self, party: int, group: int) -> None:
        """Hand a slot on; `party`, who just had it, comes after all who have had less."""
        known = self._groups[group]
        self._free += 1
        self._taken -= 1
        known.inside -= 1
        known.parties[party].inside -= 1
        while not self.full and (found := self._next()):
            chosen, line = found
            call = line.waiting.popleft()
            if not call.turn.done():
                self._let_in(chosen, line, call.cost)
                call.turn.set_result(None)
        if not self._taken and not self.waiting:
            # Nobody has had more than another of what nobody wanted.
            self._groups.clear()
            self._before = 0

    def _next(self) -> tuple[_Group, _Line] | None:
        """Whose turn it is; None where nobody waits who may come in."""
        for known in sorted(self._groups.values(), key=_least):
            lines = known.parties.values()
            may = [line for line in lines if line.waiting and self._may(known, line)]
            if may:
                return known, min(may, key=_least)
        return None

    def _may(self, known: _Group, own: _Line) -> bool:
        return own.inside < self._each and known.inside < self._together


def _least(one: _Group | _Line) -> tuple[int, int]:
    return one.had, one.last


def _forget(all_known: dict[int, _Group] | dict[int, _Line], before: int) -> None:
    """Those who rest, and would be as well off if they came for the first time."""
    if len(all_known) < REMEMBERED:
        return
    for number in [n for n, one in all_known.items() if one.rests and one.had <= before]:
        del all_known[number]
