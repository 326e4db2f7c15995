"""ToAPIs: sizes as ratios, resolution under `metadata`, three ways to say where a picture is."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from bot.errors import ErrorKind
from bot.generation.catalog import Offer
from bot.generation.request import AspectRatio, GenerationRequest, Resolution
from bot.generation.wording import spoken
from bot.providers.base import Balance
from bot.providers.dialect import (
    Complaint,
    Task,
    Verdict,
    addresses,
    amount,
    complain,
    first,
    mapping,
    stage,
)

SKEW_SECONDS = 300

_COMPLETED = frozenset({"completed"})
_FAILED = frozenset({"failed"})
_RESOLUTIONS = {Resolution.R512: "0.5K"}


@dataclass(frozen=True, slots=True)
class ToApis:
    """Its words. A failed task is reported after it was paid back."""

    base_url: str
    first_wait: float = 2.0

    @property
    def create_url(self) -> str:
        return f"{self.base_url.rstrip('/')}/v1/images/generations"

    @property
    def upload_url(self) -> str | None:
        return f"{self.base_url.rstrip('/')}/v1/uploads/images"

    @property
    def balance_url(self) -> str:
        return f"{self.base_url.rstrip('/')}/v1/user/balance"

    @property
    def signs_callbacks(self) -> bool:
        return True

    def poll_url(self, task_id: str) -> str:
        return f"{self.create_url}/{quote(task_id, safe='')}"

    def headers(self, run: str) -> Mapping[str, str]:
        del run
        return {}

    def body(
        self,
        offer: Offer,
        request: GenerationRequest,
        *,
        image_urls: list[str],
        callback_url: str | None,
    ) -> Mapping[str, object]:
        body: dict[str, object] = {"model": offer.upstream_id, "prompt": spoken(request), "n": 1}
        if request.aspect_ratio is not AspectRatio.AUTO:
            body["size"] = request.aspect_ratio.value
        if not offer.model.omit_resolution:
            resolution = _RESOLUTIONS.get(request.resolution, request.resolution.value)
            body["metadata"] = {"resolution": resolution}
        if image_urls:
            body["image_urls"] = image_urls
        if callback_url:
            body["callback_url"] = callback_url
        return body

    def read(self, document: Any) -> Task | None:
        root = mapping(document)
        task_id, status = first(root, "id", "task_id"), first(root, "status").lower()
        if not status and (root.get("error") or not task_id):
            return None
        result = mapping(root.get("result"))
        complaint = complain(root)
        if not complaint.message:
            complaint = Complaint(complaint.code, first(root, "fail_reason"))
        return Task(
            id=task_id,
            stage=stage(status, completed=_COMPLETED, failed=_FAILED),
            urls=addresses(result.get("data"), root.get("images"), [root.get("url")]),
            complaint=complaint,
            model=first(root, "model") or None,
        )

    def refusal(self, status: int, complaint: Complaint) -> ErrorKind | None:
        if complaint.code == "task_not_found":
            return ErrorKind.TASK_NOT_FOUND
        unprocessable = str(HTTPStatus.UNPROCESSABLE_ENTITY.value)
        if unprocessable in (str(status), complaint.code):
            return ErrorKind.CONTENT_BLOCKED
        return None

    def verdict(self, complaint: Complaint) -> Verdict:
        blocked = complaint.sounds_blocked
        return Verdict(ErrorKind.CONTENT_BLOCKED if blocked else ErrorKind.UPSTREAM_ERROR)

    def uploaded(self, document: Any) -> str | None:
        root = mapping(document)
        if root.get("success") is False:
            return None
        return first(mapping(root.get("data")), "url") or None

    def balance(self, document: Any) -> Balance | None:
        root = mapping(document)
        left = amount(root.get("remain_balance"))
        if left is None:
            return None
        unlimited = root.get("unlimited_quota") is True or left == -1
        return Balance(left, "unknown", unlimited=unlimited)


def verify_signature(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    """Whether a webhook comes from ToAPIs: signed with our secret, at most five minutes ago.

    Either of two signatures will do, as both secrets hold for a day after one was changed.
    """
    named = {name.lower(): value for name, value in headers.items()}
    event, timestamp, signatures = (
        named.get(f"x-toapis-webhook-{name}", "") for name in ("id", "timestamp", "signature")
    )
    if not secret or not event or not (timestamp.isascii() and timestamp.isdigit()):
        return False
    if len(timestamp) > len("9999999999") or abs(int(timestamp) - now.timestamp()) > SKEW_SECONDS:
        return False
    message = _bytes(f"{event}.{timestamp}.") + body
    expected = hmac.new(_bytes(secret), message, hashlib.sha256).hexdigest()
    given = (part.strip().partition("=") for part in signatures.split(","))
    # All are compared, and in constant time, so that how long it takes tells nothing.
    matches = [
        hmac.compare_digest(_bytes(value.lower()), _bytes(expected))
        for version, _, value in given
        if version == "v1"
    ]
    return any(matches)


def _bytes(text: str) -> bytes:
    """A header's bytes as they came, whatever they were."""
    return text.encode("utf-8", "surrogateescape")
