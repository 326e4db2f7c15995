"""Chat completions with a picture in the answer, as OpenAI-compatible gateways give them."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from bot.generation.catalog import Offer, Upstream
from bot.generation.request import GenerationRequest, ImageRef
from bot.generation.wording import spoken
from bot.providers.base import Fetch, Generation, ImageFile, Observer, OpenCall
from bot.providers.chat_outcome import read
from bot.providers.download import fetch_patiently
from bot.providers.outcome import Outcome, explain
from bot.providers.purchase import Purchase, choose, take_in, to_json
from bot.providers.transport import Answer, Transport
from bot.providers.waits import utc_now

_NO_KEYS: frozenset[str] = frozenset()
_TEXTS = frozenset(
    {"content", "text", "url", "image_url", "b64_json", "data", "image", "image_base64", "result"}
)


@dataclass(frozen=True, slots=True)
class _Received:
    """A completion with its picture on disk, or else with the address of one."""

    outcome: Outcome
    image: ImageFile | None
    link: str


class ChatProvider:
    """One upstream that speaks chat completions. Tries once; `Retrying` tries again.

    It takes no aspect ratio and no resolution, so a request for one is refused. `locate` says
    where a stored picture lies. Without `fetch`, a picture given by its address is lost. `sleep`
    and `time_limit`, which overrides the catalog's, are in seconds.
    """

    def __init__(
        self,
        *,
        upstream: Upstream,
        api_key: str,
        base_url: str,
        transport: Transport,
        locate: Callable[[ImageRef], Path],
        fetch: Fetch | None,
        sleep: Callable[[float], Awaitable[object]],
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
        self._url = f"{base_url.rstrip('/')}/v1/chat/completions"
        self._headers = {"Authorization": f"Bearer {api_key}"}
        self._locate = locate
        self._fetch = fetch
        self._sleep = sleep

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
        """Draw one picture into `folder`; raises ProviderError, and leaves no file then."""
        offer = self._purchase.offer(request)
        upload = self._purchase.upload(_body(offer, request, self._locate))
        self._purchase.prepare(folder)
        async with self._purchase.send(
            self._url,
            headers={**self._headers, **self._purchase.run_headers(observer.run)},
            upload=upload,
            resolution=request.resolution,
        ) as answer:
            received = await self._receive(answer, folder)
        outcome = received.outcome
        return Generation(
            provider=self.name,
            images=(received.image or await self._download(received, folder),),
            text=outcome.text or None,
            usage=outcome.usage,
            upstream_model=outcome.upstream_model,
        )

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

    async def _receive(self, answer: Answer, folder: Path) -> _Received:
        """A picture that came along is taken before one that must be fetched."""
        with self._purchase.extracting(folder, keys=_NO_KEYS, texts=_TEXTS) as extractor:
            extracted = await take_in(answer, extractor)
            found = read(extracted.document)
            if not found.numbers and not found.links:
                self._purchase.check(answer, extracted.document)
            image = choose(extracted, found.numbers, extractor)
            if image is None and (self._fetch is None or not found.links):
                raise explain(found.outcome, self._purchase.source)
        return _Received(found.outcome, image, next(iter(found.links), ""))

    async def _download(self, received: _Received, folder: Path) -> ImageFile:
        if self._fetch is None:
            raise explain(received.outcome, self._purchase.source)
        fetch = partial(self._fetch, received.link, folder)
        return await fetch_patiently(fetch, sleep=self._sleep)


def _body(
    offer: Offer, request: GenerationRequest, locate: Callable[[ImageRef], Path]
) -> Iterator[bytes | Path]:
    """The JSON body in pieces, the pictures as the files they are."""
    yield b'{"model":%b,"stream":false,' % to_json(offer.upstream_id)
    yield b'"messages":['
    apart = request.house_style is not None and not offer.model.omit_instruction
    words = spoken(request, apart=apart)
    if apart:
        yield to_json({"role": "system", "content": request.house_style}) + b","
    yield b'{"role":"user","content":'
    if request.reference_images:
        yield b"[" + to_json({"type": "text", "text": words})
        for image in request.reference_images:
            yield b',{"type":"image_url","image_url":{"url":"data:%b;base64,' % image.mime.encode()
            yield locate(image)
            yield b'"}}'
        yield b"]"
    else:
        yield to_json(words)
    yield b"}]}"
