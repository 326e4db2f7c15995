"""What is different from one task upstream to the next, and the words it is told in. Pure."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto
from typing import Any, Protocol

from bot.errors import ErrorKind
from bot.generation.catalog import Offer
from bot.generation.request import GenerationRequest
from bot.providers.base import Balance

_SUCCESS = frozenset({"", "0", "200", "success"})
_BLOCKED = re.compile(
    r"sensitive|safety|polic(?:y|ies)|prohibited|moderation|nsfw|违规|敏感|安全", re.IGNORECASE
)


_ID = re.compile(r"(?!\.+\Z)[!-~]{1,256}")
"""Dots alone would lead to another address; of letters beyond ASCII no upstream makes ids."""


class Stage(Enum):
    """As far as a poll tells; an unknown status is WORKING."""

    WORKING = auto()
    COMPLETED = auto()
    FAILED = auto()


@dataclass(frozen=True, slots=True)
class Complaint:
    """What an upstream says went wrong, in its own code and words; both may be empty."""

    code: str = ""
    message: str = ""

    @property
    def sounds_blocked(self) -> bool:
        """Whether the words are those of a content rule, where no code says so."""
        return bool(_BLOCKED.search(f"{self.code} {self.message}"))


@dataclass(frozen=True, slots=True)
class Task:
    """One answer about a task. `id` may be empty in a poll's; the last of `urls` is the result."""

    id: str
    stage: Stage = Stage.WORKING
    urls: tuple[str, ...] = ()
    complaint: Complaint = Complaint()
    model: str | None = None

    @property
    def can_be_asked_about(self) -> bool:
        """Whether its id is one that an address can be made with, and that can be stored."""
        return bool(_ID.fullmatch(self.id))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a failed task means for us; `wait` in seconds, where the upstream documents one."""

    kind: ErrorKind
    wait: int | None = None


class Dialect(Protocol):
    """What is different from upstream to upstream. Pure; takes documents of any shape."""

    @property
    def create_url(self) -> str:
        """Where a task is created."""

    @property
    def upload_url(self) -> str | None:
        """Where a reference image is left, as the part `file` of a form; None for nowhere."""

    @property
    def balance_url(self) -> str:
        """Where the balance is told."""

    @property
    def first_wait(self) -> float:
        """Seconds from creating to the first poll."""

    @property
    def signs_callbacks(self) -> bool:
        """Whether what it sends to a `callback_url` proves that it is from there."""

    def poll_url(self, task_id: str) -> str:
        """Where to ask about a task."""

    def headers(self, run: str) -> Mapping[str, str]:
        """What creating sends beside the key; `run` is new for every paid call."""

    def body(
        self,
        offer: Offer,
        request: GenerationRequest,
        *,
        image_urls: list[str],
        callback_url: str | None,
    ) -> Mapping[str, object]:
        """The JSON that creates a task; without a `callback_url` it would refuse."""

    def read(self, document: Any) -> Task | None:
        """What an answer to creating or polling says; None when it is no answer about a task."""

    def refusal(self, status: int, complaint: Complaint) -> ErrorKind | None:
        """What an HTTP error means here; None where it means what it means everywhere."""

    def verdict(self, complaint: Complaint) -> Verdict:
        """What a failed task's complaint means."""

    def uploaded(self, document: Any) -> str | None:
        """The address an upload was given."""

    def balance(self, document: Any) -> Balance | None:
        """What is left, or None where the answer does not say."""


def mapping(node: Any) -> Mapping[str, Any]:
    """`node` where it is a JSON object, else an empty one."""
    return node if isinstance(node, dict) else {}


def first(node: Mapping[str, Any], *names: str) -> str:
    """The first of these fields that holds text or a whole number, as text; or nothing."""
    values = (node.get(name) for name in names)
    return next((str(value) for value in values if value and type(value) in (str, int)), "")


def addresses(*nodes: Any) -> tuple[str, ...]:
    """Every address in lists of addresses or of objects with a `url` or `image_url`, each once."""
    listed = [item for node in nodes if isinstance(node, list) for item in node]
    found = (item if isinstance(item, str) else first(mapping(item), "url", "image_url")
             for item in listed)  # fmt: skip
    return tuple(dict.fromkeys(url for url in found if url))


def amount(value: Any) -> Decimal | None:
    """A JSON number, exactly as it was written; None for another thing, or one beyond any sum."""
    found = Decimal(str(value)) if type(value) in (int, float) else None
    return found if found is not None and math.isfinite(float(found)) else None


def complain(document: Any) -> Complaint:
    """The code and the words of an error, which lie in `error` or at the top."""
    root = mapping(document)
    error = root.get("error")
    node = error if isinstance(error, dict) else root
    message = error if isinstance(error, str) else first(node, "message", "msg")
    return Complaint(first(node, "code").lower(), message)


def stage(status: str, *, completed: frozenset[str], failed: frozenset[str]) -> Stage:
    """A status word as a stage; a word nobody knows is no reason to give a paid task up."""
    if status in completed:
        return Stage.COMPLETED
    return Stage.FAILED if status in failed else Stage.WORKING


def is_refusal(document: Any) -> bool:
    """Whether a body is an error, whatever the HTTP status says."""
    root = mapping(document)
    code = first(root, "code").lower()
    return bool(root.get("error")) or root.get("success") is False or code not in _SUCCESS
