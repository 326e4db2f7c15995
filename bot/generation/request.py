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
class Style:
    """Words that go along with a prompt, and the name they were saved under."""

    name: str
    words: str


def styled(prompt: str, style: Style | None) -> str:
    """What somebody says in all: their prompt, then their style, word for word."""
    return f"{prompt}\n\n{style.words}" if style else prompt


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

    `prompt`, as `styled`, `reference_images` and `characters` are the person's side. `parts` is the
    model's, a JSON list in the dialect of `provider`, as it came but for the picture: its base64 is
    its digest here.
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
    `style` is what the person chose to go along with the prompt, `house_style` what their server
    adds; each is as it was when it was asked for, whatever became of it since. `characters` are who
    some of the reference images show; `prompt` is as the person wrote it.
    """

    prompt: str
    model: str
    aspect_ratio: AspectRatio = AspectRatio.AUTO
    resolution: Resolution = Resolution.R1K
    count: int = 1
    thinking: Thinking | None = None
    reference_images: tuple[ImageRef, ...] = ()
    history: tuple[Turn, ...] = ()
    style: Style | None = None
    house_style: str | None = None
    characters: tuple[Appearance, ...] = ()

    @property
    def words(self) -> str:
        """What the person says: the prompt and the style."""
        return styled(self.prompt, self.style)

    @property
    def text(self) -> str:
        """The same, after what the server adds."""
        return f"{self.house_style}\n\n{self.words}" if self.house_style else self.words
