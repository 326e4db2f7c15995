"""Every language has every sentence, every sentence is used, and none is written elsewhere."""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest
from babel import Locale
from fluent.syntax import FluentParser
from fluent.syntax import ast as fluent
from fluent.syntax.visitor import Visitor

from bot import pressing, sharing
from bot.errors import Billed, ErrorKind, PlantainError, ProviderError, Scope
from bot.generation.composition import LIGHTS, STYLES, VIEWS
from bot.generation.request import Thinking
from bot.i18n import Sentences
from bot.images.fitted import How
from bot.jobs import album
from bot.jobs.batch import Counts
from bot.jobs.job import Button
from bot.jobs.limits import PERIODS, WHOSE
from bot.jobs.payers import PaidBy
from bot.jobs.reports import SPANS
from bot.jobs.tally import Group
from bot.ledger.entry import MovementKind
from bot.people.setting import Setting
from bot.providers.health import CLOSING
from bot.quotas.limit import Measure, Whose
from bot.settings import Payer
from bot.ui.buttons import MORE
from bot.ui.privacy_cards import ASKED, TOLD

ROOT = Path(__file__).parents[1]
LOCALES = ROOT / "bot" / "locales"
LANGUAGES = sorted(folder.name for folder in LOCALES.iterdir())
SENTENCES = Sentences.load()

SAMPLES = {
    "bool": True,
    "int": 3,
    "str": "a word",
    "str | None": "a word",
    "int | None": 3,
    "bot.errors.Instead | None": None,
    "ErrorKind": ErrorKind.SPEND_LIMIT,
    "bot.errors.Scope | None": Scope.DAY,
    "tuple[int, ...]": (3, 4),
}
NAMED = {"whose": "member", "measure": "credits_per_day", "lacks": "files"}
"""Facts that choose a sentence."""


class Reader(Visitor):
    """The `$names` of one message, and its plural forms."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.variants: list[fluent.Variant] = []

    def visit_VariableReference(self, node: fluent.VariableReference) -> None:  # noqa: N802
        self.names.add(node.id.name)

    def visit_Variant(self, node: fluent.Variant) -> None:  # noqa: N802
        self.variants.append(node)
        self.generic_visit(node)


def messages(language: str) -> Iterator[tuple[str, fluent.Message]]:
    """Every message of a language with its key, from every file."""
    for file in sorted((LOCALES / language).glob("*.ftl")):
        for entry in FluentParser().parse(file.read_text("utf-8")).body:
            assert not isinstance(entry, fluent.Junk), f"{file.name}: {entry.content}"
            if isinstance(entry, fluent.Message):
                yield entry.id.name, entry


def placeholders(message: fluent.Message) -> set[str]:
    reader = Reader()
    reader.visit(message)
    return reader.names


def variants(message: fluent.Message) -> list[fluent.Variant]:
    reader = Reader()
    reader.visit(message)
    return reader.variants


@cache
def english() -> dict[str, fluent.Message]:
    """Every message that there is."""
    return dict(messages("en"))


def leaves(of: type[PlantainError] = PlantainError) -> list[type[PlantainError]]:
    below = of.__subclasses__()
    own = [of] if "key" in vars(of) else []
    return [*own, *(leaf for child in below for leaf in leaves(child))]


# --- the languages against each other -------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_key_is_given_twice(language):
    keys = [key for key, _ in messages(language)]

    assert [key for key in set(keys) if keys.count(key) > 1] == []


@pytest.mark.parametrize("language", [name for name in LANGUAGES if name != "en"])
def test_a_language_has_the_keys_and_placeholders_of_english_in_the_same_files(language):
    theirs = dict(messages(language))

    assert set(theirs) == set(english())
    for key, message in theirs.items():
        assert placeholders(message) == placeholders(english()[key]), key
    assert [file.name for file in sorted((LOCALES / language).iterdir())] == [
        file.name for file in sorted((LOCALES / "en").iterdir())
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_can_be_said(language, flaws):
    """With a number and with a word for each fact, so that every plural form is sound too."""
    for key, message in english().items():
        names = placeholders(message)
        for sample in (0, 1, 2, 1000, "a word"):
            with flaws.of(key, "with", sample):
                said = SENTENCES.say(key, language, **dict.fromkeys(names, sample))

                assert said.strip()
                assert "{" not in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_plural_forms_are_those_the_language_has(language):
    """Chinese has no "one": a variant of that name would never be chosen there."""
    known = {*Locale.parse(language, sep="-").plural_form.tags, "other"}

    for key, message in messages(language):
        forms = [variant.key for variant in variants(message)]
        named = {form.name for form in forms if isinstance(form, fluent.Identifier)}
        assert named <= known, key


# --- the errors -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "leaf", [leaf for leaf in leaves() if leaf is not ProviderError], ids=lambda leaf: leaf.__name__
)
def test_every_error_has_its_sentence_with_all_the_facts_it_needs(leaf):
    facts = {
        field.name: NAMED.get(field.name) or SAMPLES[str(_named(field.type))]
        for field in fields(leaf)
    }

    for language in LANGUAGES:
        assert SENTENCES.explain(leaf(**facts), language)


def test_every_error_that_nothing_is_derived_from_has_a_key():
    def family(of: type[PlantainError]) -> Iterator[type[PlantainError]]:
        yield of
        for child in of.__subclasses__():
            yield from family(child)

    ends = [error for error in family(PlantainError) if not error.__subclasses__()]

    assert len(ends) > 15
    assert sharing.GiftOver in ends
    assert pressing.MessageGone in ends
    assert [error.__name__ for error in ends if not hasattr(error, "key")] == []


@pytest.mark.parametrize("kind", ErrorKind)
def test_every_kind_of_upstream_failure_has_its_sentence(kind):
    for language in LANGUAGES:
        assert SENTENCES.explain(ProviderError(kind, "google", Billed.NO, 5), language)


def _named(kind: object) -> str:
    return kind.__name__ if isinstance(kind, type) else str(kind)


# --- the code against the sentences ---------------------------------------------------------

SOURCES = [*sorted((ROOT / "bot").rglob("*.py")), *sorted((ROOT / "cogs").rglob("*.py"))]
SAYING = {"say", "_say", "localized"}
ALERTS = ("pool", "limit", "bot", "key")


def _commands(options: list[dict[str, Any]], within: str = "name") -> Iterator[str]:
    """The keys of what commands are called, and of those inside of them."""
    for one in options:
        if one["type"] in (1, 2):
            yield f"{within}-{one['name']}"
            yield from _commands(one.get("options", []), f"{within}-{one['name']}")


TYPED = json.loads((Path(__file__).parent / "golden" / "commands.json").read_text("utf-8"))
FAMILIES = {
    "permission-*": {f"permission-{name}" for name in ("seeing", "writing", "threads", "files")},
    "provider-*": {f"provider-{kind}" for kind in ErrorKind},
    "again-*": {f"again-{unit}" for unit in ("soon", "seconds", "minutes", "hours", "days")},
    "entry-*": {f"entry-{kind}" for kind in MovementKind},
    "limit-owner-*": {f"limit-owner-{whose}" for whose in Whose},
    "limit-measure-*": {f"limit-measure-{measure}" for measure in Measure},
    "quota-allowance-*": {f"quota-allowance-{period}" for period in PERIODS},
    "period-*": {f"period-{period}" for period in PERIODS},
    "choice-whose-*": {f"choice-whose-{whose}" for whose in WHOSE},
    "thinking-*": {f"thinking-{level}" for level in Thinking},
    "batch-*": {f"batch-{field.name}" for field in fields(Counts)},
    "batch-fate-*": {"batch-fate-refused", "batch-fate-failed"},
    "card-pressed-*": {f"card-pressed-{button}" for button in Button},
    "more-*": {f"more-{verb}" for verb in MORE},
    "more-*-hint": {f"more-{verb}-hint" for verb in MORE},
    "modal-*-title": {f"modal-{what}-title" for what in ("vary", "upscale")},
    "modal-delete-*": {
        f"modal-delete-{place}" for place in ("here", "history", "posted", "everywhere")
    },
    "details-paid-*": {f"details-paid-{payer}" for payer in PaidBy},
    "balance-whose-*": {f"balance-whose-{whose}" for whose in Whose},
    "upstream-*": {f"upstream-{why}" for why in (*Scope, "credits", "busy", "away")},
    "trouble-*": {f"trouble-{kind}" for kind in CLOSING},
    "balance-spent-*": {f"balance-spent-{scope}" for scope in Scope},
    "balance-left-*": {f"balance-left-{unit}" for unit in ("credits", "USD", "unknown")},
    "report-span-*": {f"report-span-{span}" for span in SPANS},
    "report-group-*": {f"report-group-{group}" for group in Group},
    "alert-*": {f"alert-{kind}" for kind in ALERTS},
    "alert-until-*": {f"alert-until-{kind}" for kind in ALERTS},
    "alert-do-*": {f"alert-do-{kind}" for kind in ALERTS},
    "alert-measure-*": {
        f"alert-measure-usd_{window}" for window in ("per_hour", "per_day", "per_month", "in_total")
    },
    "alerts-to-*": {f"alerts-to-{where}" for where in ("channel", "nobody", "owner")},
    "setting-*": {f"setting-{setting}" for setting in Setting},
    "setting-about-*": {f"setting-about-{setting}" for setting in Setting},
    "setting-unset-*": {f"setting-unset-{setting}" for setting in Setting},
    "demo-style-*": {f"demo-style-{one}" for one in ("name", "words")},
    "suggestion-*": {f"suggestion-{one}" for one in (*STYLES, *LIGHTS, *VIEWS)},
    "choice-since-*": {f"choice-since-{span}" for span in album.SPANS},
    "name-*": {*_commands([one for one in TYPED if one["type"] == 1])},
    "help-payer-*": {f"help-payer-{payer}" for payer in get_args(Payer)},
    "privacy-*": {f"privacy-{one}" for one in TOLD if one != "time"},
    "forget-*": {f"forget-{one}" for one in ASKED},
    "card-refit-*": {f"card-refit-{how}" for how in get_args(How) if how != "unchanged"},
}
"""The f-strings that make keys, and the keys that they can make."""


@cache
def trees() -> dict[Path, ast.Module]:
    """Every source, read."""
    return {file: ast.parse(file.read_text("utf-8")) for file in SOURCES}


def constants(node: ast.AST) -> Iterator[str]:
    """The keys an argument may be; an f-string's is written with stars, as in FAMILIES."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(part.value if isinstance(part, ast.Constant) else "*" for part in node.values)
    elif isinstance(node, ast.IfExp):
        yield from constants(node.body)
        yield from constants(node.orelse)


def said_keys() -> Iterator[tuple[str, str]]:
    """Every key the code says, and where: arguments of SAYING, and the errors' `key`."""
    for file, tree in trees().items():
        for node in ast.walk(tree):
            where = f"{file.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Call) and node.args:
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if name in SAYING:
                    yield from ((key, where) for key in constants(node.args[0]))
            elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "key":
                yield from ((key, where) for key in constants(node.value))


def test_every_key_the_code_says_exists():
    missing = []
    for key, where in said_keys():
        keys = FAMILIES[key] if "*" in key and key in FAMILIES else {key}
        missing += [f"{where} {name}" for name in keys if name not in english()]

    # A ProviderError is told by its kind; its own key is never said.
    assert [line for line in missing if not line.endswith(" provider-error")] == []


def test_every_sentence_is_said_somewhere():
    """Also those whose key is only a string in the code, as the demo's and the options' are."""
    strings = {
        node.value
        for tree in trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    used = strings.union(*FAMILIES.values())

    assert sorted(set(english()) - used) == []


# --- sentences outside of locales -----------------------------------------------------------

SHOWING = {
    "Button", "TextDisplay", "Label", "TextInput", "Modal", "Section", "Choice", "Embed",
    "SelectOption", "MediaGalleryItem", "File", "send", "send_message", "edit_message",
    "edit_original_response", "describe", "command", "_text", "_card", "text", "card",
    "super().__init__",
}  # fmt: skip
"""What puts text before people: Discord's classes and methods, and our own short names."""
WORDS = re.compile(r"[^\W\d_]+\s+[^\W\d_]+|[\u4e00-\u9fff]")


def shown_literals(tree: ast.AST) -> Iterator[ast.Constant]:
    """Strings of two words or more, or of Chinese, that go into something people see."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = re.sub(r"\[.*\]", "", ast.unparse(node.func))
        if called not in SHOWING and called.rpartition(".")[2] not in SHOWING:
            continue
        for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
            strings = (part for part in ast.walk(argument) if isinstance(part, ast.Constant))
            yield from (part for part in strings if WORDS.search(str(part.value)))


def test_people_read_nothing_that_is_not_in_locales():
    """In the code that speaks to Discord, no sentence is a literal."""
    rooms = (("bot", "ui"), ("bot", "jobs"), ("bot", "people"))
    speaking = [
        file
        for file in SOURCES
        if file.relative_to(ROOT).parts[:2] in rooms or "cogs" in file.parts
    ]
    found = [
        f"{file.relative_to(ROOT)}:{part.lineno}: {part.value}"
        for file in speaking
        for part in shown_literals(trees()[file])
    ]

    assert len(speaking) > 50
    assert found == []


@pytest.mark.parametrize(
    "code",
    [
        'discord.ui.Button(label="Draw again")',
        'interaction.response.send_message(f"Hello there, {name}")',
        'discord.ui.TextDisplay[discord.ui.LayoutView]("two words")',
        'app_commands.command(description="Make a picture")',
        '_text("图片")',
        'channel.send("one " + "two three")',
    ],
)
def test_the_search_for_literals_finds_them(code):
    assert list(shown_literals(ast.parse(code)))


@pytest.mark.parametrize(
    "code",
    [
        'discord.ui.Button(label=say("button-edit"), custom_id=f"edit:{job.id}")',
        '_text("\\n".join(f"-# {line}" for line in lines))',
        'self._log.info("card not shown")',
        'discord.ui.Button(emoji="🔁")',
    ],
)
def test_the_search_for_literals_leaves_the_rest_alone(code):
    assert not list(shown_literals(ast.parse(code)))
