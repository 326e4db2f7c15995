"""A generateContent body, read as strictly as Google reads it."""

import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pybase64
from PIL import Image

from bot.demo import rejection
from bot.demo.drawing import READABLE
from bot.demo.journal import Asked
from bot.demo.keys import is_known
from bot.demo.rejection import Rejection
from bot.generation.request import AspectRatio, Resolution

TEN = frozenset(AspectRatio) - {
    AspectRatio.AUTO,
    AspectRatio.W1_H4,
    AspectRatio.W4_H1,
    AspectRatio.W1_H8,
    AspectRatio.W8_H1,
}
FOURTEEN = frozenset(AspectRatio) - {AspectRatio.AUTO}
MOST_PICTURES = 14
THINKING = frozenset({"minimal", "low", "medium", "high"})


@dataclass(frozen=True, slots=True)
class Served:
    """What one model takes; said apart from the bot's catalog, so that each tests the other."""

    ratios: frozenset[AspectRatio]
    sizes: frozenset[str]
    thinking: frozenset[str]
    mime: str = "image/png"


SERVED: Mapping[str, Served] = {
    "gemini-nano-banana-2.1": Served(
        FOURTEEN, frozenset({"1K", "2K", "4K"}), frozenset({"minimal", "medium", "high"})
    ),
    "gemini-3-pro-image": Served(TEN, frozenset({"1K", "2K", "4K"}), THINKING, "image/jpeg"),
    "gemini-3.1-flash-image": Served(
        FOURTEEN, frozenset({"512", "1K", "2K", "4K"}), frozenset({"minimal", "high"})
    ),
    "gemini-3.1-flash-lite-image": Served(TEN, frozenset({"1K"}), frozenset({"minimal", "high"})),
    "gemini-2.5-flash-image": Served(TEN, frozenset(), frozenset()),
}

# Message -> field -> type, as in Google's protocol buffers; "[]" repeats, "any" is not looked into.
SCHEMA: Mapping[str, Mapping[str, str]] = {
    "GenerateContentRequest": {
        "model": "string",
        "contents": "Content[]",
        "system_instruction": "Content",
        "generation_config": "GenerationConfig",
        "safety_settings": "SafetySetting[]",
        "tools": "Tool[]",
        "tool_config": "any",
        "cached_content": "string",
    },
    "Content": {"role": "string", "parts": "Part[]"},
    "Part": {
        "text": "string",
        "thought": "bool",
        "thought_signature": "string",
        "inline_data": "Blob",
        "file_data": "FileData",
        "function_call": "any",
        "function_response": "any",
        "executable_code": "any",
        "code_execution_result": "any",
        "video_metadata": "any",
        "media_resolution": "any",
        "part_metadata": "any",
    },
    "Blob": {"mime_type": "string", "data": "string"},
    "FileData": {"mime_type": "string", "file_uri": "string"},
    "SafetySetting": {"category": "string", "threshold": "string"},
    "Tool": {
        "google_search": "GoogleSearch",
        "code_execution": "any",
        "function_declarations": "any",
        "url_context": "any",
    },
    "GoogleSearch": {"time_range_filter": "any", "search_types": "SearchTypes"},
    "SearchTypes": {"web_search": "any", "image_search": "any"},
    "GenerationConfig": {
        "temperature": "number",
        "top_p": "number",
        "top_k": "number",
        "candidate_count": "integer",
        "max_output_tokens": "integer",
        "stop_sequences": "string[]",
        "seed": "integer",
        "presence_penalty": "number",
        "frequency_penalty": "number",
        "response_mime_type": "string",
        "response_schema": "any",
        "response_json_schema": "any",
        "response_modalities": "string[]",
        "response_format": "ResponseFormat",
        "image_config": "ImageConfig",
        "thinking_config": "ThinkingConfig",
        "media_resolution": "string",
        "speech_config": "any",
    },
    "ResponseFormat": {"image": "ImageConfig"},
    "ImageConfig": {"aspect_ratio": "string", "image_size": "string"},
    "ThinkingConfig": {
        "include_thoughts": "bool",
        "thinking_budget": "integer",
        "thinking_level": "string",
    },
}
SCALARS: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "bool": (bool,),
    "integer": (int,),
    "number": (int, float),
}
DATA_FIELDS = frozenset(SCHEMA["Part"]) - {"thought", "thought_signature", "part_metadata"}


@dataclass(frozen=True, slots=True)
class Question:
    """What a valid request asks for. `pictures` are the bytes that came with the last turn.

    `signatures` counts the model's that were sent back with its `turns`. `instruction` is the
    system's, which a model heeds as it does the prompt.
    """

    prompt: str
    pictures: tuple[bytes, ...]
    aspect_ratio: AspectRatio
    resolution: Resolution
    modalities: frozenset[str]
    thinking: str | None = None
    turns: int = 1
    signatures: int = 0
    instruction: str = ""

    @property
    def wanted(self) -> str:
        """All that the picture is drawn by."""
        return f"{self.prompt}\n{self.instruction}" if self.instruction else self.prompt


@dataclass(frozen=True, slots=True)
class Examined:
    """A request as far as it could be read: a question, or why there is none."""

    prompt: str
    pictures: int
    question: Question | None = None
    refused: Rejection | None = None
    reason: str = ""

    def asked(self, model: str) -> Asked:
        """The same for the journal."""
        if self.question is None:
            return Asked(model, self.prompt, self.pictures)
        question = self.question
        return Asked(
            model=model,
            prompt=self.prompt,
            images_in=self.pictures,
            thinking=question.thinking,
            turns=question.turns,
            signatures=question.signatures,
            instruction=question.instruction,
        )


def examine(raw: bytes, *, model: str, version: str, key: str, gateway: bool) -> Examined:
    """Read one request as Google or (`gateway`) API易 would; `reason` names what is wrong.

    Decodes every picture that came along, so it is no work for an event loop.
    """
    prompt, pictures, reason = "", 0, "invalid request"
    try:
        body = parse(raw)
        prompt, pictures = prompt_of(body), _inline(body)
        if not is_known(key):
            reason = "bad key"
            raise rejection.bad_key()
        name = model.removesuffix("-preview") if gateway else model
        if name not in SERVED:
            reason = "unknown model"
            raise (
                rejection.no_channel(model) if gateway else rejection.unknown_model(model, version)
            )
        return Examined(prompt, pictures, read(body, model=name, gateway=gateway))
    except Rejection as refused:
        return Examined(prompt, pictures, refused=refused, reason=reason)


def parse(raw: bytes) -> dict[str, Any]:
    """The body with its field names in snake case; raises Rejection where the schema is broken."""
    try:
        body = json.loads(raw)
    except ValueError as error:
        message = f"Invalid JSON payload received. Unexpected token.\n{raw[:40]!r}\n^"
        raise rejection.invalid(message, "") from error
    if not isinstance(body, dict):
        message = 'Invalid JSON payload received. Unknown name "": Root element must be a message.'
        raise rejection.invalid(message, "")
    checked: dict[str, Any] = _message("GenerateContentRequest", body, "")
    return checked


def prompt_of(body: Mapping[str, Any]) -> str:
    """The text of the last turn, whatever else may be wrong with it."""
    return _said((body.get("contents") or [{}])[-1])


def _said(content: Mapping[str, Any]) -> str:
    text = "\n".join(part["text"] for part in content.get("parts", []) if "text" in part)
    return text.encode("utf-8", "replace").decode()


def read(body: Mapping[str, Any], *, model: str, gateway: bool) -> Question:
    """What a parsed body asks of a known model; raises Rejection for what Google refuses."""
    _contents(body)
    config = body.get("generation_config", {})
    if config.get("candidate_count", 1) != 1:
        raise rejection.invalid("Multiple candidates is not enabled for this model")
    image = config.get("image_config") or config.get("response_format", {}).get("image", {})
    _image_config(image, model)
    thinking = config.get("thinking_config", {})
    _thinking(thinking, model)
    parts = [part for content in body["contents"] for part in content["parts"]]
    return Question(
        prompt=prompt_of(body),
        pictures=_pictures(body["contents"], gateway=gateway),
        aspect_ratio=AspectRatio(image.get("aspect_ratio", "auto")),
        resolution=Resolution(image.get("image_size", "1K")),
        modalities=_modalities(config.get("response_modalities") or ["TEXT", "IMAGE"]),
        thinking=thinking.get("thinking_level", "").lower() or None,
        turns=len(body["contents"]),
        signatures=sum("thought_signature" in part for part in parts),
        instruction=_said(body.get("system_instruction", {})),
    )


def _inline(body: Mapping[str, Any]) -> int:
    parts = (body.get("contents") or [{}])[-1].get("parts", [])
    return sum("inline_data" in part for part in parts)


def _snake(name: str) -> str:
    return re.sub(r"(?<=.)([A-Z])", r"_\1", name).lower() if name[:1].islower() else name


def _message(kind: str, value: Any, path: str) -> Any:
    """One message or scalar, checked field by field against the schema."""
    if kind == "any":
        return value
    if kind.endswith("[]"):
        # Protocol buffers' JSON takes a lone value for a list of one.
        listed = value if isinstance(value, list) else [value]
        return [_message(kind[:-2], item, f"{path}[{i}]") for i, item in enumerate(listed)]
    if kind in SCALARS:
        if not isinstance(value, SCALARS[kind]) or isinstance(value, bool) != (kind == "bool"):
            text = f"Invalid value at '{path}' (TYPE_{kind.upper()}), {json.dumps(value)}"
            raise rejection.invalid(text, path)
        return value
    if not isinstance(value, dict):
        text = f"Invalid value at '{path}' (type.googleapis.com/{kind}), {json.dumps(value)[:80]}"
        raise rejection.invalid(text, path)
    return _fields(kind, value, path)


def _fields(kind: str, value: Mapping[str, Any], path: str) -> dict[str, Any]:
    known: dict[str, Any] = {}
    for given, item in value.items():
        name = _snake(given)
        if name not in SCHEMA[kind]:
            place = f" at '{path}'" if path else ""
            text = (
                f'Invalid JSON payload received. Unknown name "{given}"{place}: Cannot find field.'
            )
            raise rejection.invalid(text, path)
        if item is not None:
            known[name] = _message(SCHEMA[kind][name], item, f"{path}.{name}" if path else name)
    return known


def _contents(body: Mapping[str, Any]) -> None:
    contents = body.get("contents", [])
    if not contents:
        raise rejection.invalid("* GenerateContentRequest.contents: contents is not specified\n")
    for i, content in enumerate(contents):
        place = f"* GenerateContentRequest.contents[{i}]"
        if content.get("role", "user") not in ("user", "model"):
            raise rejection.invalid("Please use a valid role: user, model.")
        if not content.get("parts"):
            raise rejection.invalid(f"{place}.parts: contents.parts must not be empty.\n")
        for j, part in enumerate(content["parts"]):
            if not DATA_FIELDS & part.keys():
                text = "required oneof field 'data' must have one initialized field\n"
                raise rejection.invalid(f"{place}.parts[{j}].data: {text}")


def _image_config(image: Mapping[str, Any], model: str) -> None:
    served = SERVED[model]
    size, ratio = image.get("image_size"), image.get("aspect_ratio")
    place = "* GenerateContentRequest.generation_config.image_config"
    if size is not None and size not in served.sizes:
        if size not in tuple(Resolution):
            sizes = ", ".join(f"'{r}'" for r in Resolution)
            text = f"{place}.image_size: Invalid image size '{size}'. Allowed: {sizes}.\n"
            raise rejection.invalid(text)
        raise rejection.invalid(f"{place}.image_size: '{size}' is not supported by {model}.\n")
    if ratio is not None and ratio not in served.ratios:
        ratios = ", ".join(f"'{r}'" for r in AspectRatio if r in served.ratios)
        text = f"{place}.aspect_ratio: Invalid aspect ratio '{ratio}'. Allowed: {ratios}.\n"
        raise rejection.invalid(text)


def _thinking(config: Mapping[str, Any], model: str) -> None:
    served, level = SERVED[model], config.get("thinking_level")
    if level is not None and level.lower() not in THINKING:
        path = "generation_config.thinking_config.thinking_level"
        raise rejection.invalid(f"Invalid value at '{path}' (ThinkingLevel), \"{level}\"", path)
    if config and not served.thinking:
        raise rejection.invalid("Thinking is not enabled for this model.")
    if level is not None and level.lower() not in served.thinking:
        raise rejection.invalid(f"Thinking level {level.upper()} is not supported for this model.")


def _modalities(given: Sequence[str]) -> frozenset[str]:
    for i, modality in enumerate(given):
        if modality.upper() not in ("TEXT", "IMAGE"):
            path = f"generation_config.response_modalities[{i}]"
            text = f"Invalid value at '{path}' (Modality), \"{modality}\""
            raise rejection.invalid(text, path)
    return frozenset(m.upper() for m in given)


def _pictures(contents: Sequence[Mapping[str, Any]], *, gateway: bool) -> tuple[bytes, ...]:
    """The last turn's pictures, or the last one the model drew when the turn has none."""
    turns = [_turn_pictures(content["parts"], gateway=gateway) for content in contents]
    if turns[-1]:
        return turns[-1]
    drawn = [t for t, c in zip(turns, contents, strict=True) if c.get("role") == "model" and t]
    return drawn[-1][-1:] if drawn else ()


def _turn_pictures(parts: Sequence[Mapping[str, Any]], *, gateway: bool) -> tuple[bytes, ...]:
    if sum("inline_data" in part for part in parts) > MOST_PICTURES:
        raise rejection.invalid(f"Only up to {MOST_PICTURES} images are supported in a request.")
    for part in parts:
        # API易 passes over a file it cannot reach; Google says so.
        if "file_data" in part and not gateway:
            name = part["file_data"].get("file_uri", "").rsplit("/", 1)[-1]
            text = f"You do not have permission to access the File {name} or it may not exist."
            raise Rejection(403, "PERMISSION_DENIED", text)
    return tuple(_picture(part["inline_data"]) for part in parts if "inline_data" in part)


def _picture(blob: Mapping[str, str]) -> bytes:
    mime = blob.get("mime_type", "")
    if mime not in ("image/png", "image/jpeg", "image/jpg", "image/webp"):
        raise rejection.invalid(f"Unsupported MIME type: {mime}")
    data = blob.get("data", "")
    altchars = b"-_" if set("-_") & set(data) else b"+/"
    try:
        padded = data + "=" * (-len(data) % 4)
        content = pybase64.b64decode(padded, altchars=altchars, validate=True)
        with Image.open(io.BytesIO(content), formats=READABLE) as picture:
            picture.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise rejection.bad_input() from error
    return content
