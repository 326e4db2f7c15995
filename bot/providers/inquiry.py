"""A free question to an upstream: is the address right, is the key good?"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Any

import aiohttp

from bot.errors import Billed, ErrorKind, ProviderError
from bot.providers.base import Balance
from bot.providers.classify import Source, classify
from bot.providers.dialect import is_refusal
from bot.providers.redaction import redact
from bot.providers.transport import CONNECT_SECONDS, EXCERPT_BYTES, Answer

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
        self._headers = {
            **headers,
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": "plantain",
        }
        self._make_session = make_session
        self._now = now

    async def probe(self) -> Balance | None:
        """None, as no list says what is left; raises ProviderError where the answer is no."""
        status, headers, body = await self._ask()
        document = _parse(body)
        if status != HTTPStatus.OK or is_refusal(document):
            error = classify(
                self._source, status=status, headers=headers, body=body, now=self._now()
            )
            raise replace(error, billed=Billed.NO)
        if not _lists(document):
            # Something else lives there, such as a console's page, which is there for any path.
            text = body[:EXCERPT_BYTES].decode("utf-8", "replace")
            raise self._fail(ErrorKind.WRONG_ENDPOINT, f"no list of models: {text}")
        return None

    async def _ask(self) -> tuple[int, Mapping[str, str], bytes]:
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
                answer = Answer(response, provider=self._source.provider, limit=BODY_LIMIT)
                if answer.status != HTTPStatus.OK:
                    return answer.status, answer.headers, await answer.excerpt()
                body = b"".join([chunk async for chunk in answer])
                return answer.status, answer.headers, body
        except ProviderError as error:
            problem = error.detail
        except (aiohttp.ClientError, OSError) as error:
            problem = f"{type(error).__name__}: {error}"
        raise self._fail(ErrorKind.CONNECT_FAILED, problem)

    def _fail(self, kind: ErrorKind, problem: str) -> ProviderError:
        detail = redact(problem, self._source.secret)
        return ProviderError(
            kind=kind, provider=self._source.provider, billed=Billed.NO, detail=detail
        )


def _parse(body: bytes) -> Any:
    try:
        return json.loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError):
        return None


def _lists(document: Any) -> bool:
    """Whether it lists something, as OpenAI, Gemini or a plain gateway does."""
    listed = document
    if isinstance(document, dict):
        listed = document.get("data", document.get("models"))
    return isinstance(listed, list)
