"""What a request to a task upstream asks for, read as strictly as all of them read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.demo.question import SERVED
from bot.generation.request import AspectRatio, Resolution


@dataclass(frozen=True, slots=True)
class Wish:
    """What a creating request asks for, as far as it could be read."""

    prompt: str = ""
    model: str = ""
    aspect_ratio: AspectRatio = AspectRatio.AUTO
    resolution: Resolution = Resolution.R1K
    mime: str = "image/png"
    image_urls: tuple[str, ...] = ()
    callback_url: str = ""


def served(model: str) -> str | None:
    """Google's name for a gateway's."""
    names = {
        "nano-banana": "gemini-2.5-flash-image",
        "nano-banana-beta": "gemini-2.5-flash-image",
        "nano-banana-pro": "gemini-3-pro-image",
        "nano-banana-2": "gemini-3.1-flash-image",
        "nano-banana-2-beta": "gemini-3.1-flash-image",
        "nano-banana-2-lite": "gemini-3.1-flash-lite-image",
    }
    name = names.get(model, model.removesuffix("-preview"))
    return name if name in SERVED else None


def text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""


def check(
    body: Any, wish: Wish, *, models: frozenset[str], limit: int, ratio: str, size: str
) -> str:
    """What is wrong with the fields that all of them have; or nothing."""
    if not isinstance(body, dict):
        return "the body is not a JSON object"
    if wish.model not in models:
        return "model"
    model = SERVED[served(wish.model) or ""]
    sizes = {{"512": "0.5K"}.get(name, name) for name in model.sizes or {"1K"}}
    wrong = {
        f"prompt must have 1 to {limit} characters": not 0 < len(wish.prompt) <= limit,
        f"unsupported aspect ratio {ratio!r}": ratio not in ("auto", *model.ratios),
        f"unsupported resolution {size!r}": size not in sizes,
        "image_urls must be addresses": not all(
            url.startswith(("https://", "http://")) for url in wish.image_urls
        ),
    }
    return next((problem for problem, found in wrong.items() if found), "")


def make_wish(
    body: Mapping[str, Any], *, prompt: str, ratio: str, size: str, mime: str, urls: Sequence[Any]
) -> Wish:
    ratios, sizes = tuple(AspectRatio), {"0.5K": "512"}
    resolution = sizes.get(size, size)
    return Wish(
        prompt=prompt,
        model=text(body, "model"),
        aspect_ratio=AspectRatio(ratio) if ratio in ratios else AspectRatio.AUTO,
        resolution=Resolution(resolution) if resolution in tuple(Resolution) else Resolution.R1K,
        mime=mime,
        image_urls=tuple(str(url) for url in urls),
        callback_url=text(body, "callback_url"),
    )


def find_unknown(body: Any, names: frozenset[str]) -> str:
    unknown = set(body) - names if isinstance(body, dict) else set()
    return f"unknown field {min(unknown)}" if unknown else ""


def listed(node: Any) -> Sequence[Any]:
    return node if isinstance(node, list) else []
