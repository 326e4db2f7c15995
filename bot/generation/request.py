"""What a person asks for, in the field's own words."""

from dataclasses import dataclass
from enum import StrEnum


class AspectRatio(StrEnum):
    """Width to height. AUTO leaves it to the model: square, or as the input picture is."""

    AUTO = "auto"
    SQUARE = "1:1"
    W2_H3 = "2:3"
    W3_H2 = "3:2"
    W3_H4 = "3:4"
    W4_H3 = "4:3"
    W4_H5 = "4:5"
    W5_H4 = "5:4"
    W9_H16 = "9:16"
    W16_H9 = "16:9"
    W21_H9 = "21:9"
    W1_H4 = "1:4"
    W4_H1 = "4:1"
    W1_H8 = "1:8"
    W8_H1 = "8:1"


class Resolution(StrEnum):
    """The size class upstreams sell; the pixels follow from it and the aspect ratio."""

    R512 = "512"
    R1K = "1K"
    R2K = "2K"
    R4K = "4K"


class Thinking(StrEnum):
    """How long a model may think before it draws; more costs more."""

    MINIMAL = "minimal"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class ImageRef:
    """A stored picture, addressed by its content. `size` in bytes, sides in pixels."""

    digest: str
    mime: str
    width: int
    height: int
    size: int


@dataclass(frozen=True, slots=True)
class Appearance:
    """A character: `count` of the reference images show it, beginning with `first`, from 0."""

    name: str
    first: int
    count: int

    @property
    def places(self) -> range:
        """Which of the reference images those are."""
        return range(self.first, self.first + self.count)


@dataclass(frozen=True, slots=True)
class Turn:
    """One exchange that ended in `image`, for going on from it with the same model.

    `prompt`, `reference_images` and `characters` are the person's side. `parts` is the model's,
    a JSON list in the dialect of `provider`, as it came but for the picture: its base64 is its
    digest here.
    """

    provider: str
    model: str
    prompt: str
    reference_images: tuple[ImageRef, ...]
    image: ImageRef
    parts: str
    characters: tuple[Appearance, ...] = ()


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """`count` pictures of `prompt`. `model` is a catalog id, never an alias.

    `thinking` None leaves it to the model. `history` is the conversation that led to the first of
    `reference_images`, oldest turn first; who cannot replay it works from the pictures alone.
    `characters` are who some of the reference images show; `prompt` is as the person wrote it.
    """

    prompt: str
    model: str
    aspect_ratio: AspectRatio = AspectRatio.AUTO
    resolution: Resolution = Resolution.R1K
    count: int = 1
    thinking: Thinking | None = None
    reference_images: tuple[ImageRef, ...] = ()
    history: tuple[Turn, ...] = ()
    characters: tuple[Appearance, ...] = ()
