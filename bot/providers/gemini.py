"""Google's generateContent, as Google itself and apiyi's native route speak it."""

import re
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bot.errors import ProviderError
from bot.generation.catalog import Offer, Upstream
from bot.generation.request import GenerationRequest, ImageRef
from bot.providers.base import Fetch, Generation, ImageFile, Observer, OpenCall
from bot.providers.contents import write
from bot.providers.download import fetch_patiently
from bot.providers.links import is_picture
from bot.providers.outcome import Outcome, explain, read
from bot.providers.outside import Shelf
from bot.providers.purchase import UPLOAD_LIMIT, Purchase, choose, take_in
from bot.providers.replay import blame, record
from bot.providers.transport import Answer, Transport, Upload
from bot.providers.waits import utc_now

_DATA = frozenset({"data"})
_VERSION = re.compile(r"(/v1(?:(?:alpha|beta)\d*)?)(?:/models)?$")


@dataclass(frozen=True, slots=True)
class _Received:
    """An answer with its picture on disk, or else with the address of one.

    `value` is what stands in `document` for the picture.
    """

    document: Any
    outcome: Outcome
    value: str
    image: ImageFile | None


class GeminiProvider:
    """One upstream that speaks generateContent. Tries once; `Retrying` tries again.

    `locate` says where a stored picture lies. `bearer` chooses the key's header: Authorization,
    or else x-goog-api-key. A version that `base_url` ends in goes before `api_version`. Without
    `fetch`, a picture given by its address is lost; without `shelf`, every picture goes inside the
    request. `sleep` and `time_limit`, which overrides the catalog's, are in seconds.
    """

    def __init__(
        self,
        *,
        upstream: Upstream,
        api_key: str,
        base_url: str,
        api_version: str,
        transport: Transport,
        locate: Callable[[ImageRef], Path],
        bearer: bool,
        sleep: Callable[[float], Awaitable[object]],
        fetch: Fetch | None = None,
        shelf: Shelf | None = None,
        time_limit: float | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._purchase = Purchase(
            upstream=upstream,
            api_key=api_key,
            transport=transport,
            time_limit=time_limit,
            now=now,
        )
        self._models_url = models_url(base_url, api_version)
        self._headers = (
            {"Authorization": f"Bearer {api_key}"} if bearer else {"x-goog-api-key": api_key}
        )
        self._locate = locate
        self._sleep = sleep
        self._fetch = fetch
        self._shelf = shelf

    @property
    def name(self) -> str:
        return self._purchase.name

    async def generate(
        self,
        request: GenerationRequest,
        *,
        folder: Path,
        observer: Observer,
    ) -> Generation:
        """Draw one picture into `folder`; raises ProviderError, and leaves no file then.

        A conversation is replayed where it can be: ReplayRefused, where that may be the cause.
        """
        offer = self._purchase.offer(request)
        conversation = self._conversation(offer, request)
        if conversation is not None:
            try:
                return await self._draw(offer, request, conversation, folder, observer.run)
            except ProviderError as error:
                if refused := blame(error):
                    raise refused from error
                raise
        with ExitStack() as offered:
            upload = self._upload(offer, request, offered)
            return await self._draw(offer, request, upload, folder, observer.run)

    async def resume(
        self,
        call: OpenCall,  # noqa: ARG002  its run is the observer's, and there are no tasks here
        request: GenerationRequest,
        *,
        folder: Path,
        observer: Observer,
    ) -> Generation:
        """Sent again, as the same run."""
        return await self.generate(request, folder=folder, observer=observer)

    def _conversation(self, offer: Offer, request: GenerationRequest) -> Upload | None:
        """The request after as many of the last turns as there is room for, or None after none."""
        turns = request.history
        if any((turn.provider, turn.model) != (self.name, request.model) for turn in turns):
            return None
        for oldest in range(len(turns)):
            try:
                upload = self._purchase.measure(
                    write(offer, request, self._locate, turns=turns[oldest:])
                )
            except ProviderError:
                continue
            pictures = sum(isinstance(piece, Path) for piece in upload.pieces)
            if upload.size <= UPLOAD_LIMIT and pictures <= offer.reference_images:
                return upload
        return None

    def _upload(self, offer: Offer, request: GenerationRequest, offered: ExitStack) -> Upload:
        """The request alone. What has no room in it is offered by address, the largest first."""
        links: dict[str, str] = {}
        if self._shelf is not None:
            for image in sorted(request.reference_images, key=lambda ref: ref.size, reverse=True):
                pieces = write(offer, request, self._locate, links=links)
                if self._purchase.measure(pieces).size <= UPLOAD_LIMIT:
                    break
                address = self._shelf.offer(self._locate(image), image.mime)
                links[image.digest] = offered.enter_context(address)
        return self._purchase.upload(write(offer, request, self._locate, links=links))

    async def _draw(
        self, offer: Offer, request: GenerationRequest, upload: Upload, folder: Path, run: str
    ) -> Generation:
        self._purchase.prepare(folder)
        async with self._purchase.send(
            f"{self._models_url}/{quote(offer.upstream_id)}:generateContent",
            headers={**self._headers, **self._purchase.run_headers(run)},
            upload=upload,
            resolution=request.resolution,
        ) as answer:
            received = await self._receive(answer, folder)
        outcome = received.outcome
        image = received.image or await self._download(received, folder)
        return Generation(
            provider=self.name,
            images=(image,),
            text=outcome.text or None,
            usage=outcome.usage,
            upstream_model=outcome.upstream_model,
            turn=record(received.document, received.value, image),
        )

    async def _receive(self, answer: Answer, folder: Path) -> _Received:
        """The last picture is the result; those before it are drafts.

        One that came along is taken before one that must be fetched.
        """
        with self._purchase.extracting(folder, keys=_DATA) as extractor:
            extracted = await take_in(answer, extractor)
            outcome = read(extracted.document)
            if not outcome.images:
                self._purchase.check(answer, extracted.document)
            for value in reversed(outcome.images):
                if image := choose(extracted, (int(value),), extractor):
                    return _Received(extracted.document, outcome, value, image)
        link = next(filter(is_picture, outcome.links), "")
        if not link or self._fetch is None:
            raise explain(outcome, self._purchase.source)
        return _Received(extracted.document, outcome, link, None)

    async def _download(self, received: _Received, folder: Path) -> ImageFile:
        if self._fetch is None:
            raise explain(received.outcome, self._purchase.source)
        fetch = partial(self._fetch, received.value, folder)
        return await fetch_patiently(fetch, sleep=self._sleep)


def models_url(base_url: str, api_version: str) -> str:
    """Where the models are; a version the base URL ends in goes before the one that is given."""
    base = base_url.rstrip("/")
    if version := _VERSION.search(base):
        return f"{base[: version.start()]}{version[1]}/models"
    return f"{base}/{api_version}/models"
