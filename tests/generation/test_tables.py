"""An operator's file over our data: what it may change, and that every mistake names its place."""

import itertools
import os
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.generation.catalog import Catalog, Origin
from bot.generation.request import AspectRatio, GenerationRequest, Resolution, Thinking

EXAMPLE = Path(__file__).parents[2] / "plantain.example.toml"
PRO = "gemini-3-pro-image"
FLASH = "gemini-3.1-flash-image"
SHIPPED = Catalog.load()


@pytest.fixture
def load(tmp_path):
    """The catalog with this text, last changed on 3 November 2026, as the operator's file."""

    def load_text(text, **options):
        file = tmp_path / "plantain.toml"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        changed = datetime(2026, 11, 3, 12, tzinfo=UTC).timestamp()
        os.utime(file, (changed, changed))
        return Catalog.load(file, **options)

    return load_text


@pytest.fixture
def complaint(load):
    """What a file with this text is refused for."""

    def refused(text):
        with pytest.raises(SettingsError) as caught:
            load(text)
        assert caught.value.setting.endswith("plantain.toml")
        assert "\n" not in caught.value.problem
        return caught.value.problem

    return refused


GATEWAY = """
[providers.mygate]
dialect = "{dialect}"
key = "MYGATE_API_KEY"
base_url = "https://gate.example/path/"

[providers.mygate.models."{model}"]
id = "their/name"
usd = {{ 1K = 0.04 }}
"""


def test_an_empty_file_changes_nothing(load):
    assert load("") == SHIPPED


def test_one_price_is_changed_and_says_where_it_comes_from(load):
    """The others stay, with their source; that of the new one is the file's name and its date."""
    catalog = load(f'[providers.apiyi.models."{PRO}"]\nusd = {{ 1K = 0.08 }}\n')

    offer = catalog.offer("apiyi", PRO)
    assert dict(offer.usd_micros) == {"1K": 80_000, "2K": 90_000, "4K": 90_000}
    assert offer.origins["1K"] == Origin("plantain.toml", date(2026, 11, 3))
    ours = SHIPPED.offer("apiyi", PRO)
    assert {offer.origins[size] for size in ("2K", "4K")} == {ours.origins["2K"]}
    untouched = SHIPPED.offer("apiyi", FLASH)
    assert catalog.offer("apiyi", FLASH) == untouched
    assert untouched.origins["1K"].as_of == date(2026, 11, 20)
    assert "apiyi" in untouched.origins["1K"].source


@pytest.mark.parametrize(
    ("text", "source", "as_of"),
    [
        ('usd = { 1K = 0.08 }\nsource = "our contract"', "our contract", date(2026, 11, 3)),
        ("usd = { 1K = 0.08 }\nas_of = 2026-10-01", "plantain.toml", date(2026, 10, 1)),
        ("prompt_limit = 9", SHIPPED.offer("apiyi", PRO).origins["1K"].source, date(2026, 11, 20)),
    ],
)
def test_a_price_is_dated_as_the_operator_says(load, text, source, as_of):
    """And one they do not touch stays ours, whatever else they change."""
    offer = load(f'[providers.apiyi.models."{PRO}"]\n{text}\n').offer("apiyi", PRO)

    assert offer.origins["1K"] == Origin(source, as_of)
    assert offer.origins["4K"] == SHIPPED.offer("apiyi", PRO).origins["4K"]


def test_who_says_where_all_prices_are_from_is_taken_at_their_word(load):
    catalog = load(f'[providers.apiyi.models."{PRO}"]\nsource = "our contract"\n')

    told = catalog.offer("apiyi", PRO).origins.values()
    assert {origin.source for origin in told} == {"our contract"}


def test_one_date_may_stand_for_the_whole_file(load):
    catalog = load(f'as_of = 2026-10-01\n[providers.apiyi.models."{PRO}"]\nusd = {{ 1K = 1 }}\n')

    assert catalog.offer("apiyi", PRO).origins["1K"].as_of == date(2026, 10, 1)
    assert catalog.as_of == SHIPPED.as_of
    assert catalog.offer("apiyi", FLASH).origins["1K"].as_of == date(2026, 11, 20)


def test_a_price_is_exact_and_not_as_floats_round(load):
    catalog = load(f'[providers.apiyi.models."{PRO}"]\nusd = {{ 1K = 0.290001, 2K = 1.1 }}\n')

    assert catalog.offer("apiyi", PRO).usd_micros["1K"] == 290_001
    assert catalog.offer("apiyi", PRO).usd_micros["2K"] == 1_100_000


def test_a_part_of_a_millionth_counts_as_one(load):
    catalog = load(f'[providers.apiyi.models."{PRO}"]\nusd = {{ 1K = 0.0000001, 2K = 0 }}\n')

    assert catalog.offer("apiyi", PRO).usd_micros == {"1K": 1, "2K": 0, "4K": 90_000}


def test_limits_are_the_operators(load):
    limits = "limits = { usd_per_day = 20, usd_in_total = 0.000001 }"
    catalog = load(f"[providers.google]\nrpm = 60\nconcurrency = 8\n{limits}\n")

    google = catalog.upstreams["google"]
    assert (google.rpm, google.concurrency) == (60, 8)
    assert google.limits == {"usd_per_day": 20_000_000, "usd_in_total": 1}
    assert google.offers == SHIPPED.upstreams["google"].offers
    assert catalog.upstreams["apiyi"].rpm is None


def test_a_model_is_switched_off_at_one_provider(load):
    catalog = load(f'[providers.google.models."{PRO}"]\noff = true\n')

    assert catalog.offer("google", PRO) is None
    assert catalog.offer("apiyi", PRO) == SHIPPED.offer("apiyi", PRO)
    assert PRO in catalog.models


@pytest.mark.parametrize("dialect", ["gemini", "openai-chat", "evolink", "toapis", "aivideoapi"])
def test_a_gateway_is_added_in_each_dialect(load, dialect):
    catalog = load(GATEWAY.format(dialect=dialect, model=PRO))

    gate = catalog.upstreams["mygate"]
    assert (gate.dialect, gate.key) == (dialect, "MYGATE_API_KEY")
    assert gate.base_url == "https://gate.example/path"
    assert gate.bills_refusals
    assert set(gate.timeouts) == set(Resolution)
    offer = catalog.offer("mygate", PRO)
    assert (offer.provider, offer.upstream_id) == ("mygate", "their/name")
    assert offer.can(GenerationRequest("a fox", PRO), reference_images=14)
    assert not offer.can(GenerationRequest("a fox", PRO, resolution="4K"), reference_images=0)
    assert list(catalog.upstreams)[-1] == "mygate"
    assert {name: catalog.upstreams[name] for name in SHIPPED.upstreams} == SHIPPED.upstreams


def test_a_chat_gateway_claims_no_aspect_ratio(load):
    """Chat has no field for it: what is asked for would be dropped without a word."""
    offer = load(GATEWAY.format(dialect="openai-chat", model=PRO)).offer("mygate", PRO)

    wide = GenerationRequest("a fox", PRO, aspect_ratio=AspectRatio.W16_H9)
    assert not offer.can(wide, reference_images=0)


def test_a_gateway_may_bring_a_model_of_its_own(load):
    text = GATEWAY.format(dialect="gemini", model="our-model") + (
        '[models.our-model]\nnickname = "Ours"\naspect_ratios = "ten"\nresolutions = ["1K"]\n'
        "reference_images = 2\n"
    )

    catalog = load(text)

    assert catalog.model("our-model").nickname == "Ours"
    assert catalog.offer("mygate", "our-model").reference_images == 2


def test_a_model_of_the_operators_may_have_capitals(load):
    """And is found in any case; where two differ in nothing else, each by its own."""
    model = (
        'nickname = "{0}"\naliases = ["{0}er"]\naspect_ratios = "ten"\nresolutions = ["1K"]\n'
        "reference_images = 0\n"
    )
    catalog = load("".join(f'[models."{name}"]\n{model.format(name)}' for name in ("Qw", "qw")))

    for name in ("Qw", "Qwer", "qw"):
        assert catalog.model(f" {name}\n").id == name[:2]
    assert catalog.model("QW").id == catalog.model("qWER").id == "Qw"


def test_thinking_is_offered_where_the_operator_says_so(load):
    text = GATEWAY.format(dialect="gemini", model=FLASH)
    think = GenerationRequest("a fox", FLASH, thinking=Thinking.HIGH)
    without = load(text).offer("mygate", FLASH)
    with_it = load(
        text.replace('dialect = "gemini"', 'dialect = "gemini"\nthinking = true')
        + "thinking_percent = { high = 150 }\n"
    ).offer("mygate", FLASH)

    assert not without.can(think, reference_images=0)
    assert with_it.can(think, reference_images=0)
    assert with_it.cost(Resolution.R1K, Thinking.HIGH) == 60_000


def test_who_needs_a_public_address_takes_no_pictures_without(load):
    text = GATEWAY.format(dialect="aivideoapi", model=FLASH).replace(
        "base_url", "needs_public_url = true\nbase_url"
    )

    assert load(text).offer("mygate", FLASH).reference_images == 0
    assert load(text, public_url=True).offer("mygate", FLASH).reference_images == 14


def test_a_gateway_that_names_some_time_limits_has_the_usual_ones_beside_them(load):
    text = GATEWAY.format(dialect="gemini", model=PRO)
    usual = load(text).upstreams["mygate"].timeouts

    own = load(changed(text, "timeouts = { 1K = 60 }")).upstreams["mygate"].timeouts

    assert own == {**usual, Resolution.R1K: 60}
    assert set(own) == set(Resolution)
    apiyi = load("[providers.apiyi]\ntimeouts = { 1K = 60 }\n").upstreams["apiyi"].timeouts
    assert apiyi == {**SHIPPED.upstreams["apiyi"].timeouts, Resolution.R1K: 60}


OF_A_MODEL = ("id", "usd", "aspect_ratios", "colour")


def changed(text, line):
    """The gateway's tables with a line changed or added, by its first word."""
    name = line.split(" = ")[0]
    gateway, model = text.split("\n\n")
    if name == "models":
        return f"{gateway}\n{line}"
    tables = [[old for old in table.splitlines() if not old.startswith(f"{name} = ")]
              for table in (gateway, model)]  # fmt: skip
    tables[name in OF_A_MODEL].append(line)
    return "\n".join(itertools.chain(*tables))


@pytest.mark.parametrize(
    ("line", "place", "said"),
    [
        ('dialect = "soap"', "providers.mygate.dialect", "'gemini', 'openai-chat'"),
        ('key = "MYGATE"', "providers.mygate.key", "_API_KEY"),
        ('key = "mygate_api_key"', "providers.mygate.key", "_API_KEY"),
        ('base_url = "gate.example"', "providers.mygate.base_url", "URL"),
        ('base_url = "ftp://gate.example"', "providers.mygate.base_url", "http"),
        ('base_url = "https://me:pass@gate.example"', "providers.mygate.base_url", "no login"),
        ('base_url = "https://me@gate.example"', "providers.mygate.base_url", "no login"),
        ('api_version = "v2"', "providers.mygate.api_version", "v1"),
        ('bills_refusals = "perhaps"', "providers.mygate.bills_refusals", "true or false"),
        ("rpm = 0", "providers.mygate.rpm", "greater than"),
        ("rpm = 1.5", "providers.mygate.rpm", "whole number"),
        ("concurrency = -1", "providers.mygate.concurrency", "greater than"),
        ("limits = { usd_per_day = -1 }", "providers.mygate.limits.usd_per_day", "greater than"),
        ("limits = { usd_per_week = 1 }", "providers.mygate.limits.usd_per_week", "did you mean"),
        ("timouts = { 1K = 9 }", "providers.mygate.timouts", "did you mean timeouts?"),
        ("rmp = 60", "providers.mygate.rmp", "did you mean rpm?"),
        ("timeouts = { 1K = 0 }", "providers.mygate.timeouts.1K", "greater than"),
        ("timeouts = { 3K = 60 }", "providers.mygate.timeouts.3K", "512"),
        ('day_resets_in = "Mars/Olympus"', "providers.mygate.day_resets_in", "time zone"),
        ("models = 3", "providers.mygate.models", "must be a table"),
        ('usd = { 1K = "cheap" }', f"providers.mygate.models.{PRO}.usd.1K", "must be a number"),
        ("usd = { 1K = -0.01 }", f"providers.mygate.models.{PRO}.usd.1K", "greater than"),
        ("usd = { 1K = 4000 }", f"providers.mygate.models.{PRO}.usd.1K", "1000"),
        ("usd = { 1K = nan }", f"providers.mygate.models.{PRO}.usd.1K", "finite"),
        ("usd = { 1K = true }", f"providers.mygate.models.{PRO}.usd.1K", "must be a number"),
        ("usd = 0.04", f"providers.mygate.models.{PRO}.usd", "must be a table"),
        ("usd = {}", f"providers.mygate.models.{PRO}.usd", "at least 1"),
        ("usd = { 3K = 0.04 }", f"providers.mygate.models.{PRO}.usd.3K", "512"),
        ("usd = { 512 = 0.04 }", f"providers.mygate.models.{PRO}.usd", "has no 512"),
        ('id = ""', f"providers.mygate.models.{PRO}.id", "at least 1"),
        ("id = 7", f"providers.mygate.models.{PRO}.id", "must be a string"),
        ('aspect_ratios = "twelve"', "aspect_ratios", "'twelve' is none of"),
        ("colour = true", f"providers.mygate.models.{PRO}.colour", "those are id, usd,"),
    ],
)
def test_a_mistake_in_a_gateway_names_its_place(complaint, line, place, said):
    problem = complaint(changed(GATEWAY.format(dialect="gemini", model=PRO), line))

    assert problem.startswith(f"{place}: ")
    assert said in problem


@pytest.mark.parametrize(
    ("dialect", "line", "said"),
    [
        ("openai-chat", "thinking = true", "thinking"),
        ("evolink", "thinking = true", "thinking"),
        ("toapis", "thinking = true", "thinking"),
        ("aivideoapi", "thinking = true", "thinking"),
        ("openai-chat", 'aspect_ratios = "ten"', "aspect_ratios"),
        ("openai-chat", "usd = { 1K = 0.04, 2K = 0.04 }", "usd"),
    ],
)
def test_what_a_dialect_has_no_word_for_cannot_be_promised(complaint, dialect, line, said):
    """It would be left out of the request, and the picture be another than was asked for."""
    problem = complaint(changed(GATEWAY.format(dialect=dialect, model=PRO), line))

    assert problem.startswith("providers.mygate.")
    assert said in problem
    assert dialect in problem


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("[providers.apiyi", "is not a TOML file", "table declaration"),
        ("[providers.a]\n[providers.a]\n", "is not a TOML file", "line 2"),
        (b"# caf\xe9\n", "is not a TOML file", "utf-8"),
        (b"\xff\xfea\x00", "is not a TOML file", "utf-8"),
        pytest.param(f"x = {'[' * 3000}{']' * 3000}", "is not a TOML file", "nested", id="deep"),
        pytest.param(f"x = {'9' * 5000}", "is not a TOML file", "5000 digits", id="long"),
        pytest.param("x = 1e" + "9" * 30, "is not a TOML file", "", id="huge"),
        pytest.param(f"[{'a.' * 5000}b]", "a: ", "those are as_of, ", id="far down"),
        ("providers = 3", "providers", "must be a table"),
        ("[providers]\ngoogle = 3", "providers.google", ""),
        ("[provider.google]\nrpm = 3", "provider", "did you mean providers?"),
        ("[providers.Google]\nrpm = 3", "providers.Google", "small letters"),
        ("[providers.my_gate]\nrpm = 3", "providers.my_gate", "small letters"),
        (f"[providers.{'a' * 33}]\nrpm = 3", f"providers.{'a' * 33}", "at most 32"),
        ("[providers.mygate]\nrpm = 3", "providers.mygate.dialect", "is missing"),
        ('[providers.google.models."dall-e"]\nid = "x"\nusd = { 1K = 1 }',
         "providers.google.models.dall-e", "'dall-e' is none of the models gemini-nano"),
        ('[providers.google.models."dall-e"]\noff = true',
         "providers.google.models.dall-e", "is none of the models"),
        (f'[providers.google.models."{PRO}"]\nas_of = "soon"',
         f"providers.google.models.{PRO}.as_of", "date such as"),
        (f"[providers.google.models.{FLASH}]\nusd = {{ 1K = 1 }}",
         "providers.google.models.gemini-3", "quotation marks"),
        ('default_model = "dall-e"', "default_model: ", "'dall-e' is none of the models gemini-"),
        ("[providers.gogle]\nrpm = 3", "providers.gogle.dialect: ", "mean providers.google?"),
        (f'[providers.google.models]\nnano-banana-pro = {{}}\n"{PRO}" = {{}}',
         f"providers.google.models.{PRO}: ", "a second time"),
    ],
)  # fmt: skip
def test_a_mistake_elsewhere_names_its_place(complaint, text, place, said):
    problem = complaint(text)

    assert problem.startswith(place)
    assert said in problem


def test_a_model_may_be_named_by_an_alias(load):
    """As everywhere else; its prices are found and signed under the id."""
    catalog = load(
        'default_model = "Nano-Banana-Pro"\n'
        "[providers.google.models.nano-banana-pro]\nusd = { 1K = 0.1 }\n"
    )

    assert catalog.default_model == PRO
    assert catalog.offer("google", PRO).usd_micros["1K"] == 100_000
    assert catalog.offer("google", PRO).origins["1K"].source == "plantain.toml"
    assert catalog.models == SHIPPED.models


def test_a_file_that_cannot_be_read_says_so(tmp_path):
    for file in (tmp_path / "missing.toml", tmp_path):
        with pytest.raises(SettingsError) as caught:
            Catalog.load(file)
        assert caught.value.setting == str(file)
        assert caught.value.problem.startswith("cannot be read")


def test_no_complaint_repeats_what_was_written(complaint):
    """A key pasted into the wrong line does not end in the terminal's scrollback."""
    for line in ('key = "sk-secret-1234"', 'base_url = "https://me:sk-secret@gate.example"'):
        text = changed(GATEWAY.format(dialect="gemini", model=PRO), line)

        assert "sk-secret" not in complaint(text)


def test_the_example_without_its_comment_signs_is_a_valid_file(load):
    """Every line of it that looks like TOML; and it changes what it says it changes."""
    told = EXAMPLE.read_text("utf-8")
    assert load(told) == SHIPPED
    lines = re.findall(r"^# ?((?:\[|\w+ = ).*)$", told, re.MULTILINE)
    assert len(lines) >= 15

    catalog = load("\n".join(lines))

    assert catalog.offer("apiyi", PRO).usd_micros["1K"] == 80_000
    assert catalog.offer("apiyi", PRO).origins["1K"].source == "our contract"
    assert (catalog.upstreams["google"].rpm, catalog.upstreams["google"].concurrency) == (60, 8)
    assert catalog.offer("google", "gemini-2.5-flash-image") is None
    assert catalog.upstreams["mygate"].dialect == "openai-chat"
    assert catalog.offer("mygate", FLASH).usd_micros == {"1K": 40_000}
