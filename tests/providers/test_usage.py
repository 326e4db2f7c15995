"""What was counted, and nothing that was not."""

import pytest

from bot.providers.base import Usage
from bot.providers.usage import chat_usage, gemini_usage


def test_everything_google_counts():
    """The total is its own: more than the others add up to."""
    told = {
        "promptTokenCount": 615,
        "candidatesTokenCount": 2478,
        "thoughtsTokenCount": 208,
        "totalTokenCount": 3400,
        "candidatesTokensDetails": [
            {"modality": "TEXT", "tokenCount": 30},
            {"modality": "IMAGE", "tokenCount": 1120},
            {"modality": "IMAGE", "tokenCount": 1120},
        ],
    }

    assert gemini_usage({"usageMetadata": told}) == Usage(615, 2478, 208, 2240, 3400)


def test_snake_case_counts_too():
    told = {
        "prompt_token_count": 1,
        "candidates_token_count": 2,
        "thoughts_token_count": 0,
        "total_token_count": 4,
        "candidates_tokens_details": [{"modality": "IMAGE", "token_count": 5}],
    }

    assert gemini_usage({"usage_metadata": told}) == Usage(1, 2, 0, 5, 4)


@pytest.mark.parametrize("nonsense", ["3301", -1, None, True, 1.5, [], {}, 2**31, 10**25])
def test_nonsense_is_not_told(nonsense):
    """One wrong number takes no other with it."""
    told = {
        "promptTokenCount": nonsense,
        "candidatesTokenCount": nonsense,
        "thoughtsTokenCount": nonsense,
        "totalTokenCount": 7,
        "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": nonsense}, nonsense],
    }

    assert gemini_usage({"usageMetadata": told}) == Usage(total_tokens=7)
    assert gemini_usage({"usageMetadata": nonsense}) == Usage()
    assert gemini_usage({"usageMetadata": {"candidatesTokensDetails": nonsense}}) == Usage()
    assert chat_usage({"usage": nonsense}) == Usage()
    assert chat_usage({"usage": {"total_tokens": nonsense, "prompt_tokens": 3}}) == Usage(3)


def test_everything_a_chat_counts():
    told = {
        "prompt_tokens": 1,
        "completion_tokens": 2,
        "total_tokens": 5,
        "completion_tokens_details": {"reasoning_tokens": 3, "image_tokens": 4},
    }

    assert chat_usage({"usage": told}) == Usage(1, 2, 3, 4, 5)
