"""JSON of any shape, read without a surprise. Pure."""

from collections.abc import Mapping
from typing import Any


def mapping(node: Any) -> Mapping[str, Any]:
    """`node` where it is an object, else an empty one."""
    return node if isinstance(node, dict) else {}


def mappings(node: Any) -> list[Mapping[str, Any]]:
    """The objects in a list; none in anything else."""
    return [item for item in node if isinstance(item, dict)] if isinstance(node, list) else []


def either(node: Mapping[str, Any], *names: str) -> Any:
    """The value under the first of `names` there is: camelCase, or the snake_case some send."""
    return next((node[name] for name in names if node.get(name) is not None), None)


def words(node: Mapping[str, Any], *names: str) -> str:
    """The same where it is a text, else an empty one."""
    value = either(node, *names)
    return value if isinstance(value, str) else ""
