"""An upstream's refusal over HTTP, told as one of our kinds. Pure.

The upstream's own code is believed first, then Google's reasons and quota ids, then the wording,
then the status: statuses lie most.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any

from bot.errors import Billed, ErrorKind, ProviderError, Scope
from bot.providers.redaction import quote, redact
from bot.providers.waits import wait

_DEPTH = 10
_ERROR_FIELDS = frozenset({"code", "message", "msg", "status", "details"})

_CODES = {
    "insufficient_user_quota": ErrorKind.BILLING_EXHAUSTED,
    "insufficient_quota": ErrorKind.BILLING_EXHAUSTED,
    "insufficient_credits": ErrorKind.BILLING_EXHAUSTED,
    "insufficient_balance": ErrorKind.BILLING_EXHAUSTED,
    "pre_consume_token_quota_failed": ErrorKind.BILLING_EXHAUSTED,
    "spend_limit_exceeded": ErrorKind.SPEND_LIMIT,
    "rate_limit_exceeded": ErrorKind.RATE_LIMITED,
    "rate_limit_error": ErrorKind.RATE_LIMITED,
    "model_not_found": ErrorKind.MODEL_UNAVAILABLE,
    "get_channel_failed": ErrorKind.MODEL_UNAVAILABLE,
    "invalid_api_key": ErrorKind.AUTH_INVALID,
    "ip_not_allowed": ErrorKind.PERMISSION_DENIED,
    "content_policy_violation": ErrorKind.CONTENT_BLOCKED,
    "sensitive_words_detected": ErrorKind.CONTENT_BLOCKED,
    "request_too_large_error": ErrorKind.PAYLOAD_TOO_LARGE,
    "write_response_body_failed": ErrorKind.UPSTREAM_ERROR,
}

_REASONS = {
    "API_KEY_INVALID": ErrorKind.AUTH_INVALID,
    "API_KEY_EXPIRED": ErrorKind.AUTH_INVALID,
    "ACCESS_TOKEN_EXPIRED": ErrorKind.AUTH_INVALID,
    "SERVICE_DISABLED": ErrorKind.PERMISSION_DENIED,
    "API_KEY_SERVICE_BLOCKED": ErrorKind.PERMISSION_DENIED,
    "API_KEY_HTTP_REFERRER_BLOCKED": ErrorKind.PERMISSION_DENIED,
    "API_KEY_IP_ADDRESS_BLOCKED": ErrorKind.PERMISSION_DENIED,
    "CONSUMER_SUSPENDED": ErrorKind.ACCOUNT_SUSPENDED,
    "BILLING_DISABLED": ErrorKind.BILLING_EXHAUSTED,
}

_PHRASES = tuple(
    (re.compile(pattern, re.IGNORECASE), kind)
    for pattern, kind in (
        (r"api key (?:not valid|expired|is invalid)|invalid api key", ErrorKind.AUTH_INVALID),
        (r"reported as leaked|无效的令牌", ErrorKind.AUTH_INVALID),
        (r"monthly spending cap", ErrorKind.SPEND_LIMIT),
        (r"prepayment credits are depleted|insufficient_user_quota", ErrorKind.BILLING_EXHAUSTED),
        (
            r"insufficient (?:\w+ )?(?:quota|balance|credit)|额度不足|余额不足",
            ErrorKind.BILLING_EXHAUSTED,
        ),
        (r"(?:quota|balance|credits?|funds?)\W.{0,40}not enough", ErrorKind.BILLING_EXHAUSTED),
        (r"not enough\W.{0,20}(?:quota|balance|credit|funds)", ErrorKind.BILLING_EXHAUSTED),
        (r"(?-i:PerDay)|\bper day\b", ErrorKind.QUOTA_DAILY),
        (r"user location is not supported", ErrorKind.REGION_BLOCKED),
        (r"free tier is not available in your country", ErrorKind.REGION_BLOCKED),
        (r"unable to process input image|unsupported mime type", ErrorKind.INVALID_IMAGE),
        (r"payload size exceeds", ErrorKind.PAYLOAD_TOO_LARGE),
        (r"invalid apitype|invalid url \(", ErrorKind.WRONG_ENDPOINT),
        (r"无可用渠道|no available channel|model_not_found", ErrorKind.MODEL_UNAVAILABLE),
        (r"is not found for api version", ErrorKind.MODEL_UNAVAILABLE),
        (r"(?:account|consumer|project)\b.{0,80}\bsuspended", ErrorKind.ACCOUNT_SUSPENDED),
        (r"model is overloaded|currently overloaded", ErrorKind.OVERLOADED),
    )
)
# A limit of nothing never fills up again, whatever the window it is counted in.
_NO_QUOTA = re.compile(r"limit: *0(?![\d.]*[1-9])", re.IGNORECASE)

_SCOPES = tuple(
    (re.compile(pattern, re.IGNORECASE), scope)
    for pattern, scope in (
        (r"hour|小时", Scope.HOUR),
        (r"daily|\bday\b|每日|今日", Scope.DAY),
        (r"month|每月", Scope.MONTH),
    )
)
_LIMITED = frozenset({ErrorKind.SPEND_LIMIT, ErrorKind.QUOTA_DAILY})

_STATUSES = {
    "INVALID_ARGUMENT": 400,
    "FAILED_PRECONDITION": 400,
    "OUT_OF_RANGE": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409,
    "ABORTED": 409,
    "RESOURCE_EXHAUSTED": 429,
    "CANCELLED": 499,
    "UNKNOWN": 500,
    "INTERNAL": 500,
    "DATA_LOSS": 500,
    "UNIMPLEMENTED": 501,
    "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
}

_KINDS = {
    401: ErrorKind.AUTH_INVALID,
    402: ErrorKind.BILLING_EXHAUSTED,
    403: ErrorKind.PERMISSION_DENIED,
    404: ErrorKind.MODEL_UNAVAILABLE,
    405: ErrorKind.WRONG_ENDPOINT,
    # By the book nothing was received in time; gateways mean that the model took too long.
    408: ErrorKind.TIMEOUT_UNKNOWN,
    409: ErrorKind.UPSTREAM_ERROR,
    410: ErrorKind.MODEL_UNAVAILABLE,
    413: ErrorKind.PAYLOAD_TOO_LARGE,
    429: ErrorKind.RATE_LIMITED,
    451: ErrorKind.REGION_BLOCKED,
    499: ErrorKind.CANCELLED,
    501: ErrorKind.WRONG_ENDPOINT,
    503: ErrorKind.OVERLOADED,
    529: ErrorKind.OVERLOADED,
    # Cloudflare's own: 520 and 524 come after the origin got the request, the others before.
    520: ErrorKind.TIMEOUT_UNKNOWN,
    521: ErrorKind.CONNECT_FAILED,
    522: ErrorKind.CONNECT_FAILED,
    523: ErrorKind.CONNECT_FAILED,
    524: ErrorKind.TIMEOUT_UNKNOWN,
    525: ErrorKind.CONNECT_FAILED,
    526: ErrorKind.CONNECT_FAILED,
    530: ErrorKind.CONNECT_FAILED,
}
_KINDS_BY_FAMILY = {3: ErrorKind.WRONG_ENDPOINT, 4: ErrorKind.INVALID_REQUEST}

_REFUSED = frozenset({ErrorKind.CONTENT_BLOCKED, ErrorKind.RECITATION})
_UNKNOWABLE = frozenset({ErrorKind.TIMEOUT_UNKNOWN, ErrorKind.CANCELLED})
_NEVER_RUN = frozenset({409, 500, 502})


@dataclass(frozen=True, slots=True)
class Source:
    """Who answered: its name, whether it charges for refusals, and the key to keep quiet about."""

    provider: str
    bills_refusals: bool
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class _Fault:
    """An error body by its meaning. `status` is the one it names, or else HTTP's."""

    status: int
    codes: tuple[str, ...]
    texts: tuple[str, ...]
    details: tuple[Mapping[str, Any], ...]
    structured: bool


def classify(
    source: Source, *, status: int, headers: Mapping[str, str], body: bytes, now: datetime
) -> ProviderError:
    """What an error answer means; `body` may be of any shape, cut short, or empty.

    Also for an error object that came with status 200. `now` gives a Retry-After date its length.
    """
    raw = body.decode("utf-8", "replace")
    fault = _read(status, raw)
    kind = _kind(fault)
    text = next((text for text in fault.texts if text.strip()), "")
    excerpt = raw if fault.structured else re.sub(r"<[^<>]*>", " ", raw)
    return ProviderError(
        kind=kind,
        provider=source.provider,
        billed=_billed(kind, fault, status, source),
        scope=limit_scope(kind, (*fault.codes, *fault.texts)),
        retry_after=wait(headers, fault.details, fault.texts, now=now),
        said=quote(text, source.secret) if kind in _REFUSED else None,
        detail=redact(f"HTTP {status}: {excerpt}", source.secret),
    )


def limit_scope(kind: ErrorKind, texts: Iterable[str]) -> Scope | None:
    """The window of the limit that was reached; one without a name never ends by itself."""
    if kind not in _LIMITED:
        return None
    if kind is ErrorKind.QUOTA_DAILY:
        return Scope.DAY
    wording = " ".join(texts)
    return next((scope for pattern, scope in _SCOPES if pattern.search(wording)), Scope.TOTAL)


def billed_refusal(source: Source) -> Billed:
    """Whether `source` charges for a picture it drew and will not show."""
    return Billed.YES if source.bills_refusals else Billed.NO


def _kind(fault: _Fault) -> ErrorKind:
    return (
        next((_CODES[code] for code in fault.codes if code in _CODES), None)
        or _kind_by_google(fault)
        or _kind_by_wording(fault)
        or _kind_by_status(fault)
    )


def _kind_by_google(fault: _Fault) -> ErrorKind | None:
    violations = [
        violation
        for detail in fault.details
        for violation in _mappings(detail.get("violations"))
        if isinstance(violation.get("quotaId"), str)
    ]
    if any(_NO_QUOTA.search(text) for text in fault.texts) or any(
        "FreeTier" in violation["quotaId"] and str(violation.get("quotaValue")) == "0"
        for violation in violations
    ):
        return ErrorKind.BILLING_EXHAUSTED
    if any("PerDay" in violation["quotaId"] for violation in violations):
        return ErrorKind.QUOTA_DAILY
    reasons = (str(detail.get("reason")) for detail in fault.details)
    return next((_REASONS[reason] for reason in reasons if reason in _REASONS), None)


def _kind_by_wording(fault: _Fault) -> ErrorKind | None:
    wording = " ".join(fault.texts)
    return next((kind for pattern, kind in _PHRASES if pattern.search(wording)), None)


def _kind_by_status(fault: _Fault) -> ErrorKind:
    if fault.status == HTTPStatus.NOT_FOUND and not fault.structured:
        return ErrorKind.WRONG_ENDPOINT
    if fault.status in _KINDS:
        return _KINDS[fault.status]
    return _KINDS_BY_FAMILY.get(fault.status // 100, ErrorKind.UPSTREAM_ERROR)


def _billed(kind: ErrorKind, fault: _Fault, status: int, source: Source) -> Billed:
    if kind in _REFUSED:
        return billed_refusal(source)
    if kind in _UNKNOWABLE:
        return Billed.UNKNOWN
    if kind is not ErrorKind.UPSTREAM_ERROR or "write_response_body_failed" in fault.codes:
        return Billed.NO
    # Only the upstream's own word tells that it did not run; a proxy's page knows nothing of it.
    never_run = fault.structured and fault.status in _NEVER_RUN
    if status == HTTPStatus.GATEWAY_TIMEOUT:
        never_run = False
    return Billed.NO if never_run else Billed.UNKNOWN


def _read(status: int, raw: str) -> _Fault:
    document = _parse(raw.lstrip("\ufeff"))
    # The innermost error is the upstream's own; gateways wrap it in theirs.
    errors = list(_errors(document, _DEPTH))[::-1]
    named = (_named_status(error) for error in errors)
    return _Fault(
        status=next((found for found in named if found), status),
        codes=tuple(_codes(errors)),
        texts=tuple(_texts(errors)) if errors else (raw,),
        details=tuple(detail for error in errors for detail in _mappings(error.get("details"))),
        structured=bool(errors),
    )


def _errors(node: Any, depth: int) -> Iterator[Mapping[str, Any]]:
    """The error objects in `node`, from the outermost in, also those written inside a string."""
    if depth == 0:
        return
    if isinstance(node, list):
        for element in node[:1]:
            yield from _errors(element, depth)
    elif isinstance(node, dict):
        inner = node.get("error")
        if isinstance(inner, dict | list):
            yield from _errors(inner, depth - 1)
            return
        if inner is None and not node.keys() & _ERROR_FIELDS:
            return
        message = inner or node.get("message") or node.get("msg") or ""
        yield {**node, "message": message}
        yield from _errors(message, depth - 1)
    elif isinstance(node, str) and "{" in node:
        yield from _errors(_parse(node[node.index("{") :]), depth - 1)


def _parse(text: str) -> Any:
    try:
        document, _ = json.JSONDecoder().raw_decode(text.strip())
    except (ValueError, RecursionError):
        return None
    return document


def _named_status(error: Mapping[str, Any]) -> int | None:
    places = [error.get("code"), error.get("status")]
    if not error["message"]:
        places.append(error.get("param"))
    for place in map(str, places):
        if place in _STATUSES:
            return _STATUSES[place]
        if number := re.search(r"(?<!\d)[45]\d\d(?!\d)", place):
            return int(number[0])
    return None


def _codes(errors: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for error in errors:
        for name in ("code", "type"):
            if isinstance(error.get(name), str):
                yield error[name].lower()


def _texts(errors: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for error in errors:
        for name in ("message", "localized_message", "param", "fallback_suggestion", "code"):
            if isinstance(error.get(name), str):
                yield error[name]


def _mappings(node: Any) -> list[Mapping[str, Any]]:
    return [item for item in node if isinstance(item, dict)] if isinstance(node, list) else []
