"""Every failure Plantain names, in one family.

    PlantainError
    ├── SettingsError           the operator must set something
    ├── StorageError            the database or the disk said no
    │   └── CommitUnknown       nobody knows whether it stored what it was given
    ├── LedgerWrong             the books do not add up, so the bot does not start
    ├── Refusal                 turned down before anything was spent
    │   ├── EmptyPrompt
    │   ├── PromptTooLong
    │   ├── UnknownModel
    │   ├── UnsupportedAspectRatio
    │   ├── UnsupportedResolution
    │   ├── UnsupportedThinking
    │   ├── NoThinking
    │   ├── TooManyReferenceImages
    │   ├── NotEnoughCredits
    │   ├── LimitReached        a limit set here says no, as an upstream's would
    │   ├── (bot.mirror)        upstreams that are closed, and dear requests that ask first
    │   ├── (bot.pressing)      what buttons, replies, characters and galleries refuse
    │   ├── (bot.care)          what rules, operators, styles and privacy refuse
    │   ├── ManagersOnly
    │   ├── OperatorsOnly
    │   ├── NoSuchAmount
    │   ├── NobodyNamed
    │   ├── NothingToRefund
    │   ├── (bot.listing)       what is refused of lists of prompts
    │   ├── (bot.sharing)       what is refused of gifts and teams
    │   ├── TeamExists
    │   ├── TeamBusy
    │   ├── ShuttingDown
    │   ├── JobUnknown
    │   └── UnusablePicture     an upload we cannot work with
    │       ├── NotAPicture
    │       ├── PictureTooHeavy
    │       └── TooManyPixels
    ├── ProviderError           an upstream failed; `kind` says how
    ├── DiscordUnreachable      no connection could be made at start
    ├── DeliveryFailed          the picture exists, Discord did not take it
    ├── PictureKept             it did not, and the picture is kept for who asks for it
    ├── Interrupted             the bot was stopped while the job ran
    ├── GivenBack               an operator ended the job
    └── Unexpected              our own bug; the log has the trace

A leaf carries facts only. The sentence a person reads is found in `locales/` under the leaf's
`key`, and for a ProviderError under its kind. `str()` of an error is for the operator's log.
"""

from dataclasses import dataclass, fields
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar


class ErrorKind(StrEnum):
    """What went wrong upstream; the names operators and `generate --json` see."""

    RATE_LIMITED = "rate_limited"
    QUOTA_DAILY = "quota_daily"
    BILLING_EXHAUSTED = "billing_exhausted"
    SPEND_LIMIT = "spend_limit"
    OVERLOADED = "overloaded"
    UPSTREAM_ERROR = "upstream_error"
    TIMEOUT_UNKNOWN = "timeout_unknown"
    CONNECT_FAILED = "connect_failed"
    TASK_TIMEOUT = "task_timeout"
    CONTENT_BLOCKED = "content_blocked"
    RECITATION = "recitation"
    NO_IMAGE = "no_image"
    TEXT_ONLY = "text_only"
    TRUNCATED = "truncated"
    INVALID_IMAGE = "invalid_image"
    PAYLOAD_TOO_LARGE = "payload_too_large"
    INVALID_REQUEST = "invalid_request"
    WRONG_ENDPOINT = "wrong_endpoint"
    AUTH_INVALID = "auth_invalid"
    PERMISSION_DENIED = "permission_denied"
    REGION_BLOCKED = "region_blocked"
    ACCOUNT_SUSPENDED = "account_suspended"
    MODEL_UNAVAILABLE = "model_unavailable"
    TASK_NOT_FOUND = "task_not_found"
    MALFORMED_RESPONSE = "malformed_response"
    RESULT_UNAVAILABLE = "result_unavailable"
    UNSAFE_URL = "unsafe_url"
    CANCELLED = "cancelled"


NEEDS_OPERATOR = frozenset(
    {
        ErrorKind.QUOTA_DAILY,
        ErrorKind.BILLING_EXHAUSTED,
        ErrorKind.SPEND_LIMIT,
        ErrorKind.TASK_TIMEOUT,
        ErrorKind.TRUNCATED,
        ErrorKind.INVALID_REQUEST,
        ErrorKind.WRONG_ENDPOINT,
        ErrorKind.AUTH_INVALID,
        ErrorKind.PERMISSION_DENIED,
        ErrorKind.REGION_BLOCKED,
        ErrorKind.ACCOUNT_SUSPENDED,
        ErrorKind.MODEL_UNAVAILABLE,
        ErrorKind.TASK_NOT_FOUND,
        ErrorKind.RESULT_UNAVAILABLE,
        ErrorKind.UNSAFE_URL,
    }
)
"""Kinds that whoever runs the bot should look at; the log says them louder."""


class Billed(StrEnum):
    """Whether the upstream charges the operator for a call, as far as can be known."""

    NO = "no"
    YES = "yes"
    UNKNOWN = "unknown"


class Scope(StrEnum):
    """The window a spend limit or quota is counted in."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Answer:
    """A refusal of ours in an upstream's words; `scope` is the window that was used up."""

    status: int
    code: str
    type: str
    scope: Scope | None = None


@dataclass(frozen=True, slots=True)
class Instead:
    """What would work in place of what was refused; `credits` are for all of its pictures."""

    model: str
    resolution: str
    count: int
    credits: int


class PlantainError(Exception):
    """The root; its leaves are dataclasses whose fields are the facts."""

    key: ClassVar[str]

    @property
    def facts(self) -> dict[str, object]:
        """The leaf's fields by name, as the sentence in `locales/` uses them."""
        return {f.name: getattr(self, f.name) for f in fields(self)}  # type: ignore[arg-type]

    def __str__(self) -> str:
        known = ", ".join(f"{name}={value!r}" for name, value in self.facts.items())
        return f"{type(self).__name__}({known})"


@dataclass(eq=False)
class SettingsError(PlantainError):
    """`setting` is missing or wrong; `problem` is a plain English clause for the terminal."""

    key = "error-settings"
    setting: str
    problem: str


@dataclass(eq=False)
class StorageError(PlantainError):
    """The database or the data folder could not do what was asked; nothing was changed."""

    key = "error-storage"
    problem: str


@dataclass(eq=False)
class CommitUnknown(StorageError):
    """The database went away while it stored something and cannot be asked whether it has.

    Unlike any other StorageError it must not be answered by doing the same again.
    """

    key = "error-commit-unknown"


@dataclass(eq=False)
class LedgerWrong(PlantainError):
    """`found` numbers in the books do not follow from the others."""

    key = "error-ledger-wrong"
    found: int


class Refusal(PlantainError):
    """Turned down before anything was spent or stored."""


@dataclass(eq=False)
class EmptyPrompt(Refusal):
    key = "refusal-empty-prompt"


@dataclass(eq=False)
class PromptTooLong(Refusal):
    """Lengths in characters of all that would be sent; `added` of them are styles."""

    key = "refusal-prompt-too-long"
    length: int
    limit: int
    added: int = 0


@dataclass(eq=False)
class UnknownModel(Refusal):
    """`known` lists the model ids on offer, separated by commas."""

    key = "refusal-unknown-model"
    model: str
    known: str


@dataclass(eq=False)
class UnsupportedAspectRatio(Refusal):
    key = "refusal-aspect-ratio"
    model: str
    aspect_ratio: str
    supported: str


@dataclass(eq=False)
class UnsupportedResolution(Refusal):
    key = "refusal-resolution"
    model: str
    resolution: str
    supported: str


@dataclass(eq=False)
class UnsupportedThinking(Refusal):
    """`supported` lists the levels there are, separated by commas; there is at least one."""

    key = "refusal-thinking"
    model: str
    thinking: str
    supported: str


@dataclass(eq=False)
class NoThinking(Refusal):
    """A level of thinking is wanted where the model has none that any upstream here takes."""

    key = "refusal-no-thinking"
    model: str


@dataclass(eq=False)
class TooManyReferenceImages(Refusal):
    key = "refusal-reference-images"
    model: str
    given: int
    limit: int


@dataclass(eq=False)
class NotEnoughCredits(Refusal):
    """Both in credits. `instead`, `ask` and `fit` as for LimitReached."""

    key = "refusal-not-enough-credits"
    needed: int
    available: int
    instead: Instead | None = None
    ask: str = ""
    fit: int | None = None

    @property
    def answer(self) -> Answer:
        return Answer(402, "insufficient_credits", "billing_error")


_SCOPES = MappingProxyType(
    {
        "credits_per_hour": Scope.HOUR,
        "credits_per_day": Scope.DAY,
        "credits_per_month": Scope.MONTH,
        "credits_in_total": Scope.TOTAL,
    }
)


@dataclass(eq=False)
class LimitReached(Refusal):
    """`measure` and `whose` name the limit; `limit`, `used` and `needed` count what it measures.

    `opens_at`, in microseconds UTC, is when it begins anew; None where it never does by itself.
    `instead` would work now, and `ask`, "manager" or "operator", can raise it, where that is known.
    Of a list of requests the first `fit` would have been accepted; None for a single one.
    """

    key = "refusal-limit"
    measure: str
    whose: str
    limit: int
    used: int
    needed: int
    opens_at: int | None
    instead: Instead | None = None
    ask: str = ""
    fit: int | None = None

    @property
    def answer(self) -> Answer:
        """As an upstream would say it."""
        if not self.limit:
            return Answer(403, "permission_denied", "permission_error")
        scope = _SCOPES.get(self.measure)
        if scope is None:
            return Answer(429, "rate_limit_exceeded", "rate_limit_error")
        return Answer(429, "spend_limit_exceeded", "billing_error", scope)


@dataclass(eq=False)
class ManagersOnly(Refusal):
    """For who may manage the server, in a server."""

    key = "refusal-managers-only"


@dataclass(eq=False)
class OperatorsOnly(Refusal):
    """For whoever runs the bot."""

    key = "refusal-operators-only"


@dataclass(eq=False)
class NoSuchAmount(Refusal):
    """`amount` as it was typed."""

    key = "refusal-amount"
    amount: str


@dataclass(eq=False)
class NobodyNamed(Refusal):
    """`whose` is "role" or "member", and none was given."""

    key = "refusal-nobody-named"
    whose: str


@dataclass(eq=False)
class NothingToRefund(Refusal):
    """`job` as it was typed: unknown, never charged, or refunded before."""

    key = "refusal-nothing-to-refund"
    job: str


@dataclass(eq=False)
class TeamExists(Refusal):
    """The channel has a team already."""

    key = "refusal-team-exists"


@dataclass(eq=False)
class TeamBusy(Refusal):
    """A picture that the team pays for is being drawn."""

    key = "refusal-team-busy"


@dataclass(eq=False)
class ShuttingDown(Refusal):
    key = "refusal-shutting-down"


@dataclass(eq=False)
class JobUnknown(Refusal):
    """A button of a job that made no picture, or that this database does not know."""

    key = "refusal-job-unknown"


class UnusablePicture(Refusal):
    """An upload we cannot work with; `name` is the file's name as uploaded."""


@dataclass(eq=False)
class NotAPicture(UnusablePicture):
    """The content is none of the formats we read, whatever its name says, or it is damaged."""

    key = "refusal-not-a-picture"
    name: str


@dataclass(eq=False)
class PictureTooHeavy(UnusablePicture):
    """`size` and `limit` in bytes."""

    key = "refusal-picture-too-heavy"
    name: str
    size: int
    limit: int


@dataclass(eq=False)
class TooManyPixels(UnusablePicture):
    """`megapixels` of the upload and the most we decode."""

    key = "refusal-too-many-pixels"
    name: str
    megapixels: int
    limit: int


@dataclass(eq=False)
class ProviderError(PlantainError):
    """An upstream call failed.

    `retry_after` is in whole seconds; `scope` says which limit was reached, where that is one with
    a window. `said` is the upstream's text meant for the person (a
    refusal in words), trimmed and without links or ids; `detail` is a redacted excerpt for the
    operator's log and is never shown in a channel.
    """

    key = "provider-error"
    kind: ErrorKind
    provider: str
    billed: Billed = Billed.NO
    retry_after: int | None = None
    scope: Scope | None = None
    said: str | None = None
    detail: str = ""


@dataclass(eq=False)
class DiscordUnreachable(PlantainError):
    key = "error-discord-unreachable"
    problem: str


@dataclass(eq=False)
class DeliveryFailed(PlantainError):
    """Discord took the picture in none of the ways we tried; `problem` is for the log.

    `unreachable` when one of them was not refused but did not get through.
    """

    key = "error-delivery-failed"
    problem: str
    unreachable: bool = False


@dataclass(eq=False)
class PictureKept(PlantainError):
    """The picture cannot be shown where it was asked for; `job` is what it is asked for by."""

    key = "error-picture-kept"
    job: str


@dataclass(eq=False)
class Interrupted(PlantainError):
    """The bot stopped while an upstream drew, and nobody knows what became of that."""

    key = "error-interrupted"


@dataclass(eq=False)
class GivenBack(PlantainError):
    """An operator ended the job and gave back what it was worth."""

    key = "error-given-back"


@dataclass(eq=False)
class Unexpected(PlantainError):
    """Something we did not foresee; `reference` finds the trace in the operator's log."""

    key = "error-unexpected"
    reference: str
