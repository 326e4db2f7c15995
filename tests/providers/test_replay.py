"""The model's own words, kept from an answer and said again, to the letter."""

import json
from pathlib import Path

import pytest
from blake3 import blake3

from bot.generation.request import ImageRef, Turn
from bot.providers.base import ImageFile
from bot.providers.replay import TURN_LIMIT, record, replay

DIGEST = blake3(b"picture").hexdigest()
IMAGE = ImageFile(Path("picture"), DIGEST, "image/png", 7)
RESULT = {"inlineData": {"mimeType": "image/jpg", "data": "1"}, "thoughtSignature": "final"}
KEPT = {"thoughtSignature": "final", "inlineData": {"mimeType": "image/png", "data": DIGEST}}


def answered(*parts: object, **more) -> dict:
    return {"candidates": [{"content": {"role": "model", "parts": list(parts)}, **more}]}


def recorded(*parts: object) -> list | None:
    text = record(answered(*parts), "1", IMAGE)
    return None if text is None else json.loads(text)


def test_what_was_said_is_kept_to_the_letter():
    """Signatures, empty text, fields nobody knows, and the picture's place among them."""
    said = [
        {"text": 'Hére \u2028 "you" go\x00', "thoughtSignature": "a+/=", "novel": [1, None]},
        RESULT,
        {"text": "", "thoughtSignature": "end"},
    ]

    assert recorded(*said) == [said[0], KEPT, said[2]]


def test_thoughts_and_drafts_are_left_out():
    """What is left keeps the first text's signature and the picture's."""
    draft = {"inlineData": {"data": "0"}, "thoughtSignature": "draft"}
    text = {"text": "Here.", "thoughtSignature": "first"}
    thoughts = [{"text": "hm", "thought": True}, {**draft, "thought": True}]

    assert recorded(*thoughts, text, draft, RESULT) == [text, KEPT]


def test_a_conversation_whose_only_signature_is_a_drafts_is_not_kept():
    draft = {"inlineData": {"data": "0"}, "thoughtSignature": "draft"}
    unsigned = {"inlineData": {"data": "1"}}

    assert recorded(draft, unsigned) is None
    assert recorded({"inlineData": {"data": "0"}}, unsigned) is not None


def test_a_picture_that_came_by_address_is_kept_as_the_one_in_the_store():
    link = "https://pictures.example/fox.png"
    part = {"fileData": {"fileUri": link, "mimeType": "image/png"}, "thoughtSignature": "final"}

    assert json.loads(record(answered(part), link, IMAGE)) == [KEPT]
    assert record(answered({"text": link}), link, IMAGE) is None


def test_snake_case_is_kept_as_it_came():
    part = {
        "inline_data": {"mime_type": "image/png", "data": "1", "display_name": "fox"},
        "thought_signature": "s",
    }

    blob = {"display_name": "fox", "mimeType": "image/png", "data": DIGEST}
    assert recorded(part) == [{"thought_signature": "s", "inlineData": blob}]


def test_only_the_candidate_that_drew_is_kept():
    document = answered({"text": "other"})
    document["candidates"] += answered({"text": "mine"}, RESULT)["candidates"]

    assert json.loads(record([document], "1", IMAGE)) == [{"text": "mine"}, KEPT]


def test_a_turn_has_at_most_a_mebibyte():
    def signed(length: int) -> list | None:
        return recorded({"text": "x", "thoughtSignature": "s" * length}, RESULT)

    room = TURN_LIMIT - len(json.dumps(signed(0), separators=(",", ":")))
    assert signed(room) is not None
    assert signed(room + 1) is None


def nested(depth: int) -> dict:
    return {"text": "x", "novel": json.loads("[" * depth + "]" * depth)}


@pytest.mark.parametrize("odd", [{"text": "\ud800"}, nested(900)])
def test_what_cannot_be_written_is_not_kept(odd):
    """Half a character, or nesting without end: the picture is paid for and comes all the same."""
    assert recorded(odd, RESULT) is None


@pytest.mark.parametrize("lost", [{"call": {"args": {"data": "0"}}}, {"text": "x", "data": "2"}])
def test_a_value_that_went_elsewhere_cannot_be_said_again(lost):
    assert recorded(lost, RESULT) is None


@pytest.mark.parametrize("document", [None, [], {}, {"candidates": None}, answered(None, 7)])
def test_an_answer_of_any_shape_is_survived(document):
    assert record(document, "1", IMAGE) is None


def test_words_that_look_like_the_pictures_place_are_only_words():
    """The model may say whatever it likes, that very JSON too."""
    hostile = {"text": f'"data":"{DIGEST}" and \\"data\\":\\"{DIGEST}\\"'}
    image = ImageRef(DIGEST, "image/png", 1, 1, 7)
    turn = Turn("google", "m", "p", (), image, record(answered(hostile, RESULT), "1", IMAGE))

    pieces = list(replay(turn, lambda ref: Path(ref.digest)))

    assert [piece for piece in pieces if isinstance(piece, Path)] == [Path(DIGEST)]
    said = b"".join(piece if isinstance(piece, bytes) else b"QUJD" for piece in pieces)
    blob = {"mimeType": "image/png", "data": "QUJD"}
    signed = {"thoughtSignature": "final", "inlineData": blob}
    assert json.loads(said) == {"role": "model", "parts": [hostile, signed]}
