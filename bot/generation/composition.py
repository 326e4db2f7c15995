"""A prompt put together from its parts, in the order in which models read them best. Pure."""

import re
from dataclasses import dataclass

from bot.generation.guidance import CJK

STYLES = (
    "photograph",
    "film-still",
    "watercolour",
    "oil-painting",
    "ink-wash",
    "pencil-sketch",
    "anime",
    "comic",
    "pixel-art",
    "render",
    "flat-design",
    "paper-cut",
)
LIGHTS = (
    "golden-hour",
    "blue-hour",
    "studio-lighting",
    "window-light",
    "backlight",
    "candlelight",
    "moonlight",
    "neon-light",
    "overcast",
)
VIEWS = ("close-up", "full-body", "wide-angle", "aerial-view", "low-angle", "macro")
MOST_LIGHTS = 3
"""Of lights and views together; more would say nothing."""
ENDS = " \t\n,.;，。；、"


@dataclass(frozen=True, slots=True)
class Composition:
    """Each part in words; an empty one is left to the model."""

    subject: str
    style: str = ""
    environment: str = ""
    lighting: tuple[str, ...] = ()
    details: str = ""

    @property
    def prompt(self) -> str:
        """Subject, style, environment, lighting and details, set apart as their language does."""
        parts = (self.subject, self.style, self.environment, *self.lighting, self.details)
        said = [part.strip(ENDS) for part in parts]
        between = "，" if re.search(f"[{CJK}]", self.subject) else ", "
        return between.join(part for part in said if part)
