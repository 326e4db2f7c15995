"""Closed upstreams, and dear requests that ask first: leaves of the family in `bot.errors`.

A closed upstream is told in its own vocabulary, as LimitReached tells a limit of ours.
"""

from dataclasses import dataclass

from bot.errors import Answer, ErrorKind, Instead, Refusal, Scope

_USED_UP = frozenset({ErrorKind.SPEND_LIMIT, ErrorKind.QUOTA_DAILY, ErrorKind.BILLING_EXHAUSTED})
_BUSY = frozenset(
    {
        ErrorKind.RATE_LIMITED,
        ErrorKind.OVERLOADED,
        ErrorKind.UPSTREAM_ERROR,
        ErrorKind.CONNECT_FAILED,
    }
)


@dataclass(eq=False)
class UpstreamClosed(Refusal):
    """Nobody who could draw it may be asked now; known before anything was held.

    `kind` and `scope` say why the first to open is closed. `opens_at`, in microseconds UTC, is when
    that is, or where not `sure` when it is tried again; None where it never opens by itself.
    `instead` would work now.
    """

    key = "refusal-upstream"
    model: str
    kind: ErrorKind
    scope: Scope | None
    opens_at: int | None
    sure: bool
    instead: Instead | None = None

    @property
    def reason(self) -> str:
        """What members read of it: the window used up, or "credits", "busy" or "away"."""
        if self.kind is ErrorKind.BILLING_EXHAUSTED:
            return "credits"
        if self.kind in _USED_UP:
            return self.scope or Scope.TOTAL
        return "busy" if self.kind in _BUSY else "away"

    @property
    def answer(self) -> Answer:
        """As the upstream said it."""
        if self.kind is ErrorKind.BILLING_EXHAUSTED:
            return Answer(402, "insufficient_credits", "billing_error")
        if self.kind is ErrorKind.SPEND_LIMIT:
            return Answer(429, "spend_limit_exceeded", "billing_error", self.scope)
        if self.kind in {ErrorKind.RATE_LIMITED, ErrorKind.QUOTA_DAILY}:
            return Answer(429, "rate_limit_exceeded", "rate_limit_error", self.scope)
        if self.kind in _BUSY or self.kind is ErrorKind.MODEL_UNAVAILABLE:
            return Answer(503, "service_unavailable", "server_error")
        return Answer(403, "permission_denied", "permission_error")


@dataclass(eq=False)
class QuestionOver(Refusal):
    """A dear request was drawn or declined already, or is somebody else's."""

    key = "refusal-question-over"


@dataclass(eq=False)
class QuestionExpired(Refusal):
    """Nobody said yes to a dear request in time; `minutes` is how long that was."""

    key = "refusal-question-expired"
    minutes: int
