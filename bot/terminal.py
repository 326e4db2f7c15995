"""What the command line does beside serving: one picture, the database, the ledger."""

import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from bot.db import engine
from bot.errors import (
    Billed,
    ErrorKind,
    NotAPicture,
    ProviderError,
    SettingsError,
    UnusablePicture,
)
from bot.generation import policy
from bot.generation.catalog import MICROS, Catalog, ImageModel, Offer
from bot.generation.request import (
    AspectRatio,
    GenerationRequest,
    ImageRef,
    Resolution,
    Thinking,
)
from bot.i18n import Sentences
from bot.jobs.bank import Bank
from bot.providers.base import Call, Generation, Provider
from bot.providers.router import Way
from bot.settings import Settings
from bot.workshop import Workshop, World, open_workshop


@dataclass(frozen=True, slots=True)
class Wish:
    """`generate`'s arguments; None leaves a choice to the catalog."""

    prompt: str
    output: Path
    images: tuple[Path, ...]
    model: str | None
    aspect_ratio: AspectRatio
    resolution: Resolution | None
    thinking: Thinking | None
    provider: str | None
    timeout: float | None
    attempts: int | None


_TO_OPERATORS: Mapping[ErrorKind, str] = MappingProxyType(
    {
        ErrorKind.BILLING_EXHAUSTED: "The account there is out of credits. Top it up.",
        ErrorKind.SPEND_LIMIT: "The spend limit there is reached. Raise it, or wait.",
        ErrorKind.AUTH_INVALID: "The key was refused. It is wrong, expired or blocked.",
        ErrorKind.PERMISSION_DENIED: "The key is not allowed to do this. Allow it there.",
        ErrorKind.REGION_BLOCKED: "It is not served from this country. Use another upstream.",
        ErrorKind.ACCOUNT_SUSPENDED: "The account is suspended. Write to the upstream's support.",
        ErrorKind.WRONG_ENDPOINT: "No such API is found there. Check the base URL.",
    }
)
"""In place of sentences that send members to whoever runs the bot."""


async def generate(settings: Settings, wish: Wish, *, as_json: bool) -> int:
    """Make one picture and write it; the exit code. Raises SettingsError and Refusal for misuse."""
    _check_output(wish.output)
    console = Console(stderr=True, quiet=as_json)
    world, started = World(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="plantain-") as folder:
        async with open_workshop(
            settings,
            Path(folder),
            world=world,
            attempts=wish.attempts,
            time_limit=wish.timeout,
        ) as workshop:
            try:
                request, generation, image = await _draw(
                    settings, workshop, wish, console, world.today()
                )
                _write(workshop.store.path(image), wish.output, generation)
            except (ProviderError, UnusablePicture) as error:
                return _report_failure(error, as_json=as_json)
            offer = workshop.catalog.offer(generation.provider, request.model)
            usd = offer.cost(request.resolution, request.thinking) / MICROS if offer else None
    seconds = round(time.monotonic() - started, 2)
    if as_json:
        _print_json(
            {
                "images": [
                    {
                        "path": str(wish.output),
                        "blake3": image.digest,
                        "mime": image.mime,
                        "width": image.width,
                        "height": image.height,
                    }
                ],
                "provider": generation.provider,
                "model": request.model,
                "seconds": seconds,
                "usd": usd,
                "text": generation.text,
            }
        )
    else:
        print(  # noqa: T201 - the command's result
            f"{wish.output}: {image.mime}, {image.width}×{image.height}, {request.model}"
            f" at {generation.provider}, {seconds} s, {usd} USD"
        )
    return 0


async def upgrade(settings: Settings) -> None:
    """Create the database or bring it up to date, and say what was done."""
    settings.prepare_data_dir()
    address = settings.database
    async with engine.opened(address) as database:
        for name in database.applied:
            print(f"applied {name}")  # noqa: T201 - the command's result
    where = address if isinstance(address, Path) else "the database"
    print(f"{where} is up to date")  # noqa: T201 - the command's result


async def check_ledger(settings: Settings) -> int:
    """Print every difference between the books and what follows from their entries."""
    address = settings.existing_database
    world = World()
    bank = Bank.of(settings, now=world.now, new_id=world.new_id)
    async with engine.opened_to_read(address) as database:
        found = await database.read(bank.payers.check)
    console = Console()
    if not found:
        console.print("The ledger adds up: every balance follows from its entries.")
        return 0
    table = Table("account", "what", "stored", "recomputed", title="The ledger does not add up")
    for row in found:
        table.add_row(row.account_id or "", row.what, f"{row.stored:,}", f"{row.recomputed:,}")
    console.print(table)
    return 1


async def _draw(
    settings: Settings, workshop: Workshop, wish: Wish, console: Console, today: date
) -> tuple[GenerationRequest, Generation, ImageRef]:
    provider, model = _choose(settings, workshop, wish, today)
    request = GenerationRequest(
        prompt=wish.prompt,
        model=model.id,
        aspect_ratio=wish.aspect_ratio,
        resolution=wish.resolution or model.usual_resolution,
        thinking=wish.thinking,
    )
    policy.check(request, model, reference_images=len(wish.images))
    _check_thinking(workshop.catalog, request, provider.name)
    request = replace(request, reference_images=await _read_images(workshop, wish.images))
    progress = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        # Else it leaves an empty line in a file or a pipe.
        disable=not console.is_terminal,
    )
    async with workshop.store.scratch() as folder:
        with progress:
            observer = _Shown(progress, model.nickname)
            generation = await provider.generate(request, folder=folder, observer=observer)
        image = generation.images[-1]
        try:
            stored = await workshop.store.adopt(image.path, digest=image.digest)
        except NotAPicture as error:
            raise ProviderError(
                ErrorKind.MALFORMED_RESPONSE, provider.name, Billed.YES, detail="damaged picture"
            ) from error
    return request, generation, stored


async def _read_images(workshop: Workshop, files: Sequence[Path]) -> tuple[ImageRef, ...]:
    taken = []
    for file in files:
        async with workshop.store.scratch() as folder:
            clean = await workshop.codec.prepare_upload(file, name=file.name, into=folder)
            taken.append(await workshop.store.add(clean))
    return tuple(taken)


class _Shown:
    """Shows on the terminal what the Retrying provider is doing."""

    def __init__(self, progress: Progress, model: str) -> None:
        self._progress = progress
        self._model = model
        self._task = progress.add_task(f"asking {model}", total=None)

    @property
    def party(self) -> int:
        return 0

    @property
    def run(self) -> str:
        return ""

    async def calling(self, call: Call) -> None:
        again = f", attempt {call.attempt}" if call.attempt > 1 else ""
        self._progress.update(
            self._task, description=f"{self._model} at {call.provider} is drawing{again}"
        )

    async def submitted(self, provider: str, task_id: str) -> None:
        self._progress.update(
            self._task, description=f"{self._model} at {provider} is drawing, task {task_id}"
        )

    async def failed(self, error: ProviderError, attempt: int, wait: float | None) -> None:
        if wait is not None:
            self._progress.update(
                self._task, description=f"attempt {attempt}: {error.kind}; again in {wait:.0f} s"
            )


def _choose(
    settings: Settings, workshop: Workshop, wish: Wish, today: date
) -> tuple[Provider, ImageModel]:
    """The first way, with its first key, that has the model; else one with a model it has.

    An offer whose shutdown has come is none: the bot asks for none of those either. A model that
    was named is never exchanged for another.
    """
    catalog, ways = workshop.catalog, _ways(workshop, wish.provider)
    model = catalog.model(wish.model or settings.default_model or catalog.default_model)
    known = [(way, offer) for way in ways if (offer := catalog.offer(way.name, model.id))]
    for way, offer in known:
        if not offer.retired(today):
            return way.patient, model
    if wish.model is None:
        for way in ways:
            for offer in catalog.upstreams[way.name].offers.values():
                if not offer.retired(today):
                    _tell_exchange(settings, model, offer)
                    return way.patient, offer.model
    for _, offer in known:
        problem = f"{offer.provider} shut {model.id} down on {offer.shutdown}"
        mend = "name another, or mend its `shutdown` in plantain.toml"
        raise SettingsError("--model", f"{problem}; {mend}")
    return ways[0].patient, model


def _tell_exchange(settings: Settings, wanted: ImageModel, offer: Offer) -> None:
    """Who set the model must know; who left it to the catalog reads it with the picture."""
    if settings.default_model is not None:
        told = f"DEFAULT_MODEL: {wanted.id} is not to be had at {offer.provider}"
        print(  # noqa: T201 - beside the command's result
            f"plantain: {told}; drawing {offer.model.id}", file=sys.stderr
        )


def _check_thinking(catalog: Catalog, request: GenerationRequest, provider: str) -> None:
    """Raise SettingsError where a model thinks as told, but not through this provider."""
    offer = catalog.offer(provider, request.model)
    if offer is not None and request.thinking not in (None, *offer.thinking):
        problem = f"{provider} cannot be told how long {request.model} may think"
        raise SettingsError("--thinking", f"{problem}; leave it out, or name another --provider")


def _ways(workshop: Workshop, wanted: str | None) -> Sequence[Way]:
    """The one that is named, else all that are on; each with its first key."""
    upstreams = workshop.catalog.upstreams
    if wanted is None:
        return [workshop.way(name) for name in dict.fromkeys(way.name for way in workshop.ways)]
    if wanted not in upstreams:
        raise SettingsError("--provider", f"{wanted!r} is not one of {', '.join(upstreams)}")
    try:
        return [workshop.way(wanted)]
    except KeyError:
        raise SettingsError(upstreams[wanted].key, f"set it to use {wanted}") from None


def _check_output(output: Path) -> None:
    """Raise SettingsError where no picture could be written, before one is paid for."""
    if not output.parent.is_dir():
        raise SettingsError("--output", f"there is no folder {str(output.parent)!r}")
    if output.is_dir():
        raise SettingsError("--output", f"{str(output)!r} is a folder; name a file in it")
    if not os.access(output if output.exists() else output.parent, os.W_OK):
        raise SettingsError("--output", f"{str(output)!r} cannot be written")


def _write(picture: Path, output: Path, generation: Generation) -> None:
    """The whole picture, or no file and a ProviderError."""
    try:
        shutil.copyfile(picture, output)
    except OSError as error:
        if output.is_file():
            output.unlink(missing_ok=True)
        problem = f"{output} could not be written: {error.strerror or error}"
        raise ProviderError(
            ErrorKind.RESULT_UNAVAILABLE, generation.provider, Billed.YES, said=problem
        ) from error


def _report_failure(error: ProviderError | UnusablePicture, *, as_json: bool) -> int:
    message = describe(error)
    if isinstance(error, UnusablePicture):
        error = ProviderError(ErrorKind.INVALID_IMAGE, "", Billed.NO)
    if error.said:
        message = f"{message} {error.said}"
    if as_json:
        _print_json(
            {
                "error": {
                    "kind": error.kind,
                    "retry_after": error.retry_after,
                    "billed": error.billed,
                    "message": message,
                }
            }
        )
    else:
        excerpt = error.detail.rstrip(": ")
        detail = f"\n  upstream: {excerpt}" if excerpt else ""
        print(  # noqa: T201 - the command's result
            f"plantain: {error.kind} (billed: {error.billed}): {message}{detail}", file=sys.stderr
        )
    return 1


def describe(error: ProviderError | UnusablePicture) -> str:
    """As members read it, but for what they could only tell the operator."""
    if isinstance(error, ProviderError) and error.kind in _TO_OPERATORS:
        return _TO_OPERATORS[error.kind]
    return Sentences.load().explain(error, "en")


def _print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False))  # noqa: T201 - the command's result
