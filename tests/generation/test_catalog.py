"""The models and prices we ship: whole, without contradictions, and as the upstreams say."""

from collections import Counter
from datetime import date

import pytest

from bot.errors import UnknownModel
from bot.generation.catalog import Catalog
from bot.generation.request import AspectRatio, Resolution

CATALOG = Catalog.load()
OFFERS = [
    pytest.param(offer, id=f"{upstream.name} {model_id}")
    for upstream in CATALOG.upstreams.values()
    for model_id, offer in upstream.offers.items()
]
EVERYDAY = {"1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"}
EXTREME = {"1:4", "4:1", "1:8", "8:1"}


def test_the_default_model_is_there_and_the_figures_have_a_date():
    assert CATALOG.model(CATALOG.default_model).id == "gemini-nano-banana-2.1"
    assert CATALOG.as_of == date(2026, 11, 20)


def test_every_name_means_one_model():
    """No alias is given twice, none is another model's id, and all are found in any case."""
    names = [name for model in CATALOG.models.values() for name in (model.id, *model.aliases)]

    assert [name for name, times in Counter(names).items() if times > 1] == []
    for model in CATALOG.models.values():
        for name in (model.id, *model.aliases, model.nickname):
            assert CATALOG.model(name) is model
            assert CATALOG.model(f"  {name.upper()} ") is model


def test_an_unknown_model_is_refused_with_all_that_are_known():
    with pytest.raises(UnknownModel) as caught:
        CATALOG.model("dall-e")

    assert caught.value.model == "dall-e"
    assert caught.value.known.split(", ") == [model.nickname for model in CATALOG.models.values()]


@pytest.mark.parametrize("model", CATALOG.models.values(), ids=lambda model: model.id)
def test_a_model_has_a_usual_resolution_ratios_and_reference_images(model):
    assert model.usual_resolution is Resolution.R1K
    assert model.usual_resolution in model.resolutions
    assert AspectRatio.AUTO not in model.aspect_ratios
    assert set(model.aspect_ratios) in (EVERYDAY, EVERYDAY | EXTREME)
    assert model.reference_images >= 1
    assert len(model.nickname) <= 40


@pytest.mark.parametrize("offer", OFFERS)
def test_an_offer_sells_resolutions_the_model_has_at_a_sane_price(offer):
    """Below 0.001 or above 1 USD for one picture would be a slip of the decimal point."""
    assert offer.model.usual_resolution in offer.usd_micros
    assert set(offer.usd_micros) <= set(offer.model.resolutions)
    for usd_micros in offer.usd_micros.values():
        assert type(usd_micros) is int
        assert 1_000 < usd_micros < 1_000_000
    assert offer.upstream_id
    assert offer.shutdown is None or offer.shutdown > date(2026, 1, 1)


@pytest.mark.parametrize("provider", ["google", "apiyi"])
def test_who_serves_the_models_as_they_are_sells_all_their_resolutions(provider):
    for offer in CATALOG.upstreams[provider].offers.values():
        assert set(offer.usd_micros) == set(offer.model.resolutions)


@pytest.mark.parametrize("upstream", CATALOG.upstreams.values(), ids=lambda up: up.name)
def test_an_upstream_has_a_timeout_for_every_resolution_and_https(upstream):
    assert set(upstream.timeouts) == set(Resolution)
    assert all(60 <= seconds <= 14 * 60 for seconds in upstream.timeouts.values())
    assert upstream.base_url.startswith("https://")
    assert not upstream.base_url.endswith("/")


def test_those_that_are_not_known_to_pay_back_count_as_charging_for_refusals():
    charging = {name for name, up in CATALOG.upstreams.items() if up.bills_refusals}
    assert charging == {"apiyi", "apiyi-chat", "evolink-chat"}


def test_what_nobody_offers_is_none():
    assert CATALOG.offer("google", "dall-e") is None
    assert CATALOG.offer("nobody", "gemini-3-pro-image") is None


@pytest.mark.parametrize(
    ("model_id", "ratios", "resolutions", "reference_images", "omit"),
    [
        ("gemini-2.5-flash-image", 10, "1K", 3, True),
        ("gemini-3-pro-image", 10, "1K 2K 4K", 14, False),
        ("gemini-3.1-flash-image", 14, "512 1K 2K 4K", 14, False),
        ("gemini-3.1-flash-lite-image", 10, "1K", 14, False),
        ("gemini-nano-banana-2.1", 14, "1K 2K 4K", 14, False),
    ],
)
def test_what_each_model_can_do(model_id, ratios, resolutions, reference_images, omit):
    """The upstreams' own capability tables, as of the catalog's date."""
    model = CATALOG.models[model_id]

    assert len(set(model.aspect_ratios)) == ratios
    assert " ".join(model.resolutions) == resolutions
    assert model.reference_images == reference_images
    assert model.omit_resolution is omit


@pytest.mark.parametrize(
    ("provider", "model_id", "usd_micros"),
    [
        ("google", "gemini-2.5-flash-image", [39_000]),
        ("google", "gemini-3-pro-image", [134_000, 134_000, 240_000]),
        ("google", "gemini-3.1-flash-image", [45_000, 67_000, 101_000, 151_000]),
        ("google", "gemini-3.1-flash-lite-image", [33_600]),
        ("google", "gemini-nano-banana-2.1", [33_600, 50_400, 113_000]),
        ("apiyi", "gemini-2.5-flash-image", [20_000]),
        ("apiyi", "gemini-3-pro-image", [90_000] * 3),
        ("apiyi", "gemini-3.1-flash-image", [55_000] * 4),
        ("apiyi", "gemini-3.1-flash-lite-image", [25_000]),
        ("apiyi", "gemini-nano-banana-2.1", [50_000] * 3),
    ],
)
def test_prices_are_the_upstreams(provider, model_id, usd_micros):
    """Millionths of a dollar from the smallest resolution up; exact, not as floats round."""
    assert list(CATALOG.offer(provider, model_id).usd_micros.values()) == usd_micros


def test_names_of_the_past_lead_to_their_successors():
    assert CATALOG.model("gemini-3-pro-image-preview").id == "gemini-3-pro-image"
    assert CATALOG.model("gemini-3.1-flash-image-preview").id == "gemini-3.1-flash-image"
    assert CATALOG.model("gemini-2.5-flash-image-preview").id == "gemini-2.5-flash-image"
    assert CATALOG.model("nano-banana-2").id == "gemini-3.1-flash-image"
