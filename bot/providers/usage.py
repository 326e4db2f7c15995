"""What an answer says it used, in numbers that may be missing or nonsense. Pure."""

from collections.abc import Mapping
from typing import Any

from bot.providers.base import Usage
from bot.providers.nodes import either, mapping, mappings

MOST_TOKENS = 2**31 - 1


def gemini_usage(document: Mapping[str, Any]) -> Usage:
    """From an answer to generateContent."""
    node = mapping(either(document, "usageMetadata", "usage_metadata"))
    details = mappings(either(node, "candidatesTokensDetails", "candidates_tokens_details"))
    pictures = [
        _count(either(detail, "tokenCount", "token_count"))
        for detail in details
        if detail.get("modality") == "IMAGE"
    ]
    known = [count for count in pictures if count is not None]
    return Usage(
        prompt_tokens=_count(either(node, "promptTokenCount", "prompt_token_count")),
        output_tokens=_count(either(node, "candidatesTokenCount", "candidates_token_count")),
        thought_tokens=_count(either(node, "thoughtsTokenCount", "thoughts_token_count")),
        image_tokens=sum(known) if known else None,
        total_tokens=_count(either(node, "totalTokenCount", "total_token_count")),
    )


def chat_usage(document: Mapping[str, Any]) -> Usage:
    """From a chat completion."""
    node = mapping(document.get("usage"))
    details = mapping(node.get("completion_tokens_details"))
    return Usage(
        prompt_tokens=_count(node.get("prompt_tokens")),
        output_tokens=_count(node.get("completion_tokens")),
        thought_tokens=_count(details.get("reasoning_tokens")),
        image_tokens=_count(details.get("image_tokens")),
        total_tokens=_count(node.get("total_tokens")),
    )


def _count(value: Any) -> int | None:
    """A number of tokens, which JSON's true is not, nor a text, nor what no column can hold."""
    return value if type(value) is int and 0 <= value <= MOST_TOKENS else None
