"""When pictures may be there: as measured, or nothing is said."""

import math

import pytest

from bot.jobs.estimates import Estimates
from tests.jobs.conftest import NOON
from tests.ui.test_cards import JOB

SECOND = 1_000_000


class Measured:
    """Speeds as they were read."""

    def __init__(self, seconds):
        self.known = seconds

    async def refresh(self):
        pass

    def seconds(self, provider, model, resolution):
        assert (provider, model) == (JOB.provider, JOB.request.model)
        return self.known


@pytest.mark.parametrize(
    ("seconds", "ahead", "wait"),
    [(20, None, 20), (20, 0, 25), (20, 3, 40), (None, 0, None), (math.inf, 2, None)],
)
async def test_what_was_measured_and_the_queue_say_when(seconds, ahead, wait):
    """Four at a time: one comes free each five seconds."""
    estimates = Estimates(speeds=Measured(seconds), slots=4, now=lambda: NOON)
    ready_at = await estimates.ready_at(JOB, ahead)
    assert ready_at == (None if wait is None else NOON + wait * SECOND)
