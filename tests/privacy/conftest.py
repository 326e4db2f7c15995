"""Members with something of everything, on real books and in a real store, on either engine."""

import io
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from bot.db import engine, layout
from bot.generation.pricing import Price
from bot.generation.request import AspectRatio, GenerationRequest, Resolution
from bot.images.store import ImageStore
from bot.jobs import queue
from bot.jobs.cancellation import Cancellations
from bot.jobs.gifts import Gifts
from bot.jobs.job import Job, JobKind, JobState, Origin, Place
from bot.privacy.eraser import Eraser
from bot.privacy.forgetting import Forgetting
from bot.quotas.allowance import Allowance
from bot.quotas.calendar import Period
from bot.quotas.limit import Limit, Measure, Who, Whose
from tests.jobs.conftest import Books

SERVER = 9
CHANNEL = 50


def home(member):
    """The id of a server, or a channel, where only they are."""
    return member - 10**17


class Killed(BaseException):
    """The process is gone."""


class Mortal:
    """A database whose process dies when it wants to write for so many times and once more."""

    def __init__(self, database, left):
        self.database, self.left = database, left

    async def write(self, work):
        if not self.left:
            raise Killed
        self.left -= 1
        return await self.database.write(work)

    async def read(self, work):
        return await self.database.read(work)


@dataclass
class House:
    """`forgetting` over everything; `words(id)` are a member's, found nowhere else."""

    books: Books
    database: engine.Engine
    store: ImageStore
    folder: Path

    def words(self, member):
        return f"unmistakable words of {member}"

    def forgetting(self, database=None, *, store=None, scrub=None):
        database = database or self.database
        eraser = Eraser(database=database, store=store or self.store, now=lambda: self.books.now)
        return Forgetting(
            database=database,
            scrub=scrub or self.database.scrub,
            ledger=self.books.bank.ledger,
            cancellations=Cancellations(
                database=database,
                payers=self.books.bank.payers,
                leases=None,
                store=self.store,
                tell=None,
                dispatcher=None,
                new_id=self.books.new_id,
            ),
            eraser=eraser,
            now=lambda: self.books.now,
            new_id=self.new_id,
        )

    def new_id(self):
        """With a tail that looks like random digits."""
        self.books.numbers += 1
        return f"{self.books.numbers:016x}{hash(('tail', self.books.numbers)) % 2**64:016x}"

    async def picture(self, colour):
        """A stored picture like no other of another colour."""
        content = io.BytesIO()
        Image.new("RGB", (40, 30), colour).save(content, "PNG")
        async with self.store.scratch() as folder:
            (folder / "made").write_bytes(content.getvalue())
            return await self.store.add(folder / "made")

    async def draw(
        self, member, prompt, *, made=(), brought=(), origin=None, brought_by=None, guild=SERVER,
        channel=CHANNEL, state=JobState.DONE, price=10,
    ) -> Job:  # fmt: skip
        """A job that worked from `brought` and came to `made`, paid as the books say."""

        async def add(tx):
            who = Who(member, guild or 0)
            held = await self.books.bank.payers.reserve(
                tx, who, (channel,), price, reason="imagine"
            )
            job = Job(
                id=self.new_id(),
                kind=JobKind.IMAGINE,
                state=JobState.QUEUED,
                place=Place(member, guild, channel, 4, 5, "token", "en-US", False, 1000),
                request=GenerationRequest(
                    prompt, "nano", AspectRatio.AUTO, Resolution.R1K, 1, None, tuple(brought)
                ),
                provider="google",
                price=Price(price, 1),
                account_id=held.account_id,
                reservation_id=held.reservation_id,
                created_at=self.books.now,
                origin=origin,
                brought_by=brought_by,
            )
            await queue.add(tx, job)
            if state is JobState.QUEUED:
                return job
            job = await queue.claim(tx, job.id, token="t", now=self.books.now)
            for number, image in enumerate(made):
                await queue.tie(tx, job.id, image, picture=number, now=self.books.now)
                await tx.run(
                    "keep_turn", job_id=job.id, picture=number, provider="google", model="nano",
                    digest=image.digest, parts=f"said of {prompt}",
                )  # fmt: skip
            if state is JobState.RUNNING:
                return job
            for reached in (JobState.GENERATED, JobState.DELIVERED):
                await queue.move(tx, job, reached)
                job = job.evolve(state=reached)
            now = self.books.now
            await queue.end(tx, job, JobState.DONE, credits_charged=price, now=now)
            await self.books.bank.payers.settle(
                tx, job.reservation_id, reserved=price, charged=price
            )
            await tx.run("let_go", id=job.id, claim="t")
            return job

        return await self.database.write(add)

    async def furnish(self, server=SERVER):
        """A pool that everybody may take 100 a day of."""
        bank = self.books.bank
        pool = f"server:{server}"

        async def fund(tx):
            await bank.ledger.open(tx, pool, welcome=False)
            await bank.ledger.grant(tx, pool, 10_000, reason="grant by 1: for all")
            daily = Allowance(server, server, 100, Period.DAY)
            await bank.allowances.set(tx, daily, by=1)

        await self.database.write(fund)

    async def settle_in(self, member, other):
        """Have a member in every table there is, and `other` go on from a picture of theirs."""
        words, bank = self.words(member), self.books.bank
        shades = [(member % 251, n, other % 241) for n in range(7)]
        mine, shown, upload, kept, asked, lost, face = [
            await self.picture(shade) for shade in shades
        ]
        drawn = await self.draw(member, words, made=[mine, shown], brought=[upload])
        alone = {"guild": None, "channel": 77}
        await self.draw(
            member, f"{words}, alone", made=[await self.picture(shades[0][::-1])], **alone
        )
        edit = await self.picture((other % 239, 7, member % 233))
        await self.draw(
            other, "an edit of another", made=[edit], brought=[shown], origin=Origin(drawn.id, 1)
        )
        await self.draw(other, "again", brought=[upload, lost], brought_by=member)

        async def live(tx):
            now = self.books.now
            who = {"member_id": member, "now": now}
            await tx.run("keep_picture", digest=kept.digest, expires_at=now + 1, **who)
            await tx.run("hold_preferences", **who)
            await tx.run(
                "ask_confirmation", id=self.new_id(), interaction_id=home(member), kind="imagine",
                prompt=words, model="nano", aspect_ratio="auto", resolution="1K", count=1,
                thinking=None, style_name=words, style_words=words, house_style=None,
                origin_job_id=None, origin_picture=None, brought_by=None,
                button=None, kept=0, private=0, credits=9, reply_token="t", **who,
            )  # fmt: skip
            row = await tx.one("confirmation_of_interaction", interaction_id=home(member))
            await tx.run(
                "add_confirmation_image", confirmation_id=row["id"], position=0, digest=asked.digest
            )
            named = {"position": 0, "pictures": 1, "name": words}
            await tx.run("add_confirmation_character", confirmation_id=row["id"], **named)
            await tx.run("add_job_character", job_id=drawn.id, **named)
            await self.collect(tx, member, face, drawn)
            for caller, target in ((member, other), (other, member)):
                limit = Limit(Whose.MEMBER, SERVER, target, Measure.DAY, 60)
                await bank.quotas.set(tx, limit, by=caller)
                await tx.run("block_word", guild_id=home(caller), word="x", set_by=caller, now=now)
            await tx.run("block_member", member_id=other, set_by=member, now=now)
            await tx.run("set_outlet", guild_id=home(member), channel_id=1, set_by=member, now=now)
            await tx.run("hold_house", guild_id=home(member), set_by=member, now=now)
            await bank.allowances.set(tx, Allowance(home(member), 1, 1, Period.DAY), by=member)
            await bank.ledger.open(tx, f"member:{other}")
            await bank.ledger.grant(
                tx, f"member:{member}", 5, reason=f"grant by {other}: well done, {words}"
            )
            await bank.ledger.grant(tx, f"member:{other}", 5, reason=f"grant by {member}: thanks")
            await bank.teams.create(tx, guild_id=SERVER, channel_id=home(member), name="foxes",
                                  made_by=member, credits_in=30, per_member=25)  # fmt: skip
            await tx.run("begin_export", **who)

        for image in (kept, asked, face):
            await self.database.write(
                lambda tx, image=image: queue.remember(tx, image, now=self.books.now)
            )
        await self.database.write(live)
        await self.draw(member, f"{words} for the team", channel=home(member))
        for giver, to in ((member, other), (other, member)):
            await self.give(giver, to, f"from {giver}: {words}")
        gone = {"mine": mine, "kept": kept, "face": face}
        return {"shown": shown, "upload": upload, "edit": edit}, gone

    async def collect(self, tx, member, face, drawn):
        """What a member has saved, handed in, looked for and marked."""
        words, now = self.words(member), self.books.now
        for owner, owner_id in (("member", member), ("server", home(member))):
            said = words if owner == "member" else "the server's"
            await tx.run("save_style", owner=owner, owner_id=owner_id, folded=said, name=said,
                         words=said, set_by=member, now=now)  # fmt: skip
        character = {"id": self.new_id(), "member_id": member}
        await tx.run("save_character", slot=1, name=words, folded=words, now=now, **character)
        await tx.run(
            "add_character_picture", character_id=character["id"], position=0, digest=face.digest
        )
        for state in ("asked", "running"):
            batch = self.new_id()
            await tx.query(
                "INSERT INTO batches (id, state, interaction_id, pressed_by, member_id, guild_id,"
                " channel_id, message_id, application_id, reply_token, token_at, locale, private,"
                " upload_limit, credits, asked_at, begun_at)"
                " VALUES (:id, :state, :press, :press, :member, NULL, :channel, :channel, 1, 't',"
                " 1, 'en-US', 0, 1, 1, 1, 1) RETURNING id",
                id=batch, state=state, press=int(batch[:16], 16), member=member,
                channel=home(member),
            )  # fmt: skip
            await tx.run(
                "add_batch_line", batch_id=batch, position=0, line=1,
                prompt=words if state == "asked" else "", model="nano", aspect_ratio="auto",
                resolution="1K", count=1,
            )  # fmt: skip
        await tx.query(
            "INSERT INTO batch_posts (batch_id, number, kind, content, message_id)"
            " VALUES (:batch, 1, 'pictures', '0:0', :message) RETURNING number",
            batch=batch, message=home(member),
        )  # fmt: skip
        await tx.query(
            "INSERT INTO gallery_views (id, member_id, maker_id, guild_id, words, model, since,"
            " starred, opened_at) VALUES (:id, :member, :member, NULL, :words, '', 0, 0, :now)"
            " RETURNING id",
            id=self.new_id(), member=member, words=words, now=now,
        )  # fmt: skip
        await tx.query(
            "INSERT INTO favourites (member_id, job_id, picture, starred_at)"
            " VALUES (:member, :job, 0, :now) RETURNING picture",
            member=member, job=drawn.id, now=now,
        )  # fmt: skip
        await tx.query(
            "INSERT INTO gallery_posts (guild_id, job_id, picture, channel_id, message_id,"
            " posted_by, posted_at) VALUES (1, :job, 0, 1, 1, :member, :now) RETURNING picture",
            job=drawn.id, member=member, now=now,
        )  # fmt: skip

    async def give(self, giver, to, note, amount=10):
        gifts, now = self.books, self.books.now
        service = Gifts(
            database=self.database, ledger=gifts.bank.ledger, calendar=gifts.bank.calendar,
            now=lambda: now, new_id=self.new_id, daily=50,
        )  # fmt: skip
        offer = {"id": self.new_id(), "interaction_id": int(self.new_id()[16:], 16) >> 2}
        await self.database.write(
            lambda tx: tx.run(
                "offer_gift", from_id=giver, to_id=to, amount=amount, note=note, now=now, **offer
            )
        )
        return await service.give(offer["id"], giver)

    async def everything(self):
        """Every row of every table, as one text."""
        found = []
        for shape in layout.shapes():
            rows = await self.database.read(lambda tx, one=shape: tx.query(one.selection))
            found += [f"{shape.name} {dict(row)}" for row in rows]
        return found

    async def naming(self, *words):
        """The rows that say one of these words."""
        return [row for row in await self.everything() if any(str(one) in row for one in words)]

    async def assert_books_balance(self):
        assert await self.database.read(self.books.bank.payers.check) == []


@pytest.fixture
async def house(address, tmp_path):
    async with engine.opened(address) as database:
        store = ImageStore(tmp_path / "images")
        found = House(Books(database, gift_daily_credits=50), database, store, tmp_path)
        await found.furnish()
        yield found
