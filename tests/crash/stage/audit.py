"""Every promise, checked from outside: by Discord's record, the upstream's calls and the books."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tests.crash.stage.books import Books, Row
from tests.crash.stage.processes import KINDS

LINK = "https://discord.com/channels/"
"""On a card whose pictures are in a message of their own."""
UNKNOWN: Mapping[str, Any] = {"message": None, "followups": [], "expired": True}


@dataclass(frozen=True)
class Evidence:
    """What three witnesses say. `record` is Discord's, `calls` are the upstream's."""

    record: Mapping[str, Any]
    calls: list[Mapping[str, Any]]
    books: Books
    welcome: int

    @cached_property
    def paid(self) -> Counter[str]:
        """How many calls the upstream billed, by prompt."""
        return Counter(call["prompt"] for call in self.calls if call["paid"])

    @cached_property
    def messages(self) -> list[Mapping[str, Any]]:
        return [one for one in self.record["messages"] if one["author"] == self.record["bot"]]

    @cached_property
    def pictures(self) -> Mapping[str, list[Mapping[str, Any]]]:
        """The messages that show a picture of a prompt."""
        found = defaultdict(list)
        for message in self.messages:
            for prompt in {file["signed"] for file in message["files"]}:
                found[prompt].append(message)
        return found

    @cached_property
    def asked(self) -> Mapping[int, Mapping[str, Any]]:
        return {one["id"]: one for one in self.record["interactions"]}

    @cached_property
    def attempts(self) -> Mapping[str, list[Row]]:
        found = defaultdict(list)
        for attempt in self.books.attempts:
            found[attempt["job_id"]].append(attempt)
        return found

    def card(self, job: Row) -> Mapping[str, Any]:
        """The interaction that a job came from."""
        return self.asked.get(job["interaction_id"], UNKNOWN)

    def again(self, job: Row) -> bool:
        """Whether a private reply was written to the same person too.

        Its answer was lost and its token then expired, so that nobody could look whether it was
        there; better twice than never.
        """
        messages = self.pictures.get(job["prompt"], [])
        reply = self.card(job)
        return (
            bool(job["private"])
            and reply["expired"]
            and sorted(one["id"] == reply["message"] for one in messages) == [False, True]
            and all(one["private"] for one in messages)
        )

    def shown(self, job: Row) -> int:
        """Pictures of a job that can be seen, each once."""
        messages = self.pictures.get(job["prompt"], [])
        return sum(len(one["files"]) for one in messages[self.again(job) :])

    def lost(self, job: Row) -> int:
        """Calls that were paid for and no member was charged for."""
        charged = (job["credits_charged"] or 0) // job["credits_each"]
        return max(0, self.paid[job["prompt"]] - charged)

    def told(self, job: Row) -> bool:
        """Whether some message tells the person what became of it."""
        asked = self.card(job)
        for message in self.messages:
            theirs = message["private"] and message["seen_by"] in (None, job["member_id"])
            if message["id"] == asked["message"]:
                theirs = theirs and "charged" in message["text"]
            if theirs and (message["id"] in asked["followups"] or job["prompt"] in message["text"]):
                return True
        return False


@dataclass
class Tally:
    """One line of the table."""

    jobs: int = 0
    shown: int = 0
    told: int = 0
    paid: int = 0
    lost: int = 0
    again: int = 0
    broken: list[str] = field(default_factory=list)


def tally(evidence: Evidence) -> dict[str, Tally]:
    """By kind of upstream, what became of its jobs and every promise that was broken to one."""
    kinds = {model: kind for kind, (_, model) in KINDS.items()}
    found = {kind: Tally() for kind in KINDS}
    for job in evidence.books.jobs:
        line = found[kinds[job["model"]]]
        line.jobs += 1
        line.shown += job["state"] == "done"
        line.told += job["state"] == "failed"
        line.paid += evidence.paid[job["prompt"]]
        line.lost += evidence.lost(job)
        line.again += evidence.again(job)
        line.broken += [f"{job['prompt']}: {problem}" for problem in _broken_to(job, evidence)]
    return found


def broken(evidence: Evidence) -> list[str]:
    """Every promise that was broken, to a job or to all."""
    by_job = [problem for line in tally(evidence).values() for problem in line.broken]
    return [*by_job, *_broken_to_members(evidence), *_unaccounted(evidence)]


def without_job(evidence: Evidence) -> tuple[int, int]:
    """Interactions that were answered and became no job: refused with a sentence, and cut off.

    The latter have a card that says "getting ready": nothing was promised, held or paid.
    """
    known = {job["interaction_id"] for job in evidence.books.jobs}
    alone = [
        one
        for one in evidence.record["interactions"]
        if one["answered"] is not None and one["id"] not in known
    ]
    refused = sum(bool(one["followups"]) for one in alone)
    return refused, len(alone) - refused


def _broken_to(job: Row, evidence: Evidence) -> Iterator[str]:
    state, prompt = job["state"], job["prompt"]
    if state not in ("done", "failed"):
        yield f"not at an end: {state}"
        return
    yield from _shown_wrongly(job, evidence)
    paid, attempts = evidence.paid[prompt], evidence.attempts[job["id"]]
    if paid > job["count"]:
        yield f"paid {paid} times for {job['count']}"
    in_doubt = sum(attempt["billed"] != "no" for attempt in attempts)
    if paid > in_doubt:
        yield f"{paid} paid calls, {in_doubt} on record"
    if any(attempt["ended_at"] is None for attempt in attempts):
        yield "a call is still open in the books"
    lost = evidence.lost(job)
    if lost and job["model"] == KINDS["with a key"][1]:
        yield f"{lost} calls lost although the same could be asked again"
    known = [attempt["task_id"] for attempt in attempts if attempt["task_id"]]
    if lost and known and state == "failed":
        yield f"released although its task {known} was known"


def _shown_wrongly(job: Row, evidence: Evidence) -> Iterator[str]:
    prompt, messages = job["prompt"], evidence.pictures.get(job["prompt"], [])
    charged = (job["credits_charged"] or 0) // job["credits_each"]
    # A picture that came after its job was over is a present, in a message of its own.
    late = sum(one["outcome"] == "late_image" for one in evidence.attempts[job["id"]])
    if len(messages) > 1 + late + evidence.again(job):
        yield f"posted {len(messages)} times"
    strange = {file["signed"] for message in messages for file in message["files"]} - {prompt}
    if strange:
        yield f"shown beside the pictures of {strange}"
    if evidence.shown(job) != charged + late:
        yield f"charged for {charged} pictures and {late} late, shown {evidence.shown(job)}"
    if job["state"] == "done" and not charged:
        yield "done without a charge"
    if job["state"] == "failed" and not evidence.told(job):
        yield f"failed ({job['failure']}) and nobody was told"
    card = evidence.card(job)
    left = [
        one
        for one in evidence.messages
        if one["id"] == card["message"] and not one["files"] and LINK not in one["text"]
    ]
    if any(
        one["id"] == card["message"] and one["files"] and "charged" not in one["text"]
        for one in messages
    ):
        yield "old progress lies over its picture"
    # A private card says why itself, and once its token has expired nobody can change it.
    if left and not (job["private"] and (job["state"] == "failed" or card["expired"])):
        yield f"its card never moved on: {left[0]['text']!r}"


def _broken_to_members(evidence: Evidence) -> Iterator[str]:
    charged: Counter[str] = Counter()
    for job in evidence.books.jobs:
        charged[f"member:{job['member_id']}"] += job["credits_charged"] or 0
    for account in evidence.books.accounts:
        expected = evidence.welcome - charged[account["id"]]
        if (account["available"], account["held"]) != (expected, 0):
            yield f"{dict(account)}, and {expected} were to be available"
    if evidence.books.open:
        yield f"{len(evidence.books.open)} reservations still hold credits"


def _unaccounted(evidence: Evidence) -> Iterator[str]:
    known = {job["prompt"] for job in evidence.books.jobs}
    for prompt, times in evidence.paid.items():
        if prompt not in known:
            yield f"{prompt}: {times} calls paid for no job"
    for prompt in evidence.pictures.keys() - known:
        yield f"{prompt}: shown, and no job"
    interactions = Counter(job["interaction_id"] for job in evidence.books.jobs)
    for interaction, times in interactions.items():
        if times > 1:
            yield f"interaction {interaction} became {times} jobs"
    for gap in evidence.record["unknown"]:
        yield f"the stage is not Discord enough: {gap}"
