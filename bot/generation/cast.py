"""Characters by their names: what may be one, and who is meant by an @Name in a prompt. Pure."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.generation.request import Appearance, ImageRef

NAME_LIMIT = 32
"""Characters of a name."""
SIGNS = "@＠"
"""The second is what keyboards for Chinese and Japanese may give."""
UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", "LAO", "KHMER", "MYANMAR")
"""How the names of letters begin after and before which no space ends a word."""
_SIGN = re.compile(f"[{SIGNS}](?![{SIGNS}\\s])")


@dataclass(frozen=True, slots=True)
class Character:
    """A name, and the pictures that show who is meant by it."""

    name: str
    pictures: tuple[ImageRef, ...]


@dataclass(frozen=True, slots=True)
class Cast:
    """Who takes part in a request, in the order of their pictures."""

    characters: tuple[Character, ...] = ()

    @property
    def pictures(self) -> tuple[ImageRef, ...]:
        """Those of all of them."""
        return tuple(image for one in self.characters for image in one.pictures)

    def after(self, pictures: int) -> tuple[Appearance, ...]:
        """Where each appears among the reference images, after so many others."""
        found = []
        for one in self.characters:
            found.append(Appearance(one.name, pictures, len(one.pictures)))
            pictures += len(one.pictures)
        return tuple(found)

    def without(self, others: Sequence[Appearance]) -> "Cast":
        """Those that do not take part by the same name already."""
        names = {fold(one.name) for one in others}
        return Cast(tuple(one for one in self.characters if fold(one.name) not in names))


NOBODY = Cast()


def tidy(word: str) -> str | None:
    """A name as it is kept, without its sign; None for what cannot be one."""
    name = unicodedata.normalize("NFC", word.strip())
    name = name[1:] if name[:1] and name[0] in SIGNS else name
    return name if 0 < len(name) <= NAME_LIMIT and all(map(_in_name, name)) else None


def fold(name: str) -> str:
    """What two spellings of one name have in common."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def mentioned(prompt: str, known: Mapping[str, Character]) -> list[Character]:
    """Whom a prompt names by @Name, each once, in its order; `known` by folded name.

    An @ word that is nobody's is left alone. Where words are not spaced, the longest name counts.
    """
    found = {fold(one.name): one for run in _runs(prompt) if (one := _called(run, known))}
    return list(found.values())


def _runs(prompt: str) -> Iterator[str]:
    """What follows each sign, as far as it may be a name; nothing inside another word or <@id>."""
    for sign in _SIGN.finditer(prompt):
        place = sign.start()
        before = prompt[place - 1] if place else " "
        if before == "<" or (_in_name(before) and not _unspaced(before)):
            continue
        end = place + 1
        while end < len(prompt) and _in_name(prompt[end]):
            end += 1
        yield prompt[place + 1 : end]


def _called(run: str, known: Mapping[str, Character]) -> Character | None:
    # A letter may be several before it is composed.
    for end in range(min(len(run), 4 * NAME_LIMIT), 0, -1):
        over = end == len(run) or _unspaced(run[end - 1]) or _unspaced(run[end])
        if over and (one := known.get(fold(run[:end]))):
            return one
    return None


def _in_name(letter: str) -> bool:
    """Letters, digits and what is written upon them, of any script."""
    return letter == "_" or letter.isalnum() or unicodedata.category(letter)[0] in "LMN"


def _unspaced(letter: str) -> bool:
    return letter >= "\u0e00" and unicodedata.name(letter, "").startswith(UNSPACED)
