"""A JSON answer taken apart while it arrives: pictures go to files, the rest stays small.

The string value of a wanted key is decoded from base64 into a file, and leaves its number behind
in the skeleton, which `json.loads` then reads whole. A key is wanted wherever it appears. Where
texts are looked into as well, the data URI of a picture leaves its number in place of its base64.
"""

import binascii
import json
import os
import re
import tempfile
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pybase64
from blake3 import blake3

from bot.providers import spelling

MIB = 1024 * 1024
SKELETON_LIMIT = 4 * MIB
FILE_LIMIT = 50 * MIB
FILES_LIMIT = 64
"""Pictures in one answer, drafts and all; up to ten have been seen."""
HEAD_BYTES = 64

_WHITESPACE = b" \t\r\n"
_STANDARD = bytes.maketrans(b"-_", b"+/")
_UNDECODED = 3  # characters at most are kept for the next chunk
_BACKSLASH = ord("\\")
_QUOTE = ord('"')

# Stops before a quote, or before an escape that the chunk does not hold to its end.
_TEXT = re.compile(rb'[^"\\]*(?:\\.[^"\\]*)*', re.DOTALL)

# A head that texts keep is followed by a number of ours, always: no other head is left in them.
PLACE = re.compile(
    rf"data:image/(?:{'|'.join(spelling.TYPES)});base64,(\d+);", re.IGNORECASE | re.ASCII
)
"""What stands in a text where a picture was; the number is its place in `files`."""

_RAW_HEAD = b"data:image/png;base64,"
"""Put before the number of a picture that was base64 alone, whatever its type."""


class MalformedBody(ValueError):
    """Not JSON, or more of it than we take; `cut` when its end was not seen."""

    def __init__(self, problem: str, *, cut: bool) -> None:
        super().__init__(problem)
        self.cut = cut


@dataclass(frozen=True, slots=True)
class ExtractedFile:
    """A decoded value on disk. `head` is its first bytes, at most HEAD_BYTES; `size` in bytes."""

    path: Path
    digest: str
    size: int
    head: bytes


@dataclass(frozen=True, slots=True)
class Extracted:
    """`document` with every wanted string replaced by its place in `files`, as decimal text.

    In texts, a PLACE tells it. What was not base64 has None in its place.
    """

    document: Any
    files: tuple[ExtractedFile | None, ...]


class _Decoding:
    """One base64 string on its way into a file.

    Taken: both alphabets, whitespace anywhere, padding or none. Anything else makes it `bad`.
    """

    def __init__(self, folder: Path) -> None:
        descriptor, name = tempfile.mkstemp(prefix="image-", suffix=".part", dir=folder)
        self.path = Path(name)
        # Unbuffered: a chunk is far larger than a buffer, and was measured faster without.
        self._file = os.fdopen(descriptor, "wb", buffering=0)
        self._digest = blake3()
        self._head = b""
        self._size = 0
        self._rest = b""
        self._padded = False
        self._bad = False

    def feed(self, text: bytes) -> None:
        if self._padded or b"=" in text:
            text, after = (b"", text) if self._padded else text.split(b"=", 1)
            self._padded = True
            self._bad = self._bad or bool(after.strip(_WHITESPACE + b"="))
        if self._bad or not text:
            return
        text = self._rest + text
        if not self._decode(text):
            text = text.translate(_STANDARD, delete=_WHITESPACE)
            self._bad = not self._decode(text)

    def take(self, text: bytes) -> bool:
        """Feed what may well be base64 to its end; False, and nothing is taken, where it is not."""
        # Put before a whole chunk, the rest would cost as much as the decoding.
        lead = text[: -len(self._rest) % 4]
        before = self._rest + lead
        # Either piece would decode with padding at its own end, where none may be.
        ends = before + text[-_UNDECODED - 2 :]
        if self._padded or self._bad or not spelling.SYMBOLS.fullmatch(ends):
            return False
        return self._decode(memoryview(text)[len(lead) :], before)

    @property
    def is_padded(self) -> bool:
        """Whether padding has come, after which nothing else may."""
        return self._padded

    def spoil(self) -> None:
        self._bad = True

    def end(self) -> ExtractedFile | None:
        """What was written, or None when it was not base64. Closes the file."""
        rest = self._rest.translate(_STANDARD, delete=_WHITESPACE)
        self._bad = self._bad or not self._decode(rest + b"=" * (-len(rest) % 4))
        self.close()
        if self._bad:
            return None
        return ExtractedFile(self.path, self._digest.hexdigest(), self._size, self._head)

    def close(self) -> None:
        self._file.close()

    def _decode(self, text: bytes | memoryview, before: bytes = b"") -> bool:
        """Write what `before`, which is whole, and `text` stand for, and keep the rest of `text`.

        False, and nothing is written, where they are not base64.
        """
        whole = len(text) & ~3
        try:
            parts = (
                pybase64.b64decode(before, validate=True),
                pybase64.b64decode(memoryview(text)[:whole], validate=True),
            )
        except binascii.Error:
            return False
        self._rest = bytes(text[whole:])
        for part in parts:
            self._write(part)
        return True

    def _write(self, decoded: bytes) -> None:
        self._size += len(decoded)
        if self._size > FILE_LIMIT:
            raise MalformedBody(f"a picture of more than {FILE_LIMIT} bytes", cut=True)
        if len(self._head) < HEAD_BYTES:
            self._head += decoded[: HEAD_BYTES - len(self._head)]
        self._digest.update(decoded)
        unwritten = memoryview(decoded)
        while unwritten:
            unwritten = unwritten[self._file.write(unwritten) :]


class Extractor:
    """Fed with chunks cut anywhere; a context manager that leaves only the files told to `keep`.

    `keys` are plain words. Where `texts` are given, the data URIs of pictures are found in every
    string, and a string under one of these keys that begins as the base64 of a picture is decoded
    whole. `feed` and `finish` raise MalformedBody, and OSError when the files cannot be written.
    """

    def __init__(
        self, *, folder: Path, keys: AbstractSet[str], texts: AbstractSet[str] = frozenset()
    ) -> None:
        self._folder = folder
        self._keys = keys
        self._wanted = keys | texts
        self._in_string = self._in_prose if texts else self._in_text
        wanted = b"|".join(re.escape(key.encode()) for key in sorted(self._wanted))
        head = b";" if texts else b""
        # Skips all complete strings that cannot be a wanted key or hold a head, in one go.
        self._dull = re.compile(
            rb'[^"]*(?:"(?!(?:%b)")[^"\\%b]*(?:\\[^u][^"\\%b]*)*"[^"]*)*' % (wanted, head, head)
        )
        self._name_limit = spelling.LONGEST_ESCAPE * max(len(key) for key in self._wanted)
        self._name = b""
        self._colon = False
        self._held = b""
        self._skeleton = bytearray()
        self._step: Callable[[bytes, int], int] = self._outside
        self._decoding: _Decoding | None = None
        self._files: list[ExtractedFile | None] = []
        self._paths: list[Path] = []
        self._kept: set[Path] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._decoding is not None:
            self._decoding.close()
        for path in self._paths:
            if path not in self._kept:
                path.unlink(missing_ok=True)

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes of the body."""
        chunk = self._held + chunk
        self._held = b""
        position = 0
        while position < len(chunk):
            position = self._step(chunk, position)

    def finish(self) -> Extracted:
        """Read the skeleton once the body has ended."""
        text = bytes(self._skeleton)
        try:
            # Said to be UTF-8, or `loads` would guess, and read what was not looked into here.
            document = json.loads(text.decode("utf-8-sig", "surrogatepass"))
            return Extracted(document, tuple(self._files))
        except RecursionError:
            raise MalformedBody("nested too deep", cut=False) from None
        except json.JSONDecodeError as error:
            # A shorter end than "false" may be the beginning of a longer one.
            at_end = len(error.doc[error.pos :].strip()) < len("false")
            began = text.lstrip(_WHITESPACE + b"\xef\xbb\xbf")[:1] in (b"{", b"[")
            cut = began and (at_end or self._step != self._outside)
            raise MalformedBody(error.msg, cut=cut) from None
        except ValueError as error:
            raise MalformedBody(type(error).__name__, cut=False) from None

    def keep(self, file: ExtractedFile) -> None:
        """Leave this file in the folder; it is the caller's from now on."""
        self._kept.add(file.path)

    def _retain(self, text: bytes) -> None:
        self._skeleton += text
        if len(self._skeleton) > SKELETON_LIMIT:
            raise MalformedBody(f"more than {SKELETON_LIMIT} bytes beside pictures", cut=True)

    def _outside(self, chunk: bytes, start: int) -> int:
        end = _end(self._dull, chunk, start)
        self._retain(chunk[start:end])
        if end == len(chunk):
            return end
        self._retain(b'"')
        self._name = b""
        self._step = self._in_string
        return end + 1

    def _in_text(self, chunk: bytes, start: int) -> int:
        end = _end(_TEXT, chunk, start)
        self._remember(chunk[start:end])
        if end < len(chunk) and chunk[end] == _QUOTE:
            return self._close(end)
        return self._hold(chunk, end)

    def _in_prose(self, chunk: bytes, start: int) -> int:
        """As `_in_text`, with an eye on data URIs."""
        end = spelling.prose(chunk, start)
        self._remember(chunk[start:end])
        if end < len(chunk) and chunk[end] == _QUOTE:
            return self._close(end)
        if head := spelling.HEAD.match(chunk, end):
            self._remember(head[0])
            self._step = partial(self._in_uri, self._begin(b"%d;"))
            return head.end()
        return self._hold(chunk, end)

    def _hold(self, chunk: bytes, start: int) -> int:
        """Keep what cannot be told without what comes next."""
        self._held = chunk[start:]
        return len(chunk)

    def _remember(self, text: bytes) -> None:
        self._retain(text)
        self._name += text[: self._name_limit + 1 - len(self._name)]

    def _close(self, end: int) -> int:
        """Leave a string that may have been a wanted key."""
        self._retain(b'"')
        self._colon = False
        name = self._read_name()
        is_wanted = name in self._wanted
        self._step = partial(self._after_name, name) if is_wanted else self._outside
        return end + 1

    def _read_name(self) -> object:
        if len(self._name) > self._name_limit:
            return None
        try:
            return json.loads(b'"' + self._name + b'"')
        except ValueError:
            return None

    def _after_name(self, name: object, chunk: bytes, start: int) -> int:
        rest = chunk[start:].lstrip(_WHITESPACE)
        end = len(chunk) - len(rest)
        self._retain(chunk[start:end])
        if rest.startswith(b":"):
            self._colon = True
            self._retain(b":")
            return end + 1
        if rest.startswith(b'"') and self._colon:
            self._retain(b'"')
            self._name = b""
            if name in self._keys:
                self._step = partial(self._in_base64, self._begin(b"%d"))
            else:
                self._step = self._in_opening
            return end + 1
        if rest:
            self._step = self._outside
        return end

    def _in_opening(self, chunk: bytes, start: int) -> int:
        """Where a text begins that may be a picture's base64 to its end."""
        if spelling.MAGIC.match(chunk, start):
            self._step = partial(self._in_base64, self._begin(_RAW_HEAD + b"%d;"))
        elif spelling.BEGUN_MAGIC.match(chunk, start):
            return self._hold(chunk, start)
        else:
            self._step = self._in_prose
        return start

    def _begin(self, mark: bytes) -> _Decoding:
        """A new file, its number left in the skeleton as `mark`."""
        if len(self._paths) == FILES_LIMIT:
            raise MalformedBody(f"more than {FILES_LIMIT} pictures", cut=True)
        decoding = _Decoding(self._folder)
        self._decoding = decoding
        self._paths.append(decoding.path)
        self._retain(mark % len(self._files))
        return decoding

    def _end(self, decoding: _Decoding) -> None:
        self._files.append(decoding.end())
        self._decoding = None

    def _in_base64(self, decoding: _Decoding, chunk: bytes, start: int) -> int:
        if decoding.take(chunk[start:]):
            return len(chunk)
        end = chunk.find(b'"', start)
        if end < 0:
            end = len(chunk)
        text = chunk[start:end]
        if b"\\" in text:
            end = _end(spelling.TEXT, chunk, start)
            text = self._unescape(decoding, chunk[start:end])
        decoding.feed(text)
        if end == len(chunk) or chunk[end] == _BACKSLASH:
            return self._hold(chunk, end)
        self._end(decoding)
        self._retain(b'"')
        self._step = self._outside
        return end + 1

    def _in_uri(self, decoding: _Decoding, chunk: bytes, start: int) -> int:
        if decoding.take(chunk[start:]):
            return len(chunk)
        end = chunk.find(b'"', start)
        text = chunk[start : end if end >= 0 else len(chunk)]
        if decoding.take(text):
            end = start + len(text)
        else:
            # Something in it is not base64 as it stands: an escape, the padding, or the end.
            pattern = spelling.PADDING if decoding.is_padded else spelling.URI
            end = _end(pattern, chunk, start)
            decoding.feed(self._unescape(decoding, chunk[start:end]))
        if end == len(chunk) or spelling.BEGUN_ESCAPE.match(chunk, end):
            return self._hold(chunk, end)
        if spelling.STRAY.match(chunk, end):
            decoding.spoil()
        self._end(decoding)
        self._step = self._in_prose
        return end

    def _unescape(self, decoding: _Decoding, text: bytes) -> bytes:
        """The text without escapes; nothing when they stand for what base64 does not use."""
        try:
            # Latin-1 keeps one character a byte: a chunk may end inside a longer one.
            plain: str = json.loads('"' + text.decode("latin-1") + '"', strict=False)
        except ValueError:
            raise MalformedBody("an escape that JSON does not have", cut=False) from None
        try:
            return plain.encode("ascii")
        except UnicodeEncodeError:
            decoding.spoil()
            return b""


def _end(pattern: re.Pattern[bytes], chunk: bytes, start: int) -> int:
    match = pattern.match(chunk, start)
    return match.end() if match else start
