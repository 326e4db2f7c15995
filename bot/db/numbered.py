"""Named parameters as PostgreSQL counts them: `:amount` becomes `$1`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

# What may hold a colon without being a parameter comes first: texts, names, comments and casts.
TOKEN = re.compile(
    r"""'(?:[^']|'')*' | "(?:[^"]|"")*" | --[^\n]* | /\*.*?\*/ | :: | :(?P<name>[A-Za-z_]\w*)""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Numbered:
    """A statement with `$1`, `$2`, ..., and the names of what goes there, in order."""

    sql: str
    names: tuple[str, ...]

    def arguments(self, values: Mapping[str, object]) -> list[object]:
        """`values` in order, each storable; raises KeyError for one that is missing."""
        return [storable(values[name]) for name in self.names]


def storable(value: object) -> object:
    """The server's texts hold no NUL; it is stored as the sign for what cannot be read."""
    return value.replace("\0", "\ufffd") if isinstance(value, str) and "\0" in value else value


def number(sql: str) -> Numbered:
    """The statement with each name counted once, however often it comes."""
    numbers: dict[str, int] = {}

    def replace(token: re.Match[str]) -> str:
        name = token["name"]
        if name is None:
            return token[0]
        return f"${numbers.setdefault(name, len(numbers) + 1)}"

    text = TOKEN.sub(replace, sql)
    return Numbered(text, tuple(numbers))
