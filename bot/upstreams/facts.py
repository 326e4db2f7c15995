"""A row of `plantain upstreams` as JSON."""

from bot.generation.catalog import MICROS
from bot.providers.health import ANY_MODEL, Breaker
from bot.quotas.budget import KeyUse
from bot.upstreams.survey import Answer, Standing
from bot.upstreams.words import advise, instant


def write_facts(standing: Standing, *, verbose: bool) -> dict[str, object]:
    """What is known of a key, by name; money in USD, times in ISO 8601. `verbose` adds `detail`."""
    offer = standing.offer
    key = {"number": standing.number, "fingerprint": standing.fingerprint}
    return {
        "provider": standing.upstream.name,
        "variable": standing.upstream.key,
        "key": key if standing.fingerprint is not None else None,
        "breakers": [_breaker(breaker) for breaker in standing.breakers],
        "probe": _probe(standing, standing.answer, verbose=verbose) if standing.answer else None,
        "rpm": standing.rpm,
        "concurrency": standing.concurrency,
        "limits": [_limit(use) for use in standing.uses],
        "today_paid_usd": None if standing.paid is None else standing.paid / MICROS,
        "today_in_doubt_usd": None if standing.in_doubt is None else standing.in_doubt / MICROS,
        "model": offer.model.id if offer else None,
        "usd": {size: micros / MICROS for size, micros in offer.usd_micros.items()}
        if offer
        else {},
    }


def _limit(use: KeyUse) -> dict[str, object]:
    return {
        "measure": use.measure,
        "limit_usd": (use.limit or 0) / MICROS,
        "used_usd": use.used / MICROS,
        "opens_at": None if use.opens_at is None else instant(use.opens_at).isoformat(),
    }


def _breaker(breaker: Breaker) -> dict[str, object]:
    model = breaker.line.model
    return {
        "kind": breaker.kind,
        "model": None if model == ANY_MODEL else model,
        "opened_at": instant(breaker.opened_at).isoformat(),
        "retry_at": instant(breaker.retry_at).isoformat(),
    }


def _probe(standing: Standing, answer: Answer, *, verbose: bool) -> dict[str, object]:
    balance, error = answer.balance, answer.error
    facts: dict[str, object] = {
        "ok": answer.good,
        "seconds": round(answer.seconds, 3),
        "kind": error.kind if error else None,
        "advice": advise(error.kind, standing.upstream) if error else None,
        "balance": {
            "amount": float(balance.amount),
            "unit": balance.unit,
            "unlimited": balance.unlimited,
        }
        if balance
        else None,
    }
    if verbose:
        facts["detail"] = error.detail if error else None
    return facts
