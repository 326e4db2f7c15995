"""What is used where nothing is typed: one's own preference, the server's, then the operator's."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bot.db.database import Row
from bot.generation.catalog import Catalog, ImageModel
from bot.generation.request import AspectRatio, Resolution

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Defaults:
    """Every None is not chosen. `language` is the name of a folder in `locales/`."""

    model: str | None = None
    aspect_ratio: AspectRatio | None = None
    resolution: Resolution | None = None
    private: bool | None = None
    language: str | None = None

    @classmethod
    def of(cls, row: Row | None) -> "Defaults":
        """As a row of settings or preferences says."""
        if row is None:
            return cls()
        return cls(
            row["model"],
            AspectRatio(row["aspect_ratio"]) if row["aspect_ratio"] else None,
            Resolution(row["resolution"]) if row["resolution"] else None,
            None if row["private"] is None else bool(row["private"]),
            row["language"],
        )


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody typed, or what is used in its place; None leaves it to the operator.

    `house_style` is what the server adds to every prompt; nobody chooses it here.
    """

    model: str | None = None
    aspect_ratio: AspectRatio | None = None
    resolution: Resolution | None = None
    private: bool | None = None
    house_style: str | None = None


class Usual:
    """Fills in what was left open. `models` are those on offer now, the operator's default first.

    A preference never refuses: one that the model cannot do, or a model that is gone, is passed
    over.
    """

    def __init__(self, *, catalog: Catalog, models: Callable[[], Sequence[ImageModel]]) -> None:
        self._catalog = catalog
        self._models = models

    def fill(self, typed: Choice, layers: Iterable[Defaults], *, shape: bool) -> Choice:
        """`layers` from the nearest; without `shape` the aspect ratio stays as typed.

        Raises UnknownModel for one that was typed.
        """
        layers = tuple(layers)
        on_offer = {model.id: model for model in self._models()}
        named = (layer.model for layer in layers)
        usual = next((on_offer[name] for name in named if name in on_offer), None)
        model = self._catalog.model(typed.model) if typed.model else usual
        drawn = model or next(iter(on_offer.values()), None)
        ratios = (layer.aspect_ratio for layer in layers) if shape and drawn else ()
        sizes = (layer.resolution for layer in layers) if drawn else ()
        return Choice(
            model.id if model else None,
            typed.aspect_ratio or _able(ratios, (AspectRatio.AUTO, *_ratios(drawn))),
            typed.resolution or _able(sizes, drawn.resolutions if drawn else ()),
            next((p for p in (typed.private, *_privacy(layers)) if p is not None), None),
        )


def _able(wanted: Iterable[T | None], able: Sequence[T]) -> T | None:
    return next((one for one in wanted if one is not None and one in able), None)


def _ratios(model: ImageModel | None) -> tuple[AspectRatio, ...]:
    return model.aspect_ratios if model else ()


def _privacy(layers: Sequence[Defaults]) -> list[bool | None]:
    return [layer.private for layer in layers]
