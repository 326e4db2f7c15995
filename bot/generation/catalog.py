"""The models, what each can do, and what each upstream asks for it, read from `catalog.toml`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import ceil
from pathlib import Path
from typing import Literal, Self

from bot.errors import UnknownModel
from bot.generation.request import (
    AspectRatio,
    GenerationRequest,
    ImageRef,
    Resolution,
    Thinking,
)
from bot.generation.tables import CatalogTable, Dialect, OfferTable, ProviderTable, read
from bot.generation.wording import spoken

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
    omit_instruction: bool = False

    @property
    def usual_resolution(self) -> Resolution:
        """What is drawn when nobody says: 1K, which every model has so far, or its smallest."""
        return Resolution.R1K if Resolution.R1K in self.resolutions else self.resolutions[0]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a price was found, and when."""

    source: str
    as_of: date


@dataclass(frozen=True, slots=True)
class Offer:
    """One model at one upstream. `upstream_id` is its name there; `usd_micros` is per picture.

    What it can do there may be less than what the model can: no aspect ratio but the model's own
    choice, fewer `reference_images`, smaller ones (`reference_bytes`), no say in `thinking`, a
    `prompt_limit` in characters. `thinking_percent` is the price of a level, 100 as `usd_micros`.
    `origins` say of each price where it was found.
    """

    provider: str
    model: ImageModel
    upstream_id: str
    usd_micros: Mapping[Resolution, int]
    aspect_ratios: tuple[AspectRatio, ...]
    reference_images: int
    reference_bytes: int | None = None
    thinking: tuple[Thinking, ...] = ()
    thinking_percent: Mapping[Thinking, int] | None = None
    prompt_limit: int | None = None
    shutdown: date | None = None
    origins: Mapping[Resolution, Origin] = field(default_factory=dict)

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
            and (self.prompt_limit is None or len(spoken(request)) <= self.prompt_limit)
        )

    def takes(self, images: Sequence[ImageRef]) -> bool:
        """Whether each of these is small enough to work from there."""
        limit = self.reference_bytes
        return limit is None or all(image.size <= limit for image in images)

    def cost(self, resolution: Resolution, thinking: Thinking | None = None) -> int:
        """Millionths of a dollar for one picture; it must have the resolution."""
        percent = (self.thinking_percent or {}).get(thinking, 100) if thinking else 100
        return -(-self.usd_micros[resolution] * percent // 100)


@dataclass(frozen=True, slots=True)
class Upstream:
    """What is known of one upstream. `timeouts` are seconds for a whole call.

    `dialect` names the protocol it speaks, `key` the variable that holds its keys. One that is
    `idempotent` serves a call that is sent again under its key once, and bills it once. `rpm` and
    `concurrency` bound what one key may be asked, `limits` what it may spend (millionths of a
    dollar by a name such as "usd_per_day"); `day_resets_in` is the time zone whose midnight begins
    a new day quota there.
    """

    name: str
    dialect: Dialect
    key: str
    base_url: str
    api_version: str
    key_header: Literal["authorization", "x-goog-api-key"]
    bills_refusals: bool
    idempotent: bool
    timeouts: Mapping[Resolution, int]
    rpm: int | None
    concurrency: int | None
    day_resets_in: str
    offers: Mapping[str, Offer]
    limits: Mapping[str, int] = field(default_factory=dict)

    def run_headers(self, run: str) -> Mapping[str, str]:
        """What tells a call that is sent again from a new one, where that is heeded."""
        return {"Idempotency-Key": f"run_{run}"} if self.idempotent and run else {}


@dataclass(frozen=True, slots=True)
class Catalog:
    """Every model and upstream known, as of a date."""

    as_of: date
    default_model: str
    models: Mapping[str, ImageModel]
    upstreams: Mapping[str, Upstream]

    @classmethod
    def load(cls, over: Path | None = None, *, public_url: bool = False) -> Self:
        """Read the data that comes with the package, and the operator's file `over` it.

        `public_url` says whether upstreams can fetch pictures from us; some take them in no other
        way. Raises SettingsError for a mistake in the operator's file.
        """
        return cls.build(read(over), public_url=public_url)

    @classmethod
    def build(cls, table: CatalogTable, *, public_url: bool = False) -> Self:
        """From tables that hold together."""
        models = {
            model_id: ImageModel(
                id=model_id,
                nickname=model.nickname,
                aliases=frozenset(model.aliases),
                aspect_ratios=table.aspect_ratios[model.aspect_ratios],
                resolutions=model.resolutions,
                reference_images=model.reference_images,
                thinking=model.thinking,
                omit_resolution=model.omit_resolution,
                omit_instruction=model.omit_instruction,
            )
            for model_id, model in table.models.items()
        }
        found = cls(table.as_of, table.default_model, models, {})
        upstreams = {
            name: found._upstream(name, provider, table, public_url=public_url)
            for name, provider in table.providers.items()
        }
        return cls(table.as_of, table.default_model, models, upstreams)

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables that hold its upstreams' keys, each once."""
        return tuple(dict.fromkeys(upstream.key for upstream in self.upstreams.values()))

    def model(self, name: str) -> ImageModel:
        """The model called `name` by id, alias or nickname, in any case; raises UnknownModel.

        Where two are called the same but for the case, the one that is written so.
        """
        wanted = name.strip()
        for spell in (str, str.lower):
            for model in self.models.values():
                if spell(wanted) in map(spell, (model.id, *model.aliases, model.nickname)):
                    return model
        raise UnknownModel(name, ", ".join(model.nickname for model in self.models.values()))

    def offer(self, provider: str, model_id: str) -> Offer | None:
        """What `provider` asks for a model, or None where it has no such model."""
        upstream = self.upstreams.get(provider)
        return upstream.offers.get(model_id) if upstream else None

    def _upstream(
        self, name: str, provider: ProviderTable, table: CatalogTable, *, public_url: bool
    ) -> Upstream:
        blind = provider.needs_public_url and not public_url
        return Upstream(
            name=name,
            dialect=provider.dialect,
            key=provider.key,
            base_url=str(provider.base_url).rstrip("/"),
            api_version=provider.api_version,
            key_header=provider.key_header,
            bills_refusals=provider.bills_refusals,
            idempotent=provider.idempotent,
            timeouts=provider.timeouts,
            rpm=provider.rpm,
            concurrency=provider.concurrency,
            day_resets_in=provider.day_resets_in,
            offers={
                model_id: self._offer(name, model_id, provider, offer, table, blind=blind)
                for model_id, offer in provider.models.items()
                if not offer.off
            },
            limits={
                name: int(usd * MICROS)
                for name, usd in provider.limits.model_dump().items()
                if usd is not None
            },
        )

    def _offer(
        self,
        name: str,
        model_id: str,
        provider: ProviderTable,
        offer: OfferTable,
        table: CatalogTable,
        *,
        blind: bool,
    ) -> Offer:
        model, most = self.models[model_id], offer.reference_images
        ratios = model.aspect_ratios
        if provider.dialect == "openai-chat":
            # It has no word for them, whether an operator's file says so or not.
            ratios = ()
        elif offer.aspect_ratios is not None:
            ratios = table.aspect_ratios[offer.aspect_ratios]
        return Offer(
            provider=name,
            model=model,
            upstream_id=offer.id,
            usd_micros={size: ceil(usd * MICROS) for size, usd in offer.usd.items()},
            aspect_ratios=ratios,
            reference_images=0 if blind else model.reference_images if most is None else most,
            reference_bytes=offer.reference_bytes or provider.reference_bytes,
            thinking=model.thinking if provider.thinking else (),
            thinking_percent=offer.thinking_percent,
            prompt_limit=offer.prompt_limit,
            shutdown=offer.shutdown,
            origins=_origins(offer, provider, table),
        )


def _origins(
    offer: OfferTable, provider: ProviderTable, table: CatalogTable
) -> Mapping[Resolution, Origin]:
    usual = Origin(offer.source or provider.source, offer.as_of or provider.as_of or table.as_of)
    other = {size: Origin(found.source, found.as_of) for size, found in offer.origins.items()}
    return {size: other.get(size, usual) for size in offer.usd}
