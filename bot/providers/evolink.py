"""EvoLink's task API: /v1/images/generations and /v1/tasks, files on a host of their own."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit

from bot.errors import ErrorKind
from bot.generation.catalog import Offer
from bot.generation.request import GenerationRequest, Resolution
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

FILES_URL = "https://files-api.evolink.ai"
CALLBACK_CHARACTERS = 2048

_COMPLETED = frozenset({"completed"})
_FAILED = frozenset({"failed", "cancelled"})

_VERDICTS = {
    "content_policy_violation": Verdict(ErrorKind.CONTENT_BLOCKED),
    "invalid_parameters": Verdict(ErrorKind.INVALID_REQUEST),
    "image_processing_error": Verdict(ErrorKind.INVALID_IMAGE),
    "image_dimension_mismatch": Verdict(ErrorKind.INVALID_IMAGE),
    "request_cancelled": Verdict(ErrorKind.CANCELLED),
    "generation_failed_no_content": Verdict(ErrorKind.NO_IMAGE),
    "service_error": Verdict(ErrorKind.UPSTREAM_ERROR),
    "unknown_error": Verdict(ErrorKind.UPSTREAM_ERROR),
    "upstream_error": Verdict(ErrorKind.UPSTREAM_ERROR),
    "generation_timeout": Verdict(ErrorKind.UPSTREAM_ERROR),
    "resource_exhausted": Verdict(ErrorKind.OVERLOADED, 30),
    "service_unavailable": Verdict(ErrorKind.OVERLOADED, 60),
    # Theirs with the model's maker; our balance is checked before a task is made.
    "quota_exceeded": Verdict(ErrorKind.RATE_LIMITED),
    "resource_not_found": Verdict(ErrorKind.TASK_NOT_FOUND),
}
_REFUSALS = {
    "paid_outcome_unknown": ErrorKind.TIMEOUT_UNKNOWN,
    # A run of ours that they have seen, so it may have been paid.
    "idempotency_conflict": ErrorKind.TIMEOUT_UNKNOWN,
}
_QUALITIES = {Resolution.R512: "0.5K"}


@dataclass(frozen=True, slots=True)
class EvoLink:
    """Its words. `files_url` is where reference images are left for 72 hours."""

    base_url: str
    files_url: str = FILES_URL
    first_wait: float = 3.0

    @property
    def create_url(self) -> str:
        return f"{self.base_url.rstrip('/')}/v1/images/generations"

    @property
    def upload_url(self) -> str | None:
        return f"{self.files_url.rstrip('/')}/api/v1/files/upload/stream"

    @property
    def balance_url(self) -> str:
        return f"{self.base_url.rstrip('/')}/v1/credits"

    @property
    def signs_callbacks(self) -> bool:
        return False

    def poll_url(self, task_id: str) -> str:
        return f"{self.base_url.rstrip('/')}/v1/tasks/{quote(task_id, safe='')}"

    def headers(self, run: str) -> Mapping[str, str]:
        return {"Idempotency-Key": f"run_{run}", "X-Evo-Run-Id": f"run_{run}"}

    def body(
        self,
        offer: Offer,
        request: GenerationRequest,
        *,
        image_urls: list[str],
        callback_url: str | None,
    ) -> Mapping[str, object]:
        body: dict[str, object] = {
            "model": offer.upstream_id,
            "prompt": spoken(request),
            "size": request.aspect_ratio.value,
        }
        if not offer.model.omit_resolution:
            # Left out it would be 2K, and charged as that.
            body["quality"] = _QUALITIES.get(request.resolution, request.resolution.value)
        if image_urls:
            body["image_urls"] = image_urls
        if callback_url and _may_be_called(callback_url):
            body["callback_url"] = callback_url
        return body

    def read(self, document: Any) -> Task | None:
        root = mapping(document)
        status = first(root, "status").lower()
        if not status and (root.get("error") or not root.get("id")):
            return None
        complaint = complain(root)
        if status == "cancelled" and not complaint.code:
            complaint = Complaint("request_cancelled", complaint.message)
        return Task(
            id=first(root, "id"),
            stage=stage(status, completed=_COMPLETED, failed=_FAILED),
            urls=addresses(root.get("results"), root.get("result_data")),
            complaint=complaint,
            model=first(root, "model") or None,
        )

    def refusal(self, status: int, complaint: Complaint) -> ErrorKind | None:
        daily = "daily" in f"{complaint.code} {complaint.message}".lower()
        if status == HTTPStatus.PAYMENT_REQUIRED and daily:
            return ErrorKind.QUOTA_DAILY
        return _REFUSALS.get(complaint.code)

    def verdict(self, complaint: Complaint) -> Verdict:
        blocked = Verdict(ErrorKind.CONTENT_BLOCKED)
        known = _VERDICTS.get(complaint.code)
        return known or (blocked if complaint.sounds_blocked else Verdict(ErrorKind.UPSTREAM_ERROR))

    def uploaded(self, document: Any) -> str | None:
        root = mapping(document)
        if root.get("success") is False:
            return None
        return first(mapping(root.get("data")), "file_url", "download_url", "url") or None

    def balance(self, document: Any) -> Balance | None:
        data = mapping(mapping(document).get("data"))
        # The key's own number is a limit set on it; it may exceed what the account has.
        left = amount(mapping(data.get("user")).get("remaining_credits"))
        return None if left is None else Balance(left, "credits")


def _may_be_called(url: str) -> bool:
    """Whether it would take this callback address; one that it does not costs us the picture."""
    return len(url) <= CALLBACK_CHARACTERS and urlsplit(url).scheme == "https"
