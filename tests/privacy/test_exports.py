"""A copy comes in parts that fit, is whole, and takes the disk for one part alone."""

import io
import json
import os
import zipfile
from contextlib import aclosing

import pytest
from PIL import Image

from bot.care import ExportTooSoon
from bot.images.codec import Codec
from bot.privacy.exports import EVERY, PAGE, Exports

ALICE, BOB = 7, 8
LIMIT = 40_000


@pytest.fixture
async def codec():
    async with Codec(workers=1, time_limit=30) as opened:
        yield opened


async def noise(house, size, seed):
    """A picture that nothing can make much smaller."""
    content = io.BytesIO()
    Image.effect_noise(size, 90 + seed).save(content, "PNG")
    async with house.store.scratch() as folder:
        (folder / "made").write_bytes(content.getvalue())
        return await house.store.add(folder / "made")


async def test_every_part_fits_all_are_whole_and_no_two_lie_on_the_disk(house, codec):
    """Too large a picture comes smaller; another's picture does not come at all."""
    exports = Exports(
        database=house.database, store=house.store, codec=codec, now=lambda: house.books.now
    )
    small = [await noise(house, (90, 90), seed) for seed in range(8)]
    large = await noise(house, (400, 300), 9)
    assert large.size > LIMIT
    await house.settle_in(ALICE, BOB)
    await house.draw(ALICE, "many", made=small[:7], brought=[large])
    await house.draw(BOB, "not hers", made=small[7:])
    for _ in range(PAGE):
        await house.database.write(
            lambda tx: house.books.bank.ledger.grant(tx, f"member:{ALICE}", 1, reason="x")
        )
    # What a model said may have a signature of a megabyte.
    for number in range(len(small[:7])):
        said = {"parts": os.urandom(12_000).hex(), "picture": number}
        await house.database.write(
            lambda tx, said=said: tx.query(
                "UPDATE turns SET parts = :parts WHERE picture = :picture RETURNING picture", **said
            )
        )
    await exports.begin(ALICE + 100)
    parts, contents = 0, {}
    async with aclosing(exports.parts(ALICE, limit=LIMIT)) as coming:
        async for part in coming:
            parts += 1
            assert part.stat().st_size <= LIMIT
            assert [*part.parent.glob("*.zip")] == [part]
            with zipfile.ZipFile(part) as bundle:
                assert not contents.keys() & set(bundle.namelist())
                contents |= {name: bundle.read(name) for name in bundle.namelist()}
    assert parts > 3
    assert [*(house.folder / "work").iterdir()] == []
    found = set(contents.values())
    assert {house.store.path(one).read_bytes() for one in small[:7]} <= found
    assert house.store.path(small[7]).read_bytes() not in found
    [copy] = [name for name in contents if "-smaller." in name]
    assert Image.open(io.BytesIO(contents[copy])).width <= 400
    assert len(json.loads(contents["movements.json"])) > PAGE
    turns = [json.loads(text) for name, text in contents.items() if name.startswith("turns")]
    assert len(turns) > 7
    assert len({row["picture"] for some in turns for row in some}) == 7
    for name in ("jobs", "job_characters", "styles", "characters", "confirmations"):
        assert house.words(ALICE) in contents[f"{name}.json"].decode()
    assert "not hers" not in str(contents)


async def test_once_an_hour_and_again_at_once_where_it_came_to_nothing(house, codec):
    exports = Exports(
        database=house.database, store=house.store, codec=codec, now=lambda: house.books.now
    )
    await house.draw(ALICE, "one", made=[await house.picture("red")])
    await exports.begin(ALICE)
    with pytest.raises(ExportTooSoon) as refused:
        await exports.begin(ALICE)
    assert refused.value.minutes == 60
    await exports.begin(BOB)
    async with aclosing(exports.parts(ALICE, limit=LIMIT)) as coming:
        async for _ in coming:
            break
    await exports.begin(ALICE)
    house.books.now += EVERY * 1_000_000
    await exports.begin(ALICE)
