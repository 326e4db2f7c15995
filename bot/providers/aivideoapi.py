"""aivideoapi.ai: a request under `input`, answers in an envelope, codes in answers of 200."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from bot.errors import ErrorKind
from bot.generation.catalog import Offer
from bot.generation.request import GenerationRequest
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

_COMPLETED = frozenset({"completed"})
_FAILED = frozenset({"failed"})
_GOOD = ("", "200")


@dataclass(frozen=True, slots=True)
class AiVideoApi:
    """Its words. It fetches reference images from public addresses; it has no place for files."""

    base_url: str
    first_wait: float = 3.0

    @property
    def create_url(self) -> str:
        return f"{self.base_url.rstrip('/')}/v1/images/generations"

    @property
    def upload_url(self) -> str | None:
        return None

    @property
    def balance_url(self) -> str:
        return f"{self.base_url.rstrip('/')}/v1/credits"

    @property
    def signs_callbacks(self) -> bool:
        return False

    def poll_url(self, task_id: str) -> str:
        return f"{self.base_url.rstrip('/')}/v1/tasks/{quote(task_id, safe='')}"

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
        wanted: dict[str, object] = {
            "prompt": spoken(request),
            "resolution": request.resolution.value,
            "aspect_ratio": request.aspect_ratio.value,
            # The default is jpg; what is delivered is made smaller only where it must be.
            "output_format": "png",
        }
        if image_urls:
            wanted["image_urls"] = image_urls
        body: dict[str, object] = {"model": offer.upstream_id, "input": wanted}
        return {**body, "callback_url": callback_url} if callback_url else body

    def read(self, document: Any) -> Task | None:
        root = mapping(document)
        if first(root, "code") not in _GOOD:
            return None
        node = mapping(root.get("data")) or root
        task_id, status = first(node, "taskId", "id"), first(node, "status").lower()
        if not status and (node.get("error") or not task_id):
            return None
        output = mapping(node.get("output"))
        return Task(
            id=task_id,
            stage=stage(status, completed=_COMPLETED, failed=_FAILED),
            urls=addresses(output.get("urls")),
            complaint=complain(node),
            model=first(mapping(output.get("metadata")), "model") or first(node, "model") or None,
        )

    def refusal(self, status: int, complaint: Complaint) -> ErrorKind | None:
        del status
        if complaint.code == "task_not_found":
            return ErrorKind.TASK_NOT_FOUND
        # Comes with 503, yet is no word about their load.
        return self.verdict(complaint).kind if complaint.code == "upstream_error" else None

    def verdict(self, complaint: Complaint) -> Verdict:
        blocked = complaint.sounds_blocked
        return Verdict(ErrorKind.CONTENT_BLOCKED if blocked else ErrorKind.UPSTREAM_ERROR)

    def uploaded(self, document: Any) -> str | None:
        del document
        return None

    def balance(self, document: Any) -> Balance | None:
        left = amount(mapping(mapping(document).get("data")).get("credits"))
        return None if left is None else Balance(left, "credits")
