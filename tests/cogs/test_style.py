"""Styles, a server's house style, /compose and hints, as members use them and models get them."""

import discord
import pytest
from pydantic import HttpUrl, SecretStr

from bot.errors import PromptTooLong
from bot.generation.request import Style
from bot.jobs.job import JobKind
from bot.people.setting import Setting

STYLE = Style("Old Ink", "ink wash, much white paper")
HOUSE = "flat colours, bold outlines"


@pytest.fixture
def boss(scene):
    """A member who may manage the server."""
    role = scene.guild.create_role("staff", permissions=discord.Permissions(manage_guild=True))
    return scene.guild.add_member(scene.env.create_user("boss"), roles=[role])


async def style(scene, member, command, /, **options):
    """What /style answers, to who asked alone."""
    shown = await member.slash(scene.channel, f"style {command}", **options)
    assert shown.response.ephemeral
    return scene.text(shown.response)


async def save(scene, member, **options):
    return await style(scene, member, "save", name=STYLE.name, words=STYLE.words, **options)


async def decide(scene, boss, setting, typed):
    """Type one of the server's settings in."""
    shown = await boss.slash(scene.channel, "settings")
    await boss.select(shown.response, [setting])
    form = await boss.click(shown.response, label="Change")
    await scene.fill(boss, form, **{form.modal["components"][0]["label"].split()[0].lower(): typed})


async def names(member, scene, typed, command="imagine"):
    """What is offered for the option `style`."""
    offered = await member.autocomplete(scene.channel, command, "style", typed)
    return [(one["name"], one["value"]) for one in offered]


def words(calls):
    """The person's side of the last call."""
    return calls.last()["contents"][-1]["parts"][0]["text"]


def instruction(calls):
    said = calls.last().get("systemInstruction")
    return said["parts"][0]["text"] if said else None


async def test_styles_are_saved_offered_and_removed(scene, boss):
    alice, bob = scene.member("alice"), scene.member("bob")
    assert "No styles yet" in await style(scene, alice, "list")
    assert "**Old Ink** is saved.\n> ink wash, much white" in await save(scene, alice)
    assert "for everybody in this server" in await save(scene, boss, owner="server")
    assert "who may manage this server" in (await save(scene, bob, owner="server")).lower()
    assert "in place of the style of that name" in await style(
        scene, boss, "save", name="OLD INK", words="the server's own", owner="server"
    )

    # One's own hides the server's of that name.
    assert await names(alice, scene, " INK") == [("Old Ink · yours", "Old Ink")]
    assert await names(bob, scene, "") == [("OLD INK · this server's", "OLD INK")]
    assert await names(bob, scene, "x", "edit") == await names(bob, scene, "x", "compose") == []
    listed = await style(scene, alice, "list")
    assert "Your styles** · 1 of 25" in listed
    assert "This server's styles** · 1 of 25" in listed

    refused = await bob.slash(scene.channel, "imagine", prompt="never", style="new ink")
    assert "no style “new ink”" in scene.text(refused.response)
    assert "no style" in await style(scene, bob, "remove", name="old ink")
    assert "is removed from" in await style(scene, boss, "remove", name="old ink", owner="server")
    assert "is removed." in await style(scene, alice, "remove", name="old ink")
    assert "No styles yet" in await style(scene, alice, "list")
    assert await scene.jobs() == []


async def test_a_style_goes_along_as_it_was_however_the_picture_is_worked_on(
    scene, boss, calls, photo
):
    """The card, the search and the form have the person's own words; the model gets all."""
    alice = scene.member("alice")
    await save(scene, alice)
    await decide(scene, boss, Setting.HOUSE_STYLE, HOUSE)
    first = await alice.slash(scene.channel, "imagine", prompt="a crane", style="old ink")
    assert words(calls) == f"a crane\n\n{STYLE.words}"
    assert instruction(calls) == HOUSE
    text = scene.text(first.response)
    assert "> a crane\n" in text
    assert "style: Old Ink · with the server's house style" in text
    assert STYLE.words not in text
    details = scene.text((await scene.choose(alice, first.response, "details")).response)
    assert f"**Style “Old Ink”:** {STYLE.words}" in details
    assert f"**House style of the server:** {HOUSE}" in details

    # Whatever becomes of both, what repeats the request repeats them.
    await style(scene, alice, "remove", name="old ink")
    await decide(scene, boss, Setting.HOUSE_STYLE, "other colours")
    for label in ("Again · 7 credits", "Vary · 7 credits", "2K · 11 credits"):
        pressed = await alice.click(first.response, label=label)
        assert (words(calls), instruction(calls)) == (f"a crane\n\n{STYLE.words}", HOUSE), label
        assert "style: Old Ink" in scene.text(pressed.response)

    # New words are said under what the server says now, in the conversation as it was.
    form = await alice.click(first.response, label="Edit this")
    edited = await scene.fill(alice, form, what="add a reed")
    assert [turn["parts"][0].get("text") for turn in calls.last()["contents"]][::2] == [
        f"a crane\n\n{STYLE.words}",
        f"add a reed\n\n{STYLE.words}",
    ]
    assert instruction(calls) == "other colours"
    form = await scene.choose(alice, edited, "remix")
    assert form.modal["components"][0]["component"]["value"] == "add a reed"
    await scene.fill(alice, form, prompt="add a frog")
    assert words(calls) == f"add a frog\n\n{STYLE.words}"

    # A reply is new words too, and so is what is said of anybody's picture.
    mention = scene.app.client.user.mention
    await alice.send(scene.channel, f"{mention} and a pond", reply_to=edited)
    assert words(calls) == f"and a pond\n\n{STYLE.words}"
    assert instruction(calls) == "other colours"
    posted = await scene.member("bob").send(scene.channel, "look", attachments=[photo])
    form = await alice.context_menu(scene.channel, "Edit this picture", posted)
    await scene.fill(alice, form, what="add some sun")
    assert (words(calls), instruction(calls)) == ("add some sun", "other colours")

    # A house style is the server's: there is none in a direct message.
    await alice.user.slash("imagine", prompt="on my own")
    assert (words(calls), instruction(calls)) == ("on my own", None)
    stored = [(row["prompt"], row["style_words"], row["house_style"]) for row in await scene.jobs()]
    assert stored.count(("a crane", STYLE.words, HOUSE)) == 4
    assert ("add a frog", STYLE.words, "other colours") in stored
    assert ("on my own", None, None) in stored
    await scene.assert_books_balance()


async def test_words_that_are_kept_out_are_looked_for_in_styles_too(scene, boss, calls):
    """In another server's house style as well, but not in one's own: its managers said both."""
    alice = scene.member("alice")
    await save(scene, alice)
    await boss.slash(scene.channel, "moderation words add", word="wash")
    refused = await alice.slash(scene.channel, "imagine", prompt="a heron", style="old ink")
    assert "“wash” out of its pictures" in scene.text(refused.response)

    await alice.slash(scene.channel, "style save", name="A Wash", words="thin colours")
    refused = await alice.slash(scene.channel, "imagine", prompt="a heron", style="a wash")
    assert "“wash” out of its pictures" in scene.text(refused.response)

    # What was put together in a form need not be put together again.
    form = await alice.slash(scene.channel, "compose")
    refused = await scene.fill(alice, form, subject="a heron", details="a Wash of green")
    assert refused.ephemeral
    assert "“wash” out of its pictures" in scene.text(refused)
    assert "> a heron, a Wash of green\n" in scene.text(refused)

    await decide(scene, boss, Setting.HOUSE_STYLE, "no wash at all")
    made = await alice.slash(scene.channel, "imagine", prompt="a heron alone")
    assert "7 credits charged" in scene.text(made.response)
    await decide(scene, boss, Setting.HOUSE_STYLE, "")
    again = await alice.click(made.response, label="Again · 7 credits")
    assert "“wash” out of its pictures" in scene.text(again.response)
    assert calls.count("a heron") == 1


async def test_a_form_puts_a_prompt_together_and_goes_the_way_of_imagine(scene, calls):
    alice = scene.member("alice")
    await save(scene, alice)
    options = {"aspect_ratio": "16:9", "resolution": "2K", "style": "OLD INK", "private": True}
    form = await alice.slash(scene.channel, "compose", **options)
    shown = await scene.fill(
        alice,
        form,
        subject="an old fisherman,",
        style=["watercolour"],
        environment="a harbour",
        lighting=["wide-angle", "golden-hour"],
        details="gulls.",
    )
    prompt = "an old fisherman, watercolour, a harbour, wide-angle view, golden hour, gulls"
    assert f"> {prompt}\n" in scene.text(shown)
    assert "16:9 · 2K · style: Old Ink" in scene.text(shown)
    assert shown.ephemeral
    assert words(calls) == f"{prompt}\n\n{STYLE.words}"

    # What is not suggested is not said, whoever sends it; only the subject is needed.
    form = await alice.slash(scene.channel, "compose")
    shown = await scene.fill(alice, form, subject="a lone gull", style=["any"])
    assert words(calls) == "a lone gull"

    # What cannot be drawn is said before anybody fills in a form.
    for wrong in ({"style": "none of mine"}, {"model": "nano-banana-pro", "aspect_ratio": "1:8"}):
        refused = await alice.slash(scene.channel, "compose", **wrong)
        assert refused.modal is None
        assert "Nothing was charged" in scene.text(refused.response)


async def test_a_hint_stands_on_the_cards_before_the_picture_and_stops_nobody(scene, calls):
    alice = scene.member("alice")
    before = len(scene.env.http_requests)
    made = await alice.slash(scene.channel, "imagine", prompt="a photorealistic anime fox")
    first, *later = [
        str(request.json) for request in scene.env.http_requests[before:] if request.json
    ]
    hint = "“photorealistic” and “anime” pull in opposite directions"
    assert hint in first
    assert hint not in later[-1]
    assert hint not in scene.text(made.response)
    assert calls.count("a photorealistic anime fox") == 1

    before = len(scene.env.http_requests)
    await alice.click(made.response, label="Again · 7 credits")
    assert hint not in str([r.json for r in scene.env.http_requests[before:]])


async def test_a_prompt_that_only_styles_make_too_long_is_refused_with_its_numbers(
    scene_over, settings, upstream
):
    """Where no upstream takes so many characters, it is not the model that is missing."""
    chosen = {
        "gemini_api_key": None,
        "toapis_api_key": SecretStr("test-key"),
        "toapis_base_url": HttpUrl(f"{upstream.url}/toapis"),
    }
    async with scene_over(settings.model_copy(update=chosen)) as scene:
        studio = scene.app.client.services.studio

        def draft(letters, style=STYLE):
            return studio.draft(
                JobKind.IMAGINE,
                "x" * letters,
                model="gemini-2.5-flash-image",
                aspect_ratio=None,
                resolution=None,
                count=1,
                reference_images=0,
                style=style,
                house_style=HOUSE if style else None,
            )

        added = len(STYLE.words) + len(HOUSE) + 4
        assert draft(1000 - added).request.style == STYLE
        for letters, worn, more in ((1001 - added, STYLE, added), (1001, None, 0)):
            with pytest.raises(PromptTooLong) as caught:
                draft(letters, worn)
            assert caught.value.facts == {"length": 1001, "limit": 1000, "added": more}
