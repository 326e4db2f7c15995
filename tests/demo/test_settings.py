"""The demo costs nothing, whatever the machine is set up for."""

from bot.demo.preview import stand_in_settings
from bot.generation.catalog import Catalog
from bot.providers.registry import enabled
from bot.workshop import load_catalog


def test_the_demo_knows_no_upstream_but_the_stand_in(tmp_path, monkeypatch):
    """Neither keys in the environment and `.env` nor a gateway in `plantain.toml` are taken up."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOAPIS_API_KEY", "a-real-key")
    monkeypatch.setenv("PUBLIC_URL", "https://bot.example")
    (tmp_path / ".env").write_text("APIYI_API_KEY=another\nMYGATE_API_KEY=third\n", "utf-8")
    (tmp_path / "plantain.toml").write_text("this is no TOML", "utf-8")

    settings = stand_in_settings(tmp_path / "new" / "folder", "http://127.0.0.1:1")

    assert settings.secrets() == ["demo"]
    assert enabled(settings, load_catalog(settings)) == ("google",)
    assert load_catalog(settings) == Catalog.load()
    assert settings.base_url("GEMINI_API_KEY") == "http://127.0.0.1:1"
    assert settings.public_url is None
