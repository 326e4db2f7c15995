"""What a chat completion says: where its pictures are, its words, or why there is no picture.

Pure, and tolerant: a gateway may put a picture anywhere that somebody's client looks for one.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.providers.extract import PLACE
from bot.providers.links import find_bare, find_marked, is_picture, strip
from bot.providers.outcome import Outcome
from bot.providers.usage import chat_usage

_DEPTH = 6
_TEXT_FIELDS = frozenset({"text"})
_ADDRESS_FIELDS = frozenset({"url", "image_url", "image", "uri", "file_uri", "fileUri"})
_FINISHES = {"LENGTH": "MAX_TOKENS"}


@dataclass(frozen=True, slots=True)
class ChatOutcome:
    """One completion. `numbers` of pictures in the answer, `links` to others, both best first."""

    outcome: Outcome
    numbers: tuple[int, ...]
    links: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """Pictures from one place of an answer, in its order."""

    numbers: tuple[int, ...] = ()
    links: tuple[str, ...] = ()


def read(document: Any) -> ChatOutcome:
    """Find what there is in a parsed answer of any shape, whose pictures have left a PLACE.

    The better place comes first: `images`, the parts of a list, data URIs, markdown, bare
    addresses. Within one place the last picture is the result, those before it are drafts.
    """
    root = _mapping(document[0] if isinstance(document, list) and document else document)
    choices = _mappings(root.get("choices"))
    messages = [_mapping(choice.get("message")) for choice in choices]
    parts = [part for message in messages for part in _parts(message.get("content"))]
    text = "\n".join(words for part in parts for words in _words(part))
    places = [
        _collect(message.get("images") for message in messages),
        _collect(part for part in parts if not isinstance(part, str)),
        _Found(numbers=_numbers(text)),
        _Found(links=find_marked(text)),
        _Found(links=find_bare(text)),
    ]
    numbers = tuple(number for found in places for number in reversed(found.numbers))
    links = tuple(link for found in places for link in reversed(found.links))
    return ChatOutcome(_outcome(root, choices, messages, text, numbers, links), numbers, links)


def _outcome(
    root: Mapping[str, Any],
    choices: Iterable[Mapping[str, Any]],
    messages: Iterable[Mapping[str, Any]],
    text: str,
    numbers: tuple[int, ...],
    links: tuple[str, ...],
) -> Outcome:
    finish = _first(choices, "finish_reason").upper()
    refusal = _first(messages, "refusal").strip()
    return Outcome(
        images=tuple(map(str, numbers)),
        links=links,
        text=strip(PLACE.sub("", text)) or refusal,
        finish=_FINISHES.get(finish, finish),
        explanation=refusal,
        block=finish if finish == "CONTENT_FILTER" else "",
        usage=chat_usage(root),
        upstream_model=_first([root], "model") or None,
    )


def _parts(content: Any) -> Iterator[Any]:
    yield from content if isinstance(content, list) else [content]


def _words(part: Any) -> Iterator[str]:
    words = part.get("text") if isinstance(part, dict) else part
    if isinstance(words, str):
        yield words


def _collect(nodes: Iterable[Any]) -> _Found:
    strings = [item for node in nodes for item in _strings("url", node, _DEPTH)]
    return _Found(
        numbers=tuple(number for _, text in strings for number in _numbers(text)),
        links=tuple(text for name, text in strings if name in _ADDRESS_FIELDS and is_picture(text)),
    )


def _strings(name: str, node: Any, depth: int) -> Iterator[tuple[str, str]]:
    """Every string in `node` beside its words, with the field it lies in."""
    if isinstance(node, str):
        yield name, node
    elif depth and isinstance(node, list):
        for item in node:
            yield from _strings(name, item, depth - 1)
    elif depth and isinstance(node, dict):
        for field, item in node.items():
            if field not in _TEXT_FIELDS:
                yield from _strings(field, item, depth - 1)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, PLACE.findall(text)))


def _first(nodes: Iterable[Mapping[str, Any]], name: str) -> str:
    return next((node[name] for node in nodes if isinstance(node.get(name), str)), "")


def _mapping(node: Any) -> Mapping[str, Any]:
    return node if isinstance(node, dict) else {}


def _mappings(node: Any) -> list[Mapping[str, Any]]:
    return [item for item in node if isinstance(item, dict)] if isinstance(node, list) else []
