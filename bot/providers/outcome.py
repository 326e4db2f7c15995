"""What a generateContent answer says: its pictures, its words, or why there is no picture.

Pure, and tolerant of everything that has been seen missing, null, renamed or newly invented.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.errors import Billed, ErrorKind, ProviderError
from bot.providers import links
from bot.providers.base import Usage
from bot.providers.classify import Source, billed_refusal
from bot.providers.nodes import either, mapping, mappings, words
from bot.providers.redaction import quote, redact
from bot.providers.usage import gemini_usage

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
    "MALFORMED_FUNCTION_CALL": ErrorKind.NO_IMAGE,
    "UNEXPECTED_TOOL_CALL": ErrorKind.NO_IMAGE,
    "TOO_MANY_TOOL_CALLS": ErrorKind.NO_IMAGE,
    "ESCALATION": ErrorKind.NO_IMAGE,
    "CONTINUATION": ErrorKind.NO_IMAGE,
}
"""STOP, and what is not known yet, are told by what else the answer holds."""

_DONE = frozenset({"", "STOP", "FINISH_REASON_UNSPECIFIED"})
_ADDRESSED = 64 * 1024
"""Characters; nobody who gives an address says more, and to search them takes time."""
_BILLED = {ErrorKind.TEXT_ONLY: Billed.YES, ErrorKind.TRUNCATED: Billed.YES}
_REFUSED = frozenset({ErrorKind.CONTENT_BLOCKED, ErrorKind.RECITATION})


@dataclass(frozen=True, slots=True)
class Outcome:
    """One answer, thoughts left out. `images` are the values found where pictures belong.

    `links` are the addresses of pictures that were given so instead, the likeliest first; not all
    may be fit to fetch. `unsafe` are the categories that a safety rule found something in.
    """

    images: tuple[str, ...]
    links: tuple[str, ...]
    text: str
    finish: str
    explanation: str
    block: str
    usage: Usage
    upstream_model: str | None
    unsafe: tuple[str, ...] = ()


def read(document: Any) -> Outcome:
    """Find what there is in a parsed answer of any shape."""
    root = mapping(document[0] if isinstance(document, list) and document else document)
    candidates = mappings(root.get("candidates"))
    parts = [part for candidate in candidates for part in spoken(candidate)]
    feedback = mapping(either(root, "promptFeedback", "prompt_feedback"))
    text = "".join(words(part, "text") for part in parts).strip()
    finish = _first(candidates, "finishReason", "finish_reason")
    block = words(feedback, "blockReason", "block_reason")
    told = _told(text) if finish in _DONE and not block else ()
    return Outcome(
        images=tuple(data for part in parts if (data := inline_data(part)) is not None),
        links=(*reversed([uri for part in parts if (uri := file_uri(part))]), *told),
        text=links.strip(text) if told else text,
        finish=finish,
        explanation=_first(candidates, "finishMessage", "finish_message")
        or words(feedback, "blockReasonMessage", "block_reason_message"),
        block=block,
        usage=gemini_usage(root),
        upstream_model=words(root, "modelVersion", "model_version") or None,
        unsafe=tuple(dict.fromkeys(c for node in (feedback, *candidates) for c in _unsafe(node))),
    )


def spoken(candidate: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The parts of a candidate that are no thoughts."""
    parts = mappings(mapping(candidate.get("content")).get("parts"))
    return (part for part in parts if not part.get("thought"))


def inline_data(part: Mapping[str, Any]) -> str | None:
    """What stands in a part where a picture's bytes belong."""
    data = mapping(either(part, "inlineData", "inline_data")).get("data")
    return data if isinstance(data, str) else None


def file_uri(part: Mapping[str, Any]) -> str:
    """Where a part says its picture lies, or nothing."""
    file = mapping(either(part, "fileData", "file_data"))
    mime = words(file, "mimeType", "mime_type").lower() or "image/"
    return words(file, "fileUri", "file_uri") if mime.startswith("image/") else ""


def _told(text: str) -> tuple[str, ...]:
    """The addresses of pictures in words: a gateway may put its pictures there."""
    if len(text) > _ADDRESSED:
        return ()
    return (*reversed(links.find_marked(text)), *reversed(links.find_bare(text)))


def _unsafe(node: Mapping[str, Any]) -> Iterator[str]:
    for rating in mappings(either(node, "safetyRatings", "safety_ratings")):
        if rating.get("blocked") is True or rating.get("probability") == "HIGH":
            yield words(rating, "category")


def explain(outcome: Outcome, source: Source) -> ProviderError:
    """Why an answer without a usable picture is a failure, and what it costs."""
    kind = _kind(outcome)
    said = outcome.text if kind is ErrorKind.TEXT_ONLY else outcome.explanation or outcome.text
    named = outcome.block or outcome.finish or "no finish reason"
    if outcome.unsafe:
        named = f"{named} ({', '.join(outcome.unsafe)})"
    return ProviderError(
        kind=kind,
        provider=source.provider,
        billed=_billed(kind, outcome, source),
        said=quote(said, source.secret),
        detail=redact(f"{named}: {said}", source.secret),
    )


def _kind(outcome: Outcome) -> ErrorKind:
    if outcome.block and outcome.block != "BLOCK_REASON_UNSPECIFIED":
        return ErrorKind.CONTENT_BLOCKED
    if outcome.finish in _FINISHES:
        return _FINISHES[outcome.finish]
    if outcome.images:
        return ErrorKind.MALFORMED_RESPONSE
    if outcome.links:
        return ErrorKind.RESULT_UNAVAILABLE
    return ErrorKind.TEXT_ONLY if outcome.text else ErrorKind.NO_IMAGE


def _billed(kind: ErrorKind, outcome: Outcome, source: Source) -> Billed:
    # Google's text with IMAGE_OTHER says that such pictures are not charged for, too.
    if kind in _REFUSED or (outcome.finish == "IMAGE_OTHER" and not source.bills_refusals):
        return billed_refusal(source)
    if kind is ErrorKind.RESULT_UNAVAILABLE:
        return Billed.YES
    return _BILLED.get(kind, Billed.UNKNOWN)


def _first(candidates: list[Mapping[str, Any]], *names: str) -> str:
    return next((text for candidate in candidates if (text := words(candidate, *names))), "")
