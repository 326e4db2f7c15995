"""The models that an operator's file names, by id or by alias, brought to their ids."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bot.errors import SettingsError


def resolve(changes: dict[str, Any], ours: Mapping[str, Any], file: Path) -> None:
    """Put ids where `changes` names models of its own or of `ours` otherwise.

    Raises SettingsError for a name that is no model's, and for two names of one model. What has
    another shape than expected is left as it is, for the check of shapes to find.
    """
    models = {**_table(ours.get("models")), **_table(changes.get("models"))}
    names = {name.lower(): model_id for name, model_id in _aliases(models)}
    names |= {model_id.lower(): model_id for model_id in models}

    def find(name: str, place: str) -> str:
        found = name if name in models else names.get(name.lower())
        if found is None:
            raise SettingsError(str(file), f"{place}: {_unknown(name, models)}")
        return found

    default = changes.get("default_model")
    if isinstance(default, str):
        changes["default_model"] = find(default, "default_model")
    for provider, table in _table(changes.get("providers")).items():
        offers = _table(table).get("models")
        if not isinstance(offers, dict):
            continue
        resolved: dict[str, Any] = {}
        for name, offer in offers.items():
            place = f"providers.{provider}.models.{name}"
            model_id = find(name, place)
            if model_id in resolved:
                raise SettingsError(str(file), f"{place}: names {model_id} a second time")
            resolved[model_id] = offer
        table["models"] = resolved


def _aliases(models: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for model_id, model in models.items():
        aliases = _table(model).get("aliases")
        for alias in aliases if isinstance(aliases, list) else ():
            if isinstance(alias, str):
                yield alias, model_id


def _unknown(name: str, models: Mapping[str, Any]) -> str:
    if any(model_id.startswith(f"{name}.") for model_id in models):
        return "a model's name with a dot in it needs quotation marks around it"
    return f"{name!r} is none of the models {', '.join(models)}"


def _table(node: Any) -> Mapping[str, Any]:
    return node if isinstance(node, dict) else {}
