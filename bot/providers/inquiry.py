"""A free question to an upstream: is the address right, is the key good?"""

from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus

import aiohttp

from bot.errors import Billed, ErrorKind, ProviderError
from bot.providers.base import Balance
from bot.providers.classify import Source, classify
from bot.providers.redaction import redact
from bot.providers.transport import CONNECT_SECONDS

SECONDS = 30.0
BODY_LIMIT = 4 * 1024 * 1024


class ModelList:
    """Asks for the list of models, which every upstream that answers at once gives for nothing.

    `make_session` makes a session for one question.
    """

    def __init__(
        self,
        *,
        url: str,
        source: Source,
        headers: Mapping[str, str],
        make_session: Callable[[], aiohttp.ClientSession],
        now: Callable[[], datetime],
    ) -> None:
        self._url = url
        self._source = source
        self._headers = {**headers, "Accept": "application/json", "User-Agent": "plantain"}
        self._make_session = make_session
        self._now = now

    async def probe(self) -> Balance | None:
        """None, as no list says what is left; raises ProviderError where the answer is no."""
        try:
            async with (
                self._make_session() as session,
                session.get(
                    self._url,
                    headers=self._headers,
                    timeout=aiohttp.ClientTimeout(total=SECONDS, connect=CONNECT_SECONDS),
                    allow_redirects=False,
                ) as response,
            ):
                body = await response.content.read(BODY_LIMIT)
        except (aiohttp.ClientError, OSError) as error:
            raise ProviderError(
                kind=ErrorKind.CONNECT_FAILED,
                provider=self._source.provider,
                billed=Billed.NO,
                detail=redact(f"{type(error).__name__}: {error}", self._source.secret),
            ) from None
        if response.status != HTTPStatus.OK:
            raise classify(
                self._source,
                status=response.status,
                headers=response.headers,
                body=body,
                now=self._now(),
            )
        return None
