"""What the stand-in was asked and how it ended; the tests' witness for what was paid."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Call:
    """One generateContent call. `outcome` is None while it waits for its answer.

    `at` is ISO 8601 in UTC, `key_hash` the first 12 hex digits of the key's SHA-256. `paid` is
    whether the upstream bills it, which a client that leaves does not change. `turns` counts the
    conversation's, this one included, and `signatures` those of a model that were sent back.
    `instruction` is what was said apart from the prompt, where the dialect has a place for that.
    `callback` is the status that the client's own server gave when it was told of the end.
    """

    n: int
    at: str
    route: str
    model: str
    key_hash: str
    prompt: str
    images_in: int
    thinking: str | None = None
    turns: int = 1
    signatures: int = 0
    instruction: str = ""
    outcome: str | None = None
    http_status: int | None = None
    paid: bool = False
    client_left: bool = False
    callback: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a call asks for, as far as it could be read, in the journal's words."""

    model: str
    prompt: str
    images_in: int
    thinking: str | None = None
    turns: int = 1
    signatures: int = 0
    instruction: str = ""


class Journal:
    """All calls since the start or the last `forget`, oldest first."""

    def __init__(self, *, now: Callable[[], datetime]) -> None:
        self._now = now
        self._begun = 0
        self._calls: dict[int, Call] = {}
        self._asked: dict[tuple[str, ...], int] = {}
        self._first: dict[tuple[str, ...], datetime] = {}
        self._runs: set[str] = set()
        self._changed = asyncio.Event()
        self.last_body = b"null"

    def begin(self, *, route: str, key: str, asked: Asked) -> Call:
        self._begun += 1
        digest = hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
        call = Call(
            n=self._begun,
            at=self._now().isoformat(),
            route=route,
            model=asked.model,
            key_hash=digest[:12],
            prompt=asked.prompt,
            images_in=asked.images_in,
            thinking=asked.thinking,
            turns=asked.turns,
            signatures=asked.signatures,
            instruction=asked.instruction,
        )
        self._put(call)
        return call

    def promise(self, call: Call, *, paid: bool, run: str = "") -> None:
        """Note what the upstream will bill, whatever becomes of the connection.

        A `run`, named by its key and its Idempotency-Key, is billed once however often it is asked.
        """
        again = paid and bool(run) and run in self._runs
        if paid and run:
            self._runs.add(run)
        if call.n in self._calls:
            self._put(replace(self._calls[call.n], paid=paid and not again))

    def end(
        self, call: Call, outcome: str, http_status: int | None, *, client_left: bool = False
    ) -> None:
        """Note how it ended; a call forgotten in between stays forgotten."""
        if call.n in self._calls:
            known = self._calls[call.n]
            self._put(
                replace(known, outcome=outcome, http_status=http_status, client_left=client_left)
            )

    def call_back(self, call: Call, status: int | None) -> None:
        """Note what became of telling the client."""
        if call.n in self._calls:
            self._put(replace(self._calls[call.n], callback=status))

    def times(self, *about: str) -> int:
        """How often this was asked about before, from 0."""
        before = self._asked.get(about, 0)
        self._asked[about] = before + 1
        return before

    def since(self, *about: str) -> float:
        """Seconds since this was asked about for the first time."""
        now = self._now()
        return (now - self._first.setdefault(about, now)).total_seconds()

    def select(self, *, prompt: str | None = None, contains: str | None = None) -> list[Call]:
        """The calls with exactly this prompt, or with this somewhere in it, or all."""
        return [
            call
            for call in self._calls.values()
            if (prompt is None or call.prompt == prompt)
            and (contains is None or contains in call.prompt)
        ]

    async def until(self, ready: Callable[[], bool]) -> None:
        """Wait until the journal looks as wanted."""
        while not ready():
            await self._changed.wait()

    def forget(self) -> None:
        self._calls.clear()
        self._asked.clear()
        self._first.clear()
        self._runs.clear()
        self._notify()

    def _put(self, call: Call) -> None:
        self._calls[call.n] = call
        self._notify()

    def _notify(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
