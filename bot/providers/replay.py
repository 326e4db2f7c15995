"""The model's side of an exchange: kept from an answer, and said again in a later request.

A model that drew goes on from its picture well only when it gets back what it said word for word,
with every signature. Only the picture's base64 is not kept: the picture is in the store.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic_core import PydanticSerializationError, to_json

from bot.generation.request import ImageRef, Turn
from bot.providers.base import ImageFile
from bot.providers.nodes import either, mapping, mappings
from bot.providers.outcome import file_uri, inline_data, spoken

TURN_LIMIT = 1024 * 1024
"""Bytes of JSON. Writing one of that size takes 3 ms, and the database gets one a picture."""

_PICTURE = frozenset({"inlineData", "inline_data", "fileData", "file_data"})
_REPLACED = frozenset({"data", "mimeType", "mime_type"})


def record(document: Any, value: str, image: ImageFile) -> str | None:
    """The `parts` of a Turn from a parsed answer whose part with `value` became `image`.

    Thoughts are left out, and drafts, unless only they are signed. None where the conversation
    could not go on from that.
    """
    kept, drafts, result = [], [], None
    for part in _turn(document, value):
        picture = _value(part)
        if picture is None:
            kept.append(part)
        elif picture == value:
            result = _referring(part, image)
            kept.append(result)
        else:
            drafts.append(part)
    if result is None or (not _signed(result) and any(map(_signed, drafts))):
        return None
    try:
        # Three times as fast as json's for signatures, which may have a megabyte.
        text = to_json(kept)
    except PydanticSerializationError:
        return None
    before, _, after = text.partition(_place(image.digest))
    # Another such key is of a value that went into a file of its own, and is lost.
    if len(text) > TURN_LIMIT or b'"data":' in before or b'"data":' in after:
        return None
    return text.decode()


def replay(turn: Turn, locate: Callable[[ImageRef], Path]) -> Iterator[bytes | Path]:
    """That side as JSON in pieces, the picture as the file it is."""
    before, _, after = turn.parts.encode().partition(_place(turn.image.digest))
    yield b'{"role":"model","parts":'
    yield before
    yield b'"data":"'
    yield locate(turn.image)
    yield b'"'
    yield after
    yield b"}"


def _place(digest: str) -> bytes:
    """Where the picture belongs, and nothing else: a string has its quotes escaped."""
    return b'"data":"%b"' % digest.encode()


def _turn(document: Any, value: str) -> list[Mapping[str, Any]]:
    """What the candidate with that picture says."""
    root = mapping(document[0] if isinstance(document, list) and document else document)
    turns = (list(spoken(candidate)) for candidate in mappings(root.get("candidates")))
    return next((turn for turn in turns if value in map(_value, turn)), [])


def _value(part: Mapping[str, Any]) -> str | None:
    data = inline_data(part)
    return file_uri(part) or None if data is None else data


def _referring(part: Mapping[str, Any], image: ImageFile) -> Mapping[str, Any]:
    """With the type by content: a wrong one is forgiven in an answer, but not in a request."""
    blob = mapping(either(part, "inlineData", "inline_data"))
    others = {name: item for name, item in blob.items() if name not in _REPLACED}
    named = {**others, "mimeType": image.mime, "data": image.digest}
    rest = {name: item for name, item in part.items() if name not in _PICTURE}
    return {**rest, "inlineData": named}


def _signed(part: Mapping[str, Any]) -> bool:
    return bool(either(part, "thoughtSignature", "thought_signature"))
