"""A call's key, and what the words in it do to the questions that cost nothing."""

from aiohttp import web

from bot.demo.misbehaviour import MISBEHAVIOURS, Misbehaviour, find_in_key

_FREE_TOO = frozenset({"bad key", "leaked key", "region", "503", "500", "504"})
_MONEY = frozenset({"402", "prepay", "insufficient quota"})


def bearer(request: web.Request) -> str:
    return request.headers.get("Authorization", "").removeprefix("Bearer ").strip()


def google_key(request: web.Request, *, gateway: bool) -> str:
    """Google's header or parameter; a gateway takes a Bearer token as well."""
    named = request.headers.get("x-goog-api-key") or request.query.get("key", "")
    return (bearer(request) or named) if gateway else named


def run_of(request: web.Request, key: str) -> str:
    """What tells a paid call that is sent again from a new one; nothing where it does not say."""
    named = request.headers.get("Idempotency-Key")
    return f"{key} {named}" if named else ""


def is_known(key: str) -> bool:
    """Whether an upstream takes this key at all."""
    return bool(key) and not any(word.phrase == "bad key" for word in find_in_key(key))


def refuse_freely(key: str) -> Misbehaviour | None:
    """What a key's free questions are refused with too, such as for its balance; or None."""
    if not key:
        return MISBEHAVIOURS["bad key"]
    return next((word for word in find_in_key(key) if word.phrase in _FREE_TOO), None)


def is_broke(key: str) -> bool:
    """Whether there is no money left behind a key."""
    return any(word.phrase in _MONEY for word in find_in_key(key))
