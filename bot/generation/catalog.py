"""The models, what each can do, and what each upstream asks for it, read from `catalog.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib import resources
from typing import Any, Self

from bot.errors import UnknownModel
from bot.generation.request import AspectRatio, GenerationRequest, Resolution, Thinking

MICROS = 1_000_000


@dataclass(frozen=True, slots=True)
class ImageModel:
    """One model and the limits it sets, whoever serves it."""

    id: str
    nickname: str
    aliases: frozenset[str]
    aspect_ratios: tuple[AspectRatio, ...]
    resolutions: tuple[Resolution, ...]
    reference_images: int
    thinking: tuple[Thinking, ...] = ()
    omit_resolution: bool = False

    @property
    def usual_resolution(self) -> Resolution:
        """What is drawn when nobody says: 1K, which every model has so far, or its smallest."""
        return Resolution.R1K if Resolution.R1K in self.resolutions else self.resolutions[0]


@dataclass(frozen=True, slots=True)
class Offer:
    """One model at one upstream. `upstream_id` is its name there; `usd_micros` is per picture.

    What it can do there may be less than what the model can: no aspect ratio but the model's own
    choice, fewer `reference_images`, no say in `thinking`, a `prompt_limit` in characters.
    """

    provider: str
    model: ImageModel
    upstream_id: str
    usd_micros: Mapping[Resolution, int]
    aspect_ratios: tuple[AspectRatio, ...]
    reference_images: int
    thinking: tuple[Thinking, ...] = ()
    prompt_limit: int | None = None
    shutdown: date | None = None

    def retired(self, today: date) -> bool:
        """Whether its announced shutdown has come."""
        return self.shutdown is not None and self.shutdown <= today

    def can(self, request: GenerationRequest, *, reference_images: int) -> bool:
        """Whether exactly this can be drawn there, with so many pictures to work from."""
        return (
            request.model == self.model.id
            and request.resolution in self.usd_micros
            and request.aspect_ratio in (AspectRatio.AUTO, *self.aspect_ratios)
            and (request.thinking is None or request.thinking in self.thinking)
            and reference_images <= self.reference_images
            and len(request.prompt) <= (self.prompt_limit or len(request.prompt))
        )


@dataclass(frozen=True, slots=True)
class Upstream:
    """What the data file knows of one upstream. `timeouts` are seconds for a whole call.

    `dialect` names the protocol it speaks, `api_version` only where that has one.
    """

    name: str
    dialect: str
    base_url: str
    api_version: str
    bills_refusals: bool
    timeouts: Mapping[Resolution, int]
    offers: Mapping[str, Offer]


@dataclass(frozen=True, slots=True)
class Catalog:
    """Every model and upstream known, as of a date."""

    as_of: date
    default_model: str
    models: Mapping[str, ImageModel]
    upstreams: Mapping[str, Upstream]

    @classmethod
    def load(cls) -> Self:
        """Read the data file that comes with the package."""
        text = resources.files("bot.generation").joinpath("catalog.toml").read_text("utf-8")
        return cls.parse(tomllib.loads(text, parse_float=Decimal))

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> Self:
        """Build from the data file's tables; a wrong table is our bug and raises as it may."""
        ratios = {
            name: tuple(AspectRatio(ratio) for ratio in listed)
            for name, listed in data["aspect_ratios"].items()
        }
        models = {
            model_id: ImageModel(
                id=model_id,
                nickname=table["nickname"],
                aliases=frozenset(table["aliases"]),
                aspect_ratios=ratios[table["aspect_ratios"]],
                resolutions=tuple(Resolution(size) for size in table["resolutions"]),
                reference_images=table["reference_images"],
                thinking=tuple(Thinking(level) for level in table.get("thinking", ())),
                omit_resolution=table.get("omit_resolution", False),
            )
            for model_id, table in data["models"].items()
        }
        return cls(
            as_of=data["as_of"],
            default_model=data["default_model"],
            models=models,
            upstreams={
                name: _upstream(name, table, models, ratios)
                for name, table in data["providers"].items()
            },
        )

    def model(self, name: str) -> ImageModel:
        """The model called `name` by id or alias, in any case; raises UnknownModel."""
        wanted = name.strip().lower()
        for model in self.models.values():
            if wanted == model.id or wanted in model.aliases:
                return model
        raise UnknownModel(name, ", ".join(self.models))

    def offer(self, provider: str, model_id: str) -> Offer | None:
        """What `provider` asks for a model, or None where it has no such model."""
        upstream = self.upstreams.get(provider)
        return upstream.offers.get(model_id) if upstream else None


def _upstream(
    name: str,
    table: Mapping[str, Any],
    models: Mapping[str, ImageModel],
    ratios: Mapping[str, tuple[AspectRatio, ...]],
) -> Upstream:
    return Upstream(
        name=name,
        dialect=table["dialect"],
        base_url=table["base_url"],
        api_version=table.get("api_version", ""),
        bills_refusals=table["bills_refusals"],
        timeouts={Resolution(size): seconds for size, seconds in table["timeouts"].items()},
        offers={
            model_id: _offer(
                name, models[model_id], offer, ratios, thinks=table.get("thinking", False)
            )
            for model_id, offer in table["models"].items()
        },
    )


def _offer(
    provider: str,
    model: ImageModel,
    table: Mapping[str, Any],
    ratios: Mapping[str, tuple[AspectRatio, ...]],
    *,
    thinks: bool,
) -> Offer:
    listed = table.get("aspect_ratios")
    return Offer(
        provider=provider,
        model=model,
        upstream_id=table["id"],
        usd_micros={
            Resolution(size): int(Decimal(usd) * MICROS) for size, usd in table["usd"].items()
        },
        aspect_ratios=model.aspect_ratios if listed is None else ratios[listed],
        reference_images=table.get("reference_images", model.reference_images),
        thinking=model.thinking if thinks else (),
        prompt_limit=table.get("prompt_limit"),
        shutdown=table.get("shutdown"),
    )
