"""Whatever people upload comes out clean and plain, or is refused by name."""

import io
import struct
import time
import zipfile
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from bot.errors import NotAPicture, PictureTooHeavy, StorageError, TooManyPixels, UnusablePicture
from bot.images.codec import UPLOAD_LIMIT, inspect

SECRET = b"52.5200N 13.4050E"


def saved(picture: Image.Image, kind: str, **options) -> bytes:
    target = io.BytesIO()
    picture.save(target, kind, **options)
    return target.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    """One part of a PNG file."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


@pytest.fixture
def prepare(codec, tmp_path):
    """Upload some bytes; the clean file, after the promises every clean file keeps."""

    async def run(content: bytes, name: str = "upload.png"):
        file = tmp_path / "raw"
        file.write_bytes(content)
        clean = await codec.prepare_upload(file, name=name, into=tmp_path)
        header = await inspect(clean)
        assert header.mime in ("image/png", "image/jpeg", "image/webp")
        assert max(header.width, header.height) <= 2048
        assert clean.stat().st_size <= 5 * 1024 * 1024
        assert file.read_bytes() == content, "the upload itself is left alone"
        return clean

    return run


def pixel(file, at=(0, 0), mode="RGB"):
    with Image.open(file) as picture:
        return picture.convert(mode).getpixel(at)


def near(found, wanted, by=12):
    return all(abs(a - b) <= by for a, b in zip(found, wanted, strict=True))


@pytest.mark.parametrize(
    ("mode", "kind", "colour", "wanted"),
    [
        ("RGB", "PNG", (200, 60, 20), (200, 60, 20)),
        ("RGB", "JPEG", (200, 60, 20), (200, 60, 20)),
        ("RGB", "WEBP", (200, 60, 20), (200, 60, 20)),
        ("L", "PNG", 90, (90, 90, 90)),
        ("L", "JPEG", 90, (90, 90, 90)),
        ("1", "PNG", 1, (255, 255, 255)),
        ("I;16", "PNG", 40_000, (156, 156, 156)),
        ("P", "PNG", 0, (200, 60, 20)),
        ("P", "GIF", 0, (200, 60, 20)),
        ("CMYK", "JPEG", (0, 255, 255, 0), (255, 0, 0)),
    ],
)
async def test_every_opaque_mode_keeps_its_colour(prepare, mode, kind, colour, wanted):
    picture = Image.new(mode, (40, 30), colour)
    if mode == "P":
        picture.putpalette([200, 60, 20, 0, 0, 0])
    clean = await prepare(saved(picture, kind))
    assert near(pixel(clean), wanted)
    with Image.open(clean) as again:
        assert (again.mode, again.size) == ("RGB", (40, 30))


@pytest.mark.parametrize(
    ("mode", "kind", "colour"),
    [
        ("RGBA", "PNG", (200, 60, 20, 128)),
        ("RGBA", "WEBP", (200, 60, 20, 128)),
        ("LA", "PNG", (90, 128)),
    ],
)
async def test_half_transparent_stays_so(prepare, mode, kind, colour):
    clean = await prepare(saved(Image.new(mode, (40, 30), colour), kind))
    assert abs(pixel(clean, mode="RGBA")[3] - 128) <= 2


@pytest.mark.parametrize("mode", ["P", "RGB", "L"])
async def test_a_transparent_colour_shows_through(prepare, mode):
    content = saved(
        Image.new(mode, (40, 30), 0), "PNG", transparency=0 if mode != "RGB" else (0,) * 3
    )
    assert pixel(await prepare(content), mode="RGBA")[3] == 0


async def test_alpha_that_hides_nothing_is_dropped(prepare, noise):
    picture = noise(200, 100)
    picture.putalpha(255)
    assert (await prepare(saved(picture, "PNG"))).suffix == ".jpg"


async def test_a_photo_becomes_jpeg_and_a_drawing_stays_exact(prepare, noise):
    assert (await prepare(saved(noise(300, 200), "PNG"))).suffix == ".jpg"
    drawing = Image.new("RGB", (300, 200), "white")
    drawing.paste((1, 2, 3), (10, 10, 50, 50))
    clean = await prepare(saved(drawing, "PNG"))
    assert clean.suffix == ".png"
    assert pixel(clean, (20, 20)) == (1, 2, 3)


@pytest.mark.parametrize("orientation", range(1, 9))
async def test_every_orientation_comes_out_upright(prepare, orientation):
    """What a viewer shows top left is top left in the file, and the sides are swapped with it."""
    upright = Image.new("RGB", (60, 40), "white")
    upright.paste("red", (0, 0, 20, 20))
    turn = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    lying = upright.transpose(turn[orientation]) if orientation in turn else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    clean = await prepare(saved(lying, "JPEG", quality=95, exif=exif))
    with Image.open(clean) as again:
        assert again.size == (60, 40)
        assert near(again.getpixel((5, 5)), (255, 0, 0), by=30)
        assert near(again.getpixel((55, 5)), (255, 255, 255), by=30)
        assert near(again.getpixel((5, 35)), (255, 255, 255), by=30)
        assert not again.getexif()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_no_metadata_survives(prepare, noise, kind):
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    exif.get_ifd(0x8825)[29] = SECRET.decode()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    options = {"exif": exif, "icc_profile": profile, "xmp": b"<x>" + SECRET + b"</x>"}
    if kind == "PNG":
        notes = PngInfo()
        notes.add_text("Comment", SECRET.decode())
        notes.add_itxt("parameters", SECRET.decode(), zip=False)
        options |= {"pnginfo": notes}
        del options["xmp"]
    if kind == "JPEG":
        options |= {"comment": SECRET}
    for picture in (noise(80, 60), Image.new("RGB", (80, 60), "teal")):
        content = saved(picture, kind, **options)
        assert SECRET in content
        clean = (await prepare(content)).read_bytes()
        for trace in (SECRET, b"Exif", b"eXIf", b"ICC", b"iCCP", b"XMP", b"tEXt", b"iTXt"):
            assert trace not in clean


async def test_a_foreign_colour_profile_is_applied(prepare):
    """A profile in which red means blue; the eye should see the same colour without it."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for old, new in ((b"rXYZ", b"?XYZ"), (b"bXYZ", b"rXYZ"), (b"?XYZ", b"bXYZ")):
        profile = profile.replace(old, new)
    profile = profile.replace("sRGB".encode("utf-16-be"), "Swap".encode("utf-16-be"))
    content = saved(Image.new("RGB", (9, 9), (200, 60, 20)), "PNG", icc_profile=profile)
    assert near(pixel(await prepare(content)), (20, 60, 200), by=20)


async def test_broken_profiles_and_exif_do_not_cost_the_picture(prepare, noise):
    content = saved(noise(90, 60), "JPEG", icc_profile=b"garbage" * 30, exif=b"Exif\0\0garbage")
    assert (await inspect(await prepare(content))).width == 90


async def test_large_ones_are_scaled_and_keep_their_shape(prepare, noise):
    for kind in ("JPEG", "PNG"):
        header = await inspect(await prepare(saved(noise(3000, 1500, soft=5), kind)))
        assert (header.width, header.height) == (2048, 1024)


async def test_a_large_picture_that_shows_through_is_brought_under_the_cap(prepare, noise):
    content = saved(noise(1700, 1300, "RGBA"), "WEBP", quality=60)
    assert len(content) < UPLOAD_LIMIT
    assert (await prepare(content)).suffix == ".webp"


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
async def test_of_many_frames_the_first_is_taken(prepare, kind):
    frames = [Image.new("RGB", (50, 40), (250 - 6 * n, 10, 5 * n)) for n in range(30)]
    content = saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=20)
    clean = await prepare(content)
    assert near(pixel(clean), (250, 10, 0))
    with Image.open(clean) as again:
        assert getattr(again, "n_frames", 1) == 1


async def test_a_gif_bomb_of_many_frames_costs_one_frame(prepare):
    frame = Image.new("P", (2000, 2000))
    frames = [frame.copy() for _ in range(40)]
    for number, each in enumerate(frames):
        each.putpixel((number, 0), 1)
    content = saved(frame, "GIF", save_all=True, append_images=frames, duration=20)
    began = time.perf_counter()
    await prepare(content)
    assert time.perf_counter() - began < 3


async def test_heic_is_read(prepare):
    pillow_heif = pytest.importorskip("pillow_heif")
    target = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (64, 48), (200, 60, 20))).save(target)
    clean = await prepare(target.getvalue(), "IMG_0001.HEIC")
    assert near(pixel(clean), (200, 60, 20))


async def test_the_name_is_not_believed(prepare, noise):
    assert (await prepare(saved(noise(90, 90), "JPEG"), "drawing.png")).suffix == ".jpg"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"just text",
        b"<html><script>alert(1)</script></html>",
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
        b"%!PS-Adobe-3.0 EPSF-3.0\n",
        b"%PDF-1.7\n",
        b"BM" + bytes(60),
        b"II*\x00" + bytes(60),
        b"\x00\x00\x00\x1cftypavif" + bytes(60),
        b"SIMPLE  =                    T",
        b"\x89PNG\r\n\x1a\n",
        b"\x00\x00\x00\x1cftypheic" + bytes(60),
    ],
)
async def test_what_is_none_of_our_formats_is_refused_by_name(prepare, content):
    with pytest.raises(NotAPicture) as refused:
        await prepare(content, "cute cat.png")
    assert refused.value.name == "cute cat.png"


@pytest.mark.parametrize("kind", ["AVIF", "TIFF", "BMP", "PPM", "ICO"])
async def test_formats_pillow_could_read_are_refused_all_the_same(prepare, kind):
    with pytest.raises(NotAPicture):
        await prepare(saved(Image.new("RGB", (32, 32)), kind))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
async def test_a_cut_file_is_refused(prepare, noise, kind):
    content = saved(noise(300, 200), kind)
    with pytest.raises(NotAPicture):
        await prepare(content[: len(content) // 2])


async def test_a_zip_hidden_behind_a_png_is_gone(prepare, noise):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("payload.exe", SECRET)
    for picture in (noise(80, 60), Image.new("RGB", (80, 60))):
        content = saved(picture, "PNG") + archive.getvalue()
        assert zipfile.is_zipfile(io.BytesIO(content))
        clean = await prepare(content)
        assert not zipfile.is_zipfile(clean)
        assert b"payload" not in clean.read_bytes()


async def test_a_heavy_file_is_refused_before_it_is_looked_at(codec, tmp_path):
    file = tmp_path / "heavy"
    with file.open("wb") as target:
        target.truncate(UPLOAD_LIMIT + 1)
    with pytest.raises(PictureTooHeavy) as refused:
        await codec.prepare_upload(file, name="film.png", into=tmp_path)
    assert refused.value.facts == {
        "name": "film.png",
        "size": UPLOAD_LIMIT + 1,
        "limit": UPLOAD_LIMIT,
    }


def claiming(width: int, height: int) -> bytes:
    """A tiny PNG whose header claims to be large."""
    sides = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(100))
    parts = chunk(b"IHDR", sides) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


async def test_bombs_are_refused_before_they_are_decoded(prepare):
    packed = saved(Image.new("1", (12_000, 12_000)), "PNG")
    assert len(packed) < 20_000
    webp = saved(Image.new("RGB", (6400, 6400)), "WEBP", method=0, quality=1)
    gif = bytearray(saved(Image.new("P", (10, 10)), "GIF"))
    gif[6:10] = struct.pack("<HH", 60_000, 60_000)
    cases = [(claiming(100_000, 100_000), 10_000), (packed, 144), (webp, 41), (bytes(gif), 3600)]
    for content, megapixels in cases:
        began = time.perf_counter()
        with pytest.raises(TooManyPixels) as refused:
            await prepare(content, "bomb")
        assert refused.value.facts == {"name": "bomb", "megapixels": megapixels, "limit": 40}
        assert time.perf_counter() - began < 1


async def test_a_full_or_missing_folder_is_not_blamed_on_the_picture(codec, put, noise, tmp_path):
    file = put("good.png", saved(noise(20, 20), "PNG"))
    with pytest.raises(StorageError):
        await codec.prepare_upload(file, name="good.png", into=tmp_path / "nowhere")


GENTLE = settings(
    max_examples=120,
    deadline=5000,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


async def attempt(codec, folder, content: bytes) -> None:
    file = folder / "attempt"
    file.write_bytes(content)
    try:
        clean = await codec.prepare_upload(file, name="attempt", into=folder)
    except UnusablePicture:
        return
    assert (await inspect(clean)).width > 0
    clean.unlink()


@GENTLE
@given(
    magic=st.sampled_from(
        [
            b"",
            b"\x89PNG\r\n\x1a\n",
            b"\xff\xd8\xff\xe0",
            b"RIFF\xff\xff\x00\x00WEBPVP8X",
            b"GIF89a",
            b"\x00\x00\x00\x18ftypheic",
        ]
    ),
    rest=st.binary(max_size=400),
)
async def test_arbitrary_bytes_are_refused_and_nothing_else(codec, tmp_path, magic, rest):
    await attempt(codec, tmp_path, magic + rest)


SEEDS = [
    saved(Image.linear_gradient("L").resize((70, 50)).convert(mode), kind, **options)
    for mode, kind, options in [
        ("RGB", "PNG", {}),
        ("P", "PNG", {}),
        ("RGBA", "PNG", {}),
        ("RGB", "JPEG", {"progressive": True}),
        ("CMYK", "JPEG", {}),
        ("RGB", "WEBP", {}),
        ("RGBA", "WEBP", {"lossless": True}),
        ("P", "GIF", {}),
    ]
]


@GENTLE
@given(
    seed=st.sampled_from(SEEDS),
    flips=st.lists(st.tuples(st.integers(0, 4000), st.integers(1, 255)), min_size=1, max_size=8),
)
async def test_damaged_pictures_are_cleaned_or_refused_and_nothing_else(
    codec, tmp_path, seed, flips
):
    content = bytearray(seed)
    for position, mask in flips:
        content[position % len(content)] ^= mask
    await attempt(codec, tmp_path, bytes(content))
