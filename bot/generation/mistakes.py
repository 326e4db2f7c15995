"""What is wrong with an operator's file, in words that say where it is and what would be right."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

_WANTED = MappingProxyType(
    {
        "dict_type": "a table",
        "model_type": "a table",
        "tuple_type": "a list",
        "string_type": "a string in quotation marks",
        "bool_type": "true or false",
        "bool_parsing": "true or false",
        "int_type": "a whole number",
        "int_parsing": "a whole number",
        "int_from_float": "a whole number",
        "is_instance_of": "a number",
        "decimal_type": "a number",
        "decimal_parsing": "a number",
        "date_type": "a date such as 2026-11-21",
        "date_parsing": "a date such as 2026-11-21",
        "date_from_datetime_parsing": "a date such as 2026-11-21",
    }
)


def explain(error: ValidationError, table: type[BaseModel], known: Sequence[str]) -> str:
    """The first mistake in what should be a `table`: its place, a colon, and what is wrong there.

    `known` are the providers that need no introduction. What was written is never repeated, only
    where: it may be a key in the wrong line.
    """
    first = error.errors(include_url=False, include_input=False)[0]
    place = [str(part) for part in first["loc"] if part != "[key]"]
    if not place:
        return first["msg"]
    problem = _problem(first["type"], first["msg"], first.get("ctx", {}))
    if first["type"] == "extra_forbidden":
        problem = f"is not a word for here; {_near(place[-1], _words(table, place[:-1]))}"
    elif first["type"] == "missing":
        problem = "is missing"
        owner = place[1] if place[0] == "providers" else ""
        if near := get_close_matches(owner, known, n=1):
            problem += f"; did you mean providers.{near[0]}?" if near[0] != owner else ""
    return f"{'.'.join(place)}: {problem}"


def _problem(kind: str, said: str, context: Mapping[str, Any]) -> str:
    if kind in _WANTED:
        return f"must be {_WANTED[kind]}"
    if kind in ("enum", "literal_error"):
        return f"must be {context['expected']}"
    return said.replace("Input should be", "must be", 1)


def _near(word: str, words: Sequence[str]) -> str:
    near = get_close_matches(word, words, n=1)
    return f"did you mean {near[0]}?" if near else f"those are {', '.join(words)}"


def _words(table: type[BaseModel], parents: Sequence[str]) -> tuple[str, ...]:
    """The words of the table that is reached by these names from `table`."""
    parts = iter(parents)
    for part in parts:
        annotation = table.model_fields[part].annotation
        if get_origin(annotation) is dict:
            next(parts, None)
        tables = [
            kind
            for kind in (annotation, *get_args(annotation))
            if isinstance(kind, type) and issubclass(kind, BaseModel)
        ]
        table = tables[0]
    return tuple(table.model_fields)
