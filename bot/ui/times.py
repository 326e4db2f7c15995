"""Microseconds UTC, as the core counts, to what Discord shows."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(micros: int) -> datetime:
    """The instant `micros` microseconds after 1970 UTC."""
    return EPOCH + timedelta(microseconds=micros)
