"""Google's generateContent, as Google itself and apiyi's native route speak it."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from bot.errors import ErrorKind
from bot.generation.catalog import Offer, Upstream
from bot.generation.request import AspectRatio, GenerationRequest, ImageRef
from bot.providers.base import Generation, ImageFile, Observer
from bot.providers.outcome import Outcome, explain, read
from bot.providers.purchase import Purchase, choose, take_in, to_json
from bot.providers.transport import Answer, Transport
from bot.providers.waits import utc_now

_DATA = frozenset({"data"})


class GeminiProvider:
    """One upstream that speaks generateContent. Tries once; `Retrying` tries again.

    `locate` says where a stored picture lies. `bearer` chooses the key's header: Authorization,
    or else x-goog-api-key. `time_limit`, in seconds, overrides the catalog's.
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
        self._models_url = f"{base_url.rstrip('/')}/{api_version}/models"
        self._headers = (
            {"Authorization": f"Bearer {api_key}"} if bearer else {"x-goog-api-key": api_key}
        )
        self._locate = locate

    @property
    def name(self) -> str:
        return self._purchase.name

    async def generate(
        self,
        request: GenerationRequest,
        *,
        folder: Path,
        observer: Observer,  # noqa: ARG002  told by Retrying, which knows the attempt
    ) -> Generation:
        """Draw one picture into `folder`; raises ProviderError, and leaves no file then."""
        offer = self._offer(request)
        upload = self._purchase.upload(_body(offer, request, self._locate))
        self._purchase.prepare(folder)
        async with self._purchase.send(
            f"{self._models_url}/{quote(offer.upstream_id)}:generateContent",
            headers=self._headers,
            upload=upload,
            resolution=request.resolution,
        ) as answer:
            outcome, image = await self._receive(answer, folder)
        return Generation(
            provider=self.name,
            images=(image,),
            text=outcome.text or None,
            tokens=outcome.tokens,
            upstream_model=outcome.upstream_model,
        )

    def _offer(self, request: GenerationRequest) -> Offer:
        offer = self._purchase.offer(request)
        if request.resolution not in offer.usd_micros:
            problem = f"{request.model} has no resolution {request.resolution} here"
            raise self._purchase.refuse(ErrorKind.INVALID_REQUEST, problem)
        return offer

    async def _receive(self, answer: Answer, folder: Path) -> tuple[Outcome, ImageFile]:
        """The last picture is the result; those before it are drafts."""
        with self._purchase.extracting(folder, keys=_DATA) as extractor:
            extracted = await take_in(answer, extractor)
            outcome = read(extracted.document)
            if not outcome.images:
                self._purchase.check(answer, extracted.document)
            numbers = (int(number) for number in reversed(outcome.images))
            image = choose(extracted, numbers, extractor)
            if image is None:
                raise explain(outcome, self._purchase.source)
        return outcome, image


def _body(
    offer: Offer, request: GenerationRequest, locate: Callable[[ImageRef], Path]
) -> Iterator[bytes | Path]:
    """The JSON body in pieces, the pictures as the files they are."""
    yield b'{"contents":[{"role":"user","parts":[' + to_json({"text": request.prompt})
    for image in request.reference_images:
        yield b',{"inlineData":{"mimeType":%b,"data":"' % to_json(image.mime)
        yield locate(image)
        yield b'"}}'
    yield b']}],"generationConfig":%b}' % to_json(_config(offer, request))


def _config(offer: Offer, request: GenerationRequest) -> dict[str, object]:
    image: dict[str, str] = {}
    if request.aspect_ratio is not AspectRatio.AUTO:
        image["aspectRatio"] = request.aspect_ratio
    if not offer.model.omit_resolution:
        image["imageSize"] = request.resolution
    config: dict[str, object] = {"responseModalities": ["TEXT", "IMAGE"]}
    return {**config, "imageConfig": image} if image else config
