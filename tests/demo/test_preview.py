"""The demo as a newcomer meets it: a real process, and real Chromium on its page."""

import asyncio
import io
import os
import re
import select
import signal
import socket
import subprocess
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from pathlib import Path

import pytest
import simcord
from PIL import Image
from simcord.preview._media import MediaError

from bot.demo import preview
from bot.errors import SettingsError

TEAL = (0, 150, 136)
PRICE = 7
SOON = 10
"""Seconds in which a newcomer must see a first picture."""


@pytest.fixture
def upload(tmp_path):
    """A PNG of one colour that no drawing of the stand-in is full of."""
    path = tmp_path / "mine.png"
    Image.new("RGB", (800, 600), TEAL).save(path)
    return path


@pytest.fixture
def door(discord):
    """Open one of the stand-in's doors, such as /hold, at the address the greeting names."""
    url = discord.cards.first.get_by_role("link").first.get_attribute("href")

    def opened(path):
        with urllib.request.urlopen(url.rstrip("/") + path, data=b""):  # noqa: S310 - http
            pass

    yield opened
    opened("/release")


def near(colour, other, reach=40):
    return all(abs(a - b) <= reach for a, b in zip(colour, other, strict=True))


def pixels(picture):
    """The colours of a picture, looked at from afar."""
    return picture.resize((64, 64)).get_flattened_data()


def share(picture, colour):
    """How much of a picture is about that colour, from 0 to 1."""
    found = pixels(picture)
    return sum(near(pixel, colour) for pixel in found) / len(found)


def mean_distance(one, other):
    """How far two pictures' colours lie apart, from 0 to 255, looked at from afar."""
    pairs = zip(pixels(one), pixels(other), strict=True)
    gaps = [abs(a - b) for pair in pairs for a, b in zip(*pair, strict=True)]
    return sum(gaps) / len(gaps)


def colourfulness(picture):
    """How far a picture is from grey, from 0 to 255."""
    return sum(max(pixel) - min(pixel) for pixel in pixels(picture)) / len(pixels(picture))


def credits_in(card, words):
    return int(re.search(rf"(\d+) credits? {words}", card.inner_text())[1])


def balance(discord):
    card = discord.use("balance")
    card.get_by_text("to spend").wait_for()
    return card


def press(card, label):
    card.get_by_role("button", name=label).click()


def test_a_newcomer_draws_edits_and_sees_what_it_cost(discord, upload):
    """The greeting's three steps, one after the other, with the right sum at the end."""
    assert "Welcome" in discord.cards.first.inner_text()

    started = time.monotonic()
    card = discord.use("imagine", "a red fox in snow at sunset")
    card.get_by_text("Drawing").wait_for()
    drawn = discord.picture(card)
    assert time.monotonic() - started < SOON
    assert drawn.size == (1024, 1024)
    assert len(drawn.getcolors(1024**2)) > 50

    edited = discord.picture(discord.use("edit", "add a moon", image=upload))
    assert share(edited, TEAL) > 0.5
    assert any(min(pixel) > 200 for pixel in pixels(edited))

    card = balance(discord)
    assert credits_in(card, "to spend") == 100 - 2 * PRICE
    assert credits_in(card, "spent since") == 2 * PRICE
    assert "Only you can see this" in card.inner_text()


def test_a_file_of_prompts_becomes_pictures_and_one_archive(discord, tmp_path):
    before = credits_in(balance(discord), "to spend")
    prompts = tmp_path / "prompts.txt"
    prompts.write_text("# mine\na red fox\na blue whale, blocked\n", "utf-8")

    question = discord.use("batch", file=prompts)
    question.get_by_role("button", name="Draw 2 pictures for 14 credits").click()
    discord.cards.last.get_by_text("manifest.csv").wait_for()

    assert "1 drawn · 🚫 1 refused" in discord.cards.last.inner_text()
    assert credits_in(balance(discord), "to spend") == before - PRICE


def test_what_is_drawn_can_be_cancelled(discord):
    before = credits_in(balance(discord), "to spend")
    card = discord.use("imagine", "hang on, I do not want it")
    card.get_by_text("Drawing").wait_for()
    discord.press(card, "Cancel", until="nothing was charged")
    assert card.get_by_role("button", name="Cancel").count() == 0
    assert credits_in(balance(discord), "to spend") == before


def test_sam_has_credits_of_their_own_and_sees_no_private_cards(discord):
    mine = balance(discord)
    discord.view_as("Sam")
    assert not mine.is_visible()
    assert credits_in(balance(discord), "to spend") == 100


def test_chinese_can_be_seen(discord, door):
    """小美's cards speak Chinese, and the greeting says in Chinese how to get there."""
    assert "小美的 Discord 是中文的" in discord.cards.first.inner_text()
    discord.view_as("小美")
    door("/hold")
    card = discord.use("imagine", "a quiet tea house")
    card.get_by_text("正在绘制").wait_for()
    door("/release")
    discord.picture(card)
    assert f"扣除 {PRICE} 积分" in card.inner_text()
    assert f"再来一张 · {PRICE} 积分" in card.inner_text()
    mine = discord.use("balance")
    mine.get_by_text("你的 Plantain 余额").wait_for()


def test_a_prompt_is_put_together_in_a_form_and_a_saved_style_goes_along(discord):
    assert "style (type Storybook)" in discord.cards.first.inner_text()
    form = discord.open_form("compose", style="Story")
    form.get_by_role("textbox", name="Subject").fill("two cats")
    form.get_by_role("combobox", name="Lighting and view").click()
    form.get_by_role("option", name="moonlight").click()
    form.get_by_role("button", name="Apply").click()
    form.get_by_role("textbox", name="Details").fill("a calm mood")
    card = discord.submit(form)
    discord.picture(card)
    assert "two cats, moonlight, a calm mood" in card.inner_text()
    assert "style: Storybook" in card.inner_text()


def test_a_character_can_be_kept_and_named(discord, upload):
    """It is in what is drawn: the stand-in draws into the first picture it works from."""
    kept = discord.use("character save", "Teal", option="name", required=upload)
    kept.get_by_text("is saved, with 1 picture").wait_for()
    card = discord.use("imagine", "@Teal under a moon")
    assert share(discord.picture(card), TEAL) > 0.5
    assert "with Teal" in card.inner_text()


def test_settings_preferences_and_help_can_be_seen(discord):
    """You manage the server, and the greeting says so; each card has its lists to choose from."""
    assert "You manage this server" in discord.cards.first.inner_text()
    card = discord.use("settings")
    card.get_by_role("combobox", name="What do you want to change?").wait_for()
    assert "Channels for pictures: every channel" in card.inner_text()
    mine = discord.use("preferences")
    mine.get_by_role("combobox", name="Language").wait_for()
    helped = discord.use("help")
    helped.get_by_role("button", name="Settings").wait_for()


def test_the_greetings_line_can_be_typed_whole_and_its_picture_edited_by_button(discord):
    """A line is taken for its command, as in Discord's own box; Edit this asks what to change."""
    first = discord.say("/imagine a red fox in snow at sunset")
    original = discord.picture(first)
    assert "You used /imagine" in first.inner_text()
    form = discord.form_of(first, "Edit this")
    form.get_by_role("textbox").fill("make it black and white")
    form.get_by_role("button", name="Submit").click()
    second = discord.next(first)
    edited = discord.picture(second)
    assert colourfulness(original) > 40
    assert colourfulness(edited) < 10
    assert mean_distance(edited, original.convert("L").convert("RGB")) < 25
    assert credits_in(second, "charged") == PRICE

    letters = re.search(r"[0-9a-f]{8}", second.inner_text())[0]
    shown = discord.say(f"/show {letters}")
    assert letters in shown.inner_text()

    press(shown, "Favourite")
    starred = discord.next_or_press(shown, shown, "Favourite")
    press(starred, "To the gallery channel")
    told = discord.next_or_press(starred, starred, "To the gallery channel")
    told.get_by_text("In the gallery now").wait_for()
    post = discord.next(told)
    assert discord.picture(post).size == edited.size
    assert "A picture by" in post.inner_text()
    page = discord.use("gallery")
    assert discord.picture(page).width in {516, 768}  # two, or more of other tests
    assert "1 · make it black and white" in page.inner_text()
    page.get_by_role("combobox", name="Look at one").wait_for()


def test_a_blocked_prompt_is_told_in_private_and_costs_nothing(discord):
    before = credits_in(balance(discord), "to spend")
    public = discord.use("imagine", "blocked")
    told = discord.next(public)
    told.get_by_text("Nothing was charged.").wait_for()
    assert "Only you can see this" in told.inner_text()
    assert "safety rules" in told.inner_text()
    public.wait_for(state="detached")
    assert credits_in(balance(discord), "to spend") == before


def test_a_drawing_card_counts_the_seconds_and_holds_up_nobody(discord, door):
    """While one picture is drawn, the other member and other commands go on."""
    door("/hold")
    card = discord.use("imagine", "a slow dog")
    card.get_by_text(re.compile(r"[2-9] seconds ago")).wait_for()
    assert credits_in(balance(discord), "held") == PRICE
    discord.view_as("Sam")
    assert "held" not in balance(discord).inner_text()
    door("/release")
    discord.picture(card)


def test_enter_and_again_pressed_in_haste_do_each_thing_once(discord):
    """Again draws another for the price on the button, and each press is one more."""
    before = credits_in(balance(discord), "to spend")
    first = discord.use("imagine", "a robot")
    discord.page.keyboard.press("Enter")
    original = discord.picture(first)
    press(first, f"Again · {PRICE} credits")
    press(first, f"Again · {PRICE} credits")
    second = discord.next(first)
    third = discord.next_or_press(second, first, f"Again · {PRICE} credits")
    assert discord.picture(second).tobytes() != original.tobytes()
    assert discord.picture(third).tobytes() != original.tobytes()
    after = balance(discord)
    assert credits_in(after, "to spend") == before - 3 * PRICE
    assert discord.identity(discord.next(third)) == discord.identity(after)


def test_a_port_in_use_is_said_in_one_line(demo_command):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = subprocess.run(
            [*demo_command, port], capture_output=True, text=True, timeout=30, check=False
        )
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert re.fullmatch(rf"plantain: --port: .*{port}.*--port 0.*\n", ended.stderr)


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="follows processes as Linux lets one")
def test_a_service_manager_ends_it_and_it_leaves_nothing_behind(open_demo, open_page, upload):
    """Also in the middle of a drawing, with a worker process for the upload still warm."""
    with open_demo() as demo:
        discord = open_page(demo.url)
        discord.use("edit", "hang", image=upload).get_by_text("Drawing").wait_for()
        children = [os.pidfd_open(pid) for pid in descendants(demo.process.pid)]
        assert len(children) >= 2
        assert any(demo.temporary.iterdir())
        assert demo.stop(signal.SIGTERM) == 0
        assert all(ended(child) for child in children)
        assert not list(demo.temporary.iterdir())


def descendants(pid):
    """The numbers of all processes below one."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it ended while we looked
            continue
        parents[int(stat.parent.name)] = int(fields[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def ended(child):
    """Whether a process, by its descriptor, ends within a moment."""
    readable, _, _ = select.select([child], [], [], 5)
    os.close(child)
    return bool(readable)


def test_another_simcord_is_refused_with_both_versions(monkeypatch):
    monkeypatch.setattr(metadata, "version", lambda _name: "9.9.9")
    with pytest.raises(SettingsError) as caught:
        preview.check_simcord()
    assert "3.2.1" in caught.value.problem
    assert "9.9.9" in caught.value.problem


def test_a_simcord_whose_inside_has_changed_is_refused_by_name(monkeypatch):
    monkeypatch.setattr(preview, "PRIVATE", {simcord.Preview: ("_action", "_gone")})
    with pytest.raises(SettingsError) as caught:
        preview.check_simcord()
    assert "without Preview._gone" in caught.value.problem


def shown(content):
    """What SimCord's own media process makes of a file, by way of our easel."""

    async def show():
        easel = preview.Easel()
        try:
            return await easel.validate("a-key", content)
        finally:
            await easel.close()

    # In a thread of its own: the browser's driver keeps a loop running in this one.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, show()).result()


@pytest.mark.parametrize(
    ("size", "seen"), [((640, 480), (640, 480)), ((5504, 3072), (1600, 893))], ids=["1K", "4K 16:9"]
)
def test_a_picture_is_shown_smaller_where_it_must_be(size, seen):
    """SimCord shows 16 megapixels at most, and a 4K picture of most ratios has more."""
    file = io.BytesIO()
    Image.new("RGB", size, TEAL).save(file, "PNG")
    info = shown(file.getvalue())
    assert (info.width, info.height) == seen


def test_what_is_no_picture_is_not_shown():
    with pytest.raises(MediaError):
        shown(b"\x89PNG\r\n\x1a\nbut no more than that")


def test_a_picture_is_worked_on_with_an_upload_and_its_versions_are_seen(discord, upload):
    """The form takes another picture, the card has a way back, and a strip shows the way here."""
    first = discord.use("imagine", "a quiet lake")
    discord.picture(first)
    form = discord.form_of(first, "Edit this")
    form.get_by_role("textbox").fill("add a boat")
    form.locator('input[type="file"]').set_input_files(upload)
    assert {"Aspect ratio", "Resolution"} <= set(form.inner_text().splitlines())
    form.get_by_role("button", name="Submit").click()
    second = discord.next(first)
    discord.picture(second)
    assert "from 2 pictures" in second.inner_text()
    press(second, "Versions")
    tree = discord.next(second)
    strip = discord.picture(tree)
    assert strip.width > strip.height
    assert "you are at 2" in tree.inner_text()
    assert "Only you can see this" in tree.inner_text()
    press(second, "Undo")
    second.get_by_text("a quiet lake").wait_for()
