"""What a worker process does. Its functions are named to it by reference, its values pickled.

The parent imports this module to name them, so Pillow is imported inside, in the worker alone.
"""

import multiprocessing
import os
import signal
import tempfile
import threading
import warnings
from contextlib import suppress
from pathlib import Path

from bot.errors import PictureTooHeavy, StorageError
from bot.generation.formats import EXTENSIONS
from bot.images.fitted import Fitted

MEMORY = 2 * 1024**3
"""Bytes of address space: a picture that wants more fails alone, not the machine."""
LONGEST_SIDE = 2048
PREPARED_BYTES = 5 * 1024 * 1024
FEW_COLOURS = 1024
"""Up to here a picture is drawn, not photographed: PNG keeps it exact and small."""


def start() -> None:
    """Set the process up; the pool calls this once, before any work."""
    from PIL import Image  # noqa: PLC0415

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    warnings.simplefilter("ignore")
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    with suppress(ImportError, ValueError, OSError):  # not every system has such limits
        import resource  # noqa: PLC0415

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    threading.Thread(target=_follow_parent, daemon=True).start()


def _follow_parent() -> None:
    """A parent that was killed cannot end its workers, so they watch it."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def prepare(file: Path, name: str, into: Path) -> Path:
    """Re-encode an upload; see `Codec.prepare_upload`."""
    from bot.images import decoder, encoder  # noqa: PLC0415

    picture = decoder.decode(file, name=name, side=LONGEST_SIDE)
    if picture.getcolors(FEW_COLOURS) is not None:
        first = [encoder.PNG]
    else:
        first = [encoder.LOSSLESS_WEBP] if picture.mode == "RGBA" else []
    encoded = encoder.encode(picture, limit=PREPARED_BYTES, first=first)
    if encoded is None:
        raise PictureTooHeavy(name, file.stat().st_size, PREPARED_BYTES)
    return _write(encoded.content, encoded.mime, into)


def fit(file: Path, mime: str, limit: int, into: Path) -> Fitted:
    """Re-encode a picture that is over the limit; see `Codec.fit`."""
    from bot.images import decoder, encoder  # noqa: PLC0415

    picture = decoder.decode(file, name=file.name)
    # Losslessly, what a JPEG holds only grows.
    first = [encoder.LOSSLESS_WEBP] if mime == "image/png" else []
    encoded = encoder.encode(picture, limit=limit, first=first)
    if encoded is None:
        raise PictureTooHeavy(file.name, file.stat().st_size, limit)
    return Fitted(
        path=_write(encoded.content, encoded.mime, into),
        mime=encoded.mime,
        width=encoded.width,
        height=encoded.height,
        size=len(encoded.content),
        how=encoded.how,
    )


def compare(before: Path, after: Path, limit: int, into: Path) -> Path:
    """Put two pictures side by side; see `Codec.compare`."""
    from bot.images import encoder, pair  # noqa: PLC0415

    encoded = encoder.encode(pair.join(before, after), limit=limit)
    if encoded is None:
        raise PictureTooHeavy(after.name, after.stat().st_size, limit)
    return _write(encoded.content, encoded.mime, into)


def _write(content: bytes, mime: str, into: Path) -> Path:
    try:
        handle, name = tempfile.mkstemp(dir=into, suffix=f".{EXTENSIONS[mime]}")
        with os.fdopen(handle, "wb") as target:
            target.write(content)
    except OSError as error:
        raise StorageError(f"a picture could not be written: {error.strerror}") from error
    return Path(name)
