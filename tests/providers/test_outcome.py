"""Answers without a picture: each reason to its kind, and what of it the operator reads."""

import pytest

from bot.errors import Billed, ErrorKind
from bot.providers.classify import Source
from bot.providers.outcome import explain, read

SOURCE = Source("google", False, "sk-test-0123456789abcdef")
FINISHES = {
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
    "STOP": ErrorKind.TEXT_ONLY,
    "BRAND_NEW": ErrorKind.TEXT_ONLY,
}
"""All that the official SDK knows, and one that it does not, each beside a sentence."""


def finished(reason: str, **more) -> dict:
    content = {"parts": [{"text": "I was about to say"}]}
    return {"candidates": [{"content": content, "finishReason": reason, **more}]}


@pytest.mark.parametrize("reason", FINISHES)
def test_every_finish_reason_has_its_kind(reason):
    assert explain(read(finished(reason)), SOURCE).kind is FINISHES[reason]


@pytest.mark.parametrize(
    "reason",
    [
        "SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "IMAGE_SAFETY", "MODEL_ARMOR",
        "JAILBREAK", "BRAND_NEW",
    ],
)  # fmt: skip
def test_a_blocked_prompt_is_blocked_content_whatever_the_reason(reason):
    error = explain(read({"promptFeedback": {"blockReason": reason}}), SOURCE)

    assert (error.kind, error.billed) == (ErrorKind.CONTENT_BLOCKED, Billed.NO)
    assert reason in error.detail


def test_the_upstreams_sentence_is_said_and_not_the_models_half_one():
    message = "You will not be charged for blocked images."

    assert explain(read(finished("IMAGE_SAFETY", finishMessage=message)), SOURCE).said == message


RATINGS = [
    {"category": "HARM_CATEGORY_HARASSMENT", "probability": "LOW"},
    {"category": "HARM_CATEGORY_IMAGE_SEXUALLY_EXPLICIT", "probability": "MEDIUM", "blocked": True},
    {"category": "HARM_CATEGORY_DANGEROUS_CONTENT", "probability": "HIGH", "blocked": False},
    {"category": "HARM_CATEGORY_HATE_SPEECH", "probability": "NEGLIGIBLE", "blocked": False},
    {"category": None, "blocked": "yes"},
    "nonsense",
]
NAMED = "HARM_CATEGORY_IMAGE_SEXUALLY_EXPLICIT, HARM_CATEGORY_DANGEROUS_CONTENT"


@pytest.mark.parametrize(
    "document",
    [
        {"promptFeedback": {"blockReason": "SAFETY", "safetyRatings": RATINGS}},
        {"prompt_feedback": {"block_reason": "SAFETY", "safety_ratings": RATINGS}},
        finished("SAFETY", safetyRatings=RATINGS),
    ],
)
def test_the_operator_reads_which_category_blocked(document):
    """Each once, of the prompt and of the answer; nobody else reads it."""
    error = explain(read(document), SOURCE)

    assert error.detail.startswith(f"SAFETY ({NAMED})")
    assert "HARM" not in (error.said or "")


@pytest.mark.parametrize("ratings", [None, "SAFETY", [None], [{}], {"category": "X"}])
def test_ratings_of_any_shape_are_survived(ratings):
    document = finished("SAFETY", safetyRatings=ratings)

    assert explain(read(document), SOURCE).detail == "SAFETY: I was about to say"


LINK = "https://pictures.example/fox.png"


@pytest.mark.parametrize(
    ("part", "links", "text"),
    [
        ({"fileData": {"fileUri": LINK}}, (LINK,), ""),
        ({"file_data": {"file_uri": LINK, "mime_type": "image/jpg"}}, (LINK,), ""),
        ({"fileData": {"fileUri": LINK}, "thought": True}, (), ""),
        ({"fileData": {"fileUri": LINK, "mimeType": "video/mp4"}}, (), ""),
        ({"fileData": {"fileUri": 7}}, (), ""),
        ({"text": f"Done: ![fox]({LINK})"}, (LINK, LINK), "Done:"),
        ({"text": LINK}, (LINK,), ""),
        (
            {"text": "See https://pictures.example/policy"},
            (),
            "See https://pictures.example/policy",
        ),
    ],
)
def test_where_a_picture_may_be_instead(part, links, text):
    outcome = read({"candidates": [{"content": {"parts": [part]}, "finishReason": "STOP"}]})

    assert (outcome.links, outcome.text) == (links, text)


def test_an_address_in_endless_words_is_not_looked_for():
    parts = [{"text": f"{LINK} {'x ' * 40_000}"}]

    assert read({"candidates": [{"content": {"parts": parts}}]}).links == ()


@pytest.mark.parametrize("reason", ["MAX_TOKENS", "SAFETY"])
def test_an_address_in_words_that_were_stopped_is_no_picture(reason):
    document = finished(reason)
    document["candidates"][0]["content"]["parts"][0]["text"] = LINK

    assert read(document).links == ()
