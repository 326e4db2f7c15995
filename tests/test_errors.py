"""Our refusals say what an upstream would: the same status, code, type and scope."""

import pytest

from bot.errors import LimitReached, NotEnoughCredits, Scope
from bot.quotas.limit import Measure, Whose


@pytest.mark.parametrize(
    ("measure", "limit", "answer"),
    [
        (Measure.RATE, 5, (429, "rate_limit_exceeded", "rate_limit_error", None)),
        (Measure.JOBS, 5, (429, "rate_limit_exceeded", "rate_limit_error", None)),
        (Measure.HOUR, 5, (429, "spend_limit_exceeded", "billing_error", Scope.HOUR)),
        (Measure.DAY, 5, (429, "spend_limit_exceeded", "billing_error", Scope.DAY)),
        (Measure.MONTH, 5, (429, "spend_limit_exceeded", "billing_error", Scope.MONTH)),
        (Measure.TOTAL, 5, (429, "spend_limit_exceeded", "billing_error", Scope.TOTAL)),
        *(
            (measure, 0, (403, "permission_denied", "permission_error", None))
            for measure in Measure
        ),
    ],
)
def test_a_limit_answers_as_an_upstream_does(measure, limit, answer):
    said = LimitReached(measure, Whose.MEMBER, limit, limit, 1, None).answer
    assert (said.status, said.code, said.type, said.scope) == answer


def test_too_few_credits_answer_as_an_upstream_does():
    said = NotEnoughCredits(7, 5).answer
    assert (said.status, said.code, said.type) == (402, "insufficient_credits", "billing_error")
