"""The JSON of an answered call, in the shape Google gives it."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import pybase64

from bot.demo.question import Question
from bot.demo.rejection import Body
from bot.generation.request import Resolution

IMAGE_TOKENS: Mapping[Resolution, int] = {
    Resolution.R512: 747,
    Resolution.R1K: 1120,
    Resolution.R2K: 1680,
    Resolution.R4K: 2520,
}
INPUT_IMAGE_TOKENS = 258
HIDDEN_TOKENS = 98
"""Counted for the candidate but not in its details."""

FILTERED = (
    "Unable to show the generated image. The image was filtered out because it violated Google's "
    "Generative AI Prohibited Use policy. You will not be charged for blocked images. Try "
    "rephrasing the prompt. If you think this was an error, send feedback."
)
RECITED = (
    "Unable to show the generated image. The image was filtered out because it may be too close "
    "to existing content. You will not be charged for blocked images. Try rephrasing the prompt."
)
UNDRAWN = (
    "Unable to show the generated image. The model could not generate the image based on the "
    "prompt provided. You will not be charged for blocked images. Try rephrasing the prompt."
)
REFUSAL = "I'm sorry, I can't create that picture. Is there something else I can draw for you?"

_MARK = re.compile(r"@@picture-(\d)@@")


@dataclass(frozen=True, slots=True)
class Encoded:
    """A drawn picture and its draft, as base64 that is ready to be sent."""

    mime: str
    picture: bytes
    draft: bytes


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a body; `picture` marks the base64 of the last, the real picture."""

    content: bytes
    picture: bool = False


class Writer:
    """Writes the answers of one model to one question."""

    def __init__(self, *, question: Question, model: str, gateway: bool, dice: Random) -> None:
        self._question = question
        self._model = model
        self._gateway = gateway
        self._dice = dice

    def pictured(self, encoded: Encoded, *, mime: str, drafts: int) -> list[Piece]:
        """Thoughts, text, `drafts` unmarked drafts and the picture declared as `mime`."""
        draft = {"inlineData": {"mimeType": encoded.mime, "data": "@@picture-0@@"}}
        parts: list[Body] = [
            {"text": "**Composing the scene**\n\nI place the subject first.", "thought": True},
            {**draft, "thought": True},
        ]
        if "TEXT" in self._question.modalities:
            parts.append({"text": "Here you go.", "thoughtSignature": self._signature()})
        parts += [{**draft, "thoughtSignature": self._signature()} for _ in range(drafts)]
        parts.append(
            {
                "inlineData": {"mimeType": mime, "data": "@@picture-1@@"},
                "thoughtSignature": self._signature(),
            }
        )
        tokens = IMAGE_TOKENS[self._question.resolution]
        body = self._answer([self._candidate("STOP", parts)], image_tokens=tokens)
        return _pieces(body, [encoded.draft, encoded.picture])

    def pictureless(self, phrase: str) -> list[Piece]:
        """The answer without a picture that one of the prompt's words asked for."""
        if phrase == "blocked":
            body = self._answer(None)
            return _pieces({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, **body}, [])
        if phrase == "empty":
            return _pieces(self._answer(None), [])
        if phrase == "max tokens":
            parts = [{"text": "The scene opens on a wide, quiet"}]
            return _pieces(self._answer([self._candidate("MAX_TOKENS", parts)]), [])
        reasons = {
            "unsafe picture": ("IMAGE_SAFETY", FILTERED),
            "recitation": ("IMAGE_RECITATION", RECITED),
            "no image": ("NO_IMAGE", UNDRAWN),
        }
        if phrase not in reasons:
            return self.text(REFUSAL)
        reason, said = reasons[phrase]
        candidate = self._candidate(reason, None) | {"finishMessage": said}
        return _pieces(self._answer([candidate]), [])

    def text(self, said: str) -> list[Piece]:
        """An answer in words."""
        parts = [{"text": said, "thoughtSignature": self._signature()}]
        return _pieces(self._answer([self._candidate("STOP", parts)]), [])

    def _candidate(self, reason: str, parts: Sequence[Body] | None) -> Body:
        candidate: Body = {"finishReason": reason, "index": 0}
        if parts is not None:
            return {"content": {"role": "model", "parts": list(parts)}, **candidate}
        # API易 keeps the empty content, Google leaves it out.
        return {"content": {"parts": None}, **candidate} if self._gateway else candidate

    def _answer(self, candidates: list[Body] | None, *, image_tokens: int = 0) -> Body:
        listed = {"candidates": candidates} if candidates is not None else {}
        return {
            **listed,
            "usageMetadata": self._usage(image_tokens),
            "modelVersion": self._model,
            "responseId": self._token(16),
        }

    def _usage(self, image_tokens: int) -> Body:
        text = max(1, len(self._question.prompt) // 4)
        images = INPUT_IMAGE_TOKENS * len(self._question.pictures)
        thoughts = 208
        drawn = image_tokens + HIDDEN_TOKENS if image_tokens else thoughts
        prompt_details: list[Body] = [{"modality": "TEXT", "tokenCount": text}]
        if images:
            prompt_details.append({"modality": "IMAGE", "tokenCount": images})
        usage: Body = {
            "promptTokenCount": text + images,
            "candidatesTokenCount": drawn,
            "thoughtsTokenCount": thoughts,
            "totalTokenCount": text + images + drawn + thoughts,
            "promptTokensDetails": prompt_details,
        }
        if image_tokens:
            details = [{"modality": "IMAGE", "tokenCount": image_tokens}]
            usage["candidatesTokensDetails"] = details
        return usage

    def _signature(self) -> str:
        return pybase64.b64encode(self._dice.randbytes(96)).decode()

    def _token(self, size: int) -> str:
        return pybase64.urlsafe_b64encode(self._dice.randbytes(size)).decode().rstrip("=")


def _pieces(body: Mapping[str, Any], pictures: Sequence[bytes]) -> list[Piece]:
    """The body's JSON, the pictures left as they are instead of copied into one string."""
    text = json.dumps(body, indent=2, ensure_ascii=False) + "\n"
    halves = _MARK.split(text)
    pieces = [Piece(halves[0].encode())]
    for number, after in zip(halves[1::2], halves[2::2], strict=True):
        last = int(number) == len(pictures) - 1
        pieces += [Piece(pictures[int(number)], picture=last), Piece(after.encode())]
    return pieces
