"""Google's generateContent, as Google itself and apiyi's native route speak it."""

import json
from collections.abc import AsyncIterable, Callable, Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote

from bot.errors import Billed, ErrorKind, ProviderError
from bot.generation.catalog import Offer, Upstream
from bot.generation.formats import sniff
from bot.generation.request import AspectRatio, GenerationRequest, ImageRef
from bot.providers.base import Generation, ImageFile, Observer
from bot.providers.classify import Source, classify
from bot.providers.extract import Extracted, ExtractedFile, Extractor, MalformedBody
from bot.providers.outcome import Outcome, explain, read
from bot.providers.redaction import redact
from bot.providers.transport import Answer, CutAnswer, Transport, Upload

UPLOAD_LIMIT = 18 * 1024 * 1024

_DATA = frozenset({"data"})


def utc_now() -> datetime:
    return datetime.now(UTC)


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
        self._upstream = upstream
        self._source = Source(upstream.name, upstream.bills_refusals, api_key)
        self._models_url = f"{base_url.rstrip('/')}/{api_version}/models"
        self._headers = (
            {"Authorization": f"Bearer {api_key}"} if bearer else {"x-goog-api-key": api_key}
        )
        self._transport = transport
        self._locate = locate
        self._time_limit = time_limit
        self._now = now

    @property
    def name(self) -> str:
        return self._upstream.name

    async def generate(
        self,
        request: GenerationRequest,
        *,
        folder: Path,
        observer: Observer,  # noqa: ARG002  told by Retrying, which knows the attempt
    ) -> Generation:
        """Draw one picture into `folder`; raises ProviderError, and leaves no file then."""
        offer = self._offer(request)
        upload = self._upload(offer, request)
        self._prepare(folder)
        limit = self._time_limit or self._upstream.timeouts[request.resolution]
        async with self._transport.post(
            f"{self._models_url}/{quote(offer.upstream_id)}:generateContent",
            provider=self.name,
            headers=self._headers,
            upload=upload,
            time_limit=limit,
        ) as answer:
            return await self._receive(answer, folder)

    def _offer(self, request: GenerationRequest) -> Offer:
        offer = self._upstream.offers.get(request.model)
        if offer is None:
            raise self._refuse(ErrorKind.MODEL_UNAVAILABLE, f"no model {request.model} here")
        if request.resolution not in offer.usd_micros:
            problem = f"{request.model} has no resolution {request.resolution} here"
            raise self._refuse(ErrorKind.INVALID_REQUEST, problem)
        return offer

    def _upload(self, offer: Offer, request: GenerationRequest) -> Upload:
        try:
            upload = Upload.measure(tuple(_body(offer, request, self._locate)))
        except OSError as error:
            problem = f"a reference image cannot be read: {error.strerror}"
            raise self._refuse(ErrorKind.INVALID_IMAGE, problem) from error
        if upload.size > UPLOAD_LIMIT:
            problem = f"{upload.size} bytes to send, {UPLOAD_LIMIT} allowed"
            raise self._refuse(ErrorKind.PAYLOAD_TOO_LARGE, problem)
        return upload

    def _prepare(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            problem = f"no folder for the picture: {error.strerror}"
            raise self._refuse(ErrorKind.RESULT_UNAVAILABLE, problem) from error

    async def _receive(self, answer: Answer, folder: Path) -> Generation:
        if not _is_success(answer.status):
            raise self._classify(answer, await answer.excerpt())
        try:
            with Extractor(folder=folder, keys=_DATA) as extractor:
                extracted = await _take_in(answer, extractor)
                outcome = self._read(answer, extracted)
                file, mime = self._picture(outcome, extracted)
                extractor.keep(file)
        except MalformedBody as error:
            raise self._malformed(error) from None
        except OSError as error:
            raise ProviderError(
                kind=ErrorKind.RESULT_UNAVAILABLE,
                provider=self.name,
                billed=Billed.YES,
                detail=f"the picture could not be written: {error.strerror}",
            ) from error
        return Generation(
            provider=self.name,
            images=(ImageFile(file.path, file.sha256, mime, file.size),),
            text=outcome.text or None,
            tokens=outcome.tokens,
            upstream_model=outcome.upstream_model,
        )

    def _read(self, answer: Answer, extracted: Extracted) -> Outcome:
        outcome = read(extracted.document)
        document = extracted.document
        if not outcome.images and isinstance(document, dict) and document.get("error"):
            raise self._classify(answer, json.dumps(document).encode())
        return outcome

    def _picture(self, outcome: Outcome, extracted: Extracted) -> tuple[ExtractedFile, str]:
        """The last picture is the result; those before it are drafts."""
        for number in reversed(outcome.images):
            file = extracted.files[int(number)]
            mime = sniff(file.head) if file else None
            if file and mime:
                return file, mime
        raise explain(outcome, self._source)

    def _classify(self, answer: Answer, body: bytes) -> ProviderError:
        return classify(
            self._source,
            status=answer.status,
            headers=answer.headers,
            body=body,
            now=self._now(),
        )

    def _malformed(self, error: MalformedBody) -> ProviderError:
        leaf = CutAnswer if error.cut else ProviderError
        return leaf(
            kind=ErrorKind.MALFORMED_RESPONSE,
            provider=self.name,
            billed=Billed.UNKNOWN,
            detail=redact(str(error), self._source.secret),
        )

    def _refuse(self, kind: ErrorKind, problem: str) -> ProviderError:
        return ProviderError(kind=kind, provider=self.name, billed=Billed.NO, detail=problem)


async def _take_in(answer: AsyncIterable[bytes], extractor: Extractor) -> Extracted:
    async for chunk in answer:
        extractor.feed(chunk)
    return extractor.finish()


def _is_success(status: int) -> bool:
    return HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES


def _body(
    offer: Offer, request: GenerationRequest, locate: Callable[[ImageRef], Path]
) -> Iterator[bytes | Path]:
    """The JSON body in pieces, the pictures as the files they are."""
    yield b'{"contents":[{"role":"user","parts":[' + _json({"text": request.prompt})
    for image in request.reference_images:
        yield b',{"inlineData":{"mimeType":%b,"data":"' % _json(image.mime)
        yield locate(image)
        yield b'"}}'
    yield b']}],"generationConfig":%b}' % _json(_config(offer, request))


def _config(offer: Offer, request: GenerationRequest) -> dict[str, object]:
    image: dict[str, str] = {}
    if request.aspect_ratio is not AspectRatio.AUTO:
        image["aspectRatio"] = request.aspect_ratio
    if not offer.model.omit_resolution:
        image["imageSize"] = request.resolution
    config: dict[str, object] = {"responseModalities": ["TEXT", "IMAGE"]}
    return {**config, "imageConfig": image} if image else config


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
