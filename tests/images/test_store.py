"""The store holds whole pictures under their hash, nothing else, and nothing outside."""

import asyncio
import io
from dataclasses import replace

import pytest
from blake3 import blake3
from PIL import Image

from bot.errors import NotAPicture, StorageError
from bot.generation.request import ImageRef
from bot.images.store import ImageStore


@pytest.fixture
def store(tmp_path):
    return ImageStore(tmp_path / "images")


@pytest.fixture
def png():
    target = io.BytesIO()
    Image.new("RGB", (30, 20), "teal").save(target, "PNG")
    return target.getvalue()


def named(content: bytes) -> str:
    return blake3(content).hexdigest()


async def test_an_added_picture_lies_under_its_hash_with_its_facts(store, put, png, tmp_path):
    image = await store.add(put("fresh", png))
    digest = named(png)
    assert image == ImageRef(digest, "image/png", 30, 20, len(png))
    assert store.path(image) == tmp_path / "images" / digest[:2] / f"{digest}.png"
    assert store.path(image).read_bytes() == png
    assert not (tmp_path / "fresh").exists()


async def test_the_same_content_twice_is_kept_once(store, put, png, tmp_path):
    first = await store.add(put("one", png))
    second = await store.adopt(put("two", png), digest=named(png))
    assert first == second
    assert [f for f in tmp_path.rglob("*") if f.is_file()] == [store.path(first)]


async def test_adopting_again_after_the_move_gives_the_same_reference(store, put, png):
    """A job that was stopped between the move and its next state takes the step again."""
    file = put("drawn", png)
    first = await store.adopt(file, digest=named(png))
    assert await store.adopt(file, digest=named(png)) == first
    assert store.path(first).read_bytes() == png


async def test_a_damaged_kept_file_is_replaced(store, put, png):
    image = await store.add(put("one", png))
    store.path(image).write_bytes(png[:40])
    await store.add(put("two", png))
    assert store.path(image).read_bytes() == png


async def test_many_at_once_of_the_same_content(store, put, png):
    files = [put(f"drawn{number}", png) for number in range(12)]
    images = await asyncio.gather(*(store.add(file) for file in files))
    assert len(set(images)) == 1
    assert store.path(images[0]).read_bytes() == png


async def test_a_cut_file_is_not_adopted_and_stays(store, put, png):
    file = put("cut", png[:-20])
    with pytest.raises(NotAPicture):
        await store.add(file)
    assert file.exists()


@pytest.mark.parametrize(
    "digest",
    [
        "",
        "../../../etc/passwd",
        "a" * 63,
        "a" * 65,
        "A" * 64,
        "/" * 64,
        "a" * 63 + "\n",
        "../" * 21,
    ],
)
async def test_no_reference_leads_out_of_the_folder(store, put, png, digest):
    with pytest.raises(StorageError):
        store.path(ImageRef(digest, "image/png", 1, 1, 1))
    with pytest.raises(StorageError):
        await store.adopt(put("drawn", png), digest=digest)


async def test_a_reference_to_a_kind_we_do_not_keep_is_refused(store, put, png):
    image = await store.add(put("one", png))
    with pytest.raises(StorageError):
        store.path(replace(image, mime="image/svg+xml"))


async def test_a_missing_file_and_a_folder_that_is_a_file_are_storage_errors(tmp_path, put, png):
    store = ImageStore(tmp_path / "images")
    with pytest.raises(StorageError):
        await store.add(tmp_path / "nowhere")
    blocked = ImageStore(put("blocked", b""), scratch_folder=tmp_path / "blocked")
    with pytest.raises(StorageError):
        await blocked.add(put("drawn", png))
    with pytest.raises(StorageError):
        async with blocked.scratch():
            pass
    assert (tmp_path / "drawn").read_bytes() == png


async def test_a_scratch_folder_is_fresh_beside_the_store_and_gone_after(store, tmp_path):
    async with store.scratch() as one, store.scratch() as other:
        assert one != other
        assert one.parent == tmp_path / "work"
        (one / "deep").mkdir()
        (one / "deep" / "file").write_bytes(b"x")
    assert list((tmp_path / "work").iterdir()) == []


async def test_a_scratch_folder_is_gone_after_an_error_and_a_cancel(store, tmp_path):
    with pytest.raises(ZeroDivisionError):
        async with store.scratch():
            raise ZeroDivisionError
    inside = asyncio.Event()

    async def work():
        async with store.scratch() as folder:
            (folder / "half").write_bytes(b"x")
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(work())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert list((tmp_path / "work").iterdir()) == []


async def test_what_a_crash_left_in_scratch_is_swept_and_the_store_is_not(
    store, put, png, tmp_path
):
    image = await store.add(put("one", png))
    left = tmp_path / "work" / "tmpabc"
    left.mkdir(parents=True)
    (left / "half.png").write_bytes(png[:30])
    (tmp_path / "work" / "stray").write_bytes(b"x")
    (tmp_path / "work" / "link").symlink_to(tmp_path / "images")
    assert await store.sweep_scratch() == 3
    assert list((tmp_path / "work").iterdir()) == []
    assert store.path(image).read_bytes() == png
    assert await store.sweep_scratch() == 0


async def test_sweeping_where_nothing_was_ever_made(store):
    assert await store.sweep_scratch() == 0
