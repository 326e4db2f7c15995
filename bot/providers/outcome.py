"""What a generateContent answer says: its pictures, its words, or why there is no picture.

Pure, and tolerant of everything that has been seen missing, null, renamed or newly invented.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.errors import Billed, ErrorKind, ProviderError
from bot.providers.classify import Source, billed_refusal
from bot.providers.redaction import quote, redact

_FINISHES = {
    "SAFETY": ErrorKind.CONTENT_BLOCKED,
    "LANGUAGE": ErrorKind.CONTENT_BLOCKED,
    "BLOCKLIST": ErrorKind.CONTENT_BLOCKED,
    "PROHIBITED_CONTENT": ErrorKind.CONTENT_BLOCKED,
    "SPII": ErrorKind.CONTENT_BLOCKED,
    "IMAGE_SAFETY": ErrorKind.CONTENT_BLOCKED,
    "IMAGE_PROHIBITED_CONTENT": ErrorKind.CONTENT_BLOCKED,
    "MODEL_ARMOR": ErrorKind.CONTENT_BLOCKED,
    "PUP_LIMITED_DISABLED": ErrorKind.CONTENT_BLOCKED,
    "RECITATION": ErrorKind.RECITATION,
    "IMAGE_RECITATION": ErrorKind.RECITATION,
    "MAX_TOKENS": ErrorKind.TRUNCATED,
    "MISSING_THOUGHT_SIGNATURE": ErrorKind.INVALID_REQUEST,
    "MALFORMED_RESPONSE": ErrorKind.MALFORMED_RESPONSE,
    "OTHER": ErrorKind.NO_IMAGE,
    "NO_IMAGE": ErrorKind.NO_IMAGE,
    "IMAGE_OTHER": ErrorKind.NO_IMAGE,
}

_BILLED = {ErrorKind.TEXT_ONLY: Billed.YES, ErrorKind.TRUNCATED: Billed.YES}
_REFUSED = frozenset({ErrorKind.CONTENT_BLOCKED, ErrorKind.RECITATION})


@dataclass(frozen=True, slots=True)
class Outcome:
    """One answer, thoughts left out. `images` are the values found where pictures belong.

    `linked` when a picture was given by address instead.
    """

    images: tuple[str, ...]
    linked: bool
    text: str
    finish: str
    explanation: str
    block: str
    tokens: int | None
    upstream_model: str | None


def read(document: Any) -> Outcome:
    """Find what there is in a parsed answer of any shape."""
    root = _mapping(document[0] if isinstance(document, list) and document else document)
    candidates = _mappings(root.get("candidates"))
    parts = [part for candidate in candidates for part in _spoken(candidate)]
    inline = [_mapping(_either(part, "inlineData", "inline_data")).get("data") for part in parts]
    feedback = _mapping(_either(root, "promptFeedback", "prompt_feedback"))
    usage = _mapping(_either(root, "usageMetadata", "usage_metadata"))
    tokens = _either(usage, "totalTokenCount", "total_token_count")
    return Outcome(
        images=tuple(data for data in inline if isinstance(data, str)),
        linked=any(_either(part, "fileData", "file_data") for part in parts),
        text="".join(_text(part, "text") for part in parts).strip(),
        finish=_first(candidates, "finishReason", "finish_reason"),
        explanation=_first(candidates, "finishMessage", "finish_message")
        or _text(feedback, "blockReasonMessage", "block_reason_message"),
        block=_text(feedback, "blockReason", "block_reason"),
        tokens=tokens if isinstance(tokens, int) else None,
        upstream_model=_text(root, "modelVersion", "model_version") or None,
    )


def explain(outcome: Outcome, source: Source) -> ProviderError:
    """Why an answer without a usable picture is a failure, and what it costs."""
    kind = _kind(outcome)
    words = outcome.explanation or outcome.text
    if kind is ErrorKind.TEXT_ONLY:
        words = outcome.text
    named = outcome.block or outcome.finish or "no finish reason"
    return ProviderError(
        kind=kind,
        provider=source.provider,
        billed=_billed(kind, outcome, source),
        said=quote(words, source.secret),
        detail=redact(f"{named}: {words}", source.secret),
    )


def _kind(outcome: Outcome) -> ErrorKind:
    if outcome.block and outcome.block != "BLOCK_REASON_UNSPECIFIED":
        return ErrorKind.CONTENT_BLOCKED
    if outcome.finish in _FINISHES:
        return _FINISHES[outcome.finish]
    if outcome.images:
        return ErrorKind.MALFORMED_RESPONSE
    if outcome.linked:
        return ErrorKind.RESULT_UNAVAILABLE
    return ErrorKind.TEXT_ONLY if outcome.text else ErrorKind.NO_IMAGE


def _billed(kind: ErrorKind, outcome: Outcome, source: Source) -> Billed:
    # Google's text with IMAGE_OTHER says that such pictures are not charged for, too.
    if kind in _REFUSED or (outcome.finish == "IMAGE_OTHER" and not source.bills_refusals):
        return billed_refusal(source)
    if kind is ErrorKind.RESULT_UNAVAILABLE:
        return Billed.YES
    return _BILLED.get(kind, Billed.UNKNOWN)


def _spoken(candidate: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    parts = _mappings(_mapping(candidate.get("content")).get("parts"))
    return (part for part in parts if not part.get("thought"))


def _first(candidates: list[Mapping[str, Any]], *names: str) -> str:
    return next((text for candidate in candidates if (text := _text(candidate, *names))), "")


def _text(node: Mapping[str, Any], *names: str) -> str:
    value = _either(node, *names)
    return value if isinstance(value, str) else ""


def _either(node: Mapping[str, Any], *names: str) -> Any:
    """The value under the first of `names` there is: camelCase, or the snake_case some send."""
    return next((node[name] for name in names if node.get(name) is not None), None)


def _mapping(node: Any) -> Mapping[str, Any]:
    return node if isinstance(node, dict) else {}


def _mappings(node: Any) -> list[Mapping[str, Any]]:
    return [item for item in node if isinstance(item, dict)] if isinstance(node, list) else []
