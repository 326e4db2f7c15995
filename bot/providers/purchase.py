"""One paid call that is answered with the picture itself: what every such dialect shares."""

import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

from bot.errors import Billed, ErrorKind, ProviderError
from bot.generation.catalog import Offer, Upstream
from bot.generation.formats import sniff
from bot.generation.request import GenerationRequest, Resolution
from bot.providers.base import ImageFile
from bot.providers.classify import Source, classify
from bot.providers.extract import Extracted, Extractor, MalformedBody
from bot.providers.redaction import redact
from bot.providers.transport import Answer, CutAnswer, Transport, Upload

UPLOAD_LIMIT = 18 * 1024 * 1024


class Purchase:
    """How one upstream is asked once, its answer taken in, and every failure named.

    `time_limit`, in seconds for a whole call, overrides the catalog's.
    """

    def __init__(
        self,
        *,
        upstream: Upstream,
        api_key: str,
        transport: Transport,
        time_limit: float | None,
        now: Callable[[], datetime],
    ) -> None:
        self.source = Source(upstream.name, upstream.bills_refusals, api_key)
        self._upstream = upstream
        self._transport = transport
        self._time_limit = time_limit
        self._now = now

    @property
    def name(self) -> str:
        return self._upstream.name

    def run_headers(self, run: str) -> Mapping[str, str]:
        """What a paid call sends so that, sent again, it is not paid again."""
        return self._upstream.run_headers(run)

    def offer(self, request: GenerationRequest) -> Offer:
        """The model asked for, as it is offered here.

        Raises model_unavailable, and invalid_request for what cannot be done exactly so.
        """
        offer = self._upstream.offers.get(request.model)
        if offer is None:
            raise self.refuse(ErrorKind.MODEL_UNAVAILABLE, f"no model {request.model} here")
        if not offer.can(request, reference_images=len(request.reference_images)):
            problem = f"{request.model} cannot do exactly this here"
            raise self.refuse(ErrorKind.INVALID_REQUEST, problem)
        return offer

    def measure(self, pieces: Iterable[bytes | Path]) -> Upload:
        """What would be sent; raises invalid_image."""
        try:
            return Upload.measure(tuple(pieces))
        except OSError as error:
            problem = f"a reference image cannot be read: {error.strerror}"
            raise self.refuse(ErrorKind.INVALID_IMAGE, problem) from error

    def upload(self, pieces: Iterable[bytes | Path]) -> Upload:
        """What will be sent; raises invalid_image or payload_too_large."""
        upload = self.measure(pieces)
        if upload.size > UPLOAD_LIMIT:
            problem = f"{upload.size} bytes to send, {UPLOAD_LIMIT} allowed"
            raise self.refuse(ErrorKind.PAYLOAD_TOO_LARGE, problem)
        return upload

    def prepare(self, folder: Path) -> None:
        """Make the folder, before anything is paid; raises result_unavailable."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            problem = f"no folder for the picture: {error.strerror}"
            raise self.refuse(ErrorKind.RESULT_UNAVAILABLE, problem) from error

    @asynccontextmanager
    async def send(
        self, url: str, *, headers: Mapping[str, str], upload: Upload, resolution: Resolution
    ) -> AsyncIterator[Answer]:
        """Pay; an answer with a good status, or a ProviderError."""
        async with self._transport.post(
            url,
            provider=self.name,
            headers=headers,
            upload=upload,
            secret=self.source.secret,
            time_limit=self._time_limit or self._upstream.timeouts[resolution],
        ) as answer:
            if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
                raise self._classify(answer, await answer.excerpt())
            yield answer

    @contextmanager
    def extracting(
        self, folder: Path, *, keys: AbstractSet[str], texts: AbstractSet[str] = frozenset()
    ) -> Iterator[Extractor]:
        """An Extractor whose failures, and those of its folder, are ProviderErrors."""
        try:
            with Extractor(folder=folder, keys=keys, texts=texts) as extractor:
                yield extractor
        except MalformedBody as error:
            raise self._malformed(error) from None
        except OSError as error:
            raise ProviderError(
                kind=ErrorKind.RESULT_UNAVAILABLE,
                provider=self.name,
                billed=Billed.YES,
                detail=f"the picture could not be written: {error.strerror}",
            ) from error

    def check(self, answer: Answer, document: Any) -> None:
        """Raise the error that a good status brought instead of a picture, where it did."""
        if isinstance(document, dict) and document.get("error"):
            raise self._classify(answer, json.dumps(document).encode())

    def refuse(self, kind: ErrorKind, problem: str) -> ProviderError:
        """What is found before anything is sent, and costs nothing."""
        return ProviderError(kind=kind, provider=self.name, billed=Billed.NO, detail=problem)

    def _classify(self, answer: Answer, body: bytes) -> ProviderError:
        return classify(
            self.source,
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
            detail=redact(str(error), self.source.secret),
        )


async def take_in(answer: Answer, extractor: Extractor) -> Extracted:
    """The whole body, its pictures in files; raises MalformedBody and ProviderError."""
    async for chunk in answer:
        extractor.feed(chunk)
    return extractor.finish()


def choose(extracted: Extracted, numbers: Iterable[int], extractor: Extractor) -> ImageFile | None:
    """The first of these files that is a picture by its content, kept; or None."""
    for number in numbers:
        file = extracted.files[number]
        mime = sniff(file.head) if file else None
        if file and mime:
            extractor.keep(file)
            return ImageFile(file.path, file.digest, mime, file.size)
    return None


def to_json(value: object) -> bytes:
    """As compact as JSON gets."""
    return json.dumps(value, separators=(",", ":")).encode()
