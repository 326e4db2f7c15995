"""Take the README's pictures of the demo anew: headless Chromium over a running demo.

    python docs/screenshots.py

Writes docs/images/*.png. Needs the `dev` extra and an installed Chromium or Chrome.
"""

import base64
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page, sync_playwright

IMAGES = Path(__file__).parent / "images"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
WIDTH, HEIGHT = 1000, 900
CARD = 1040
"""High enough for a whole picture with its buttons."""
TALL = 1560
"""High enough for a batch and what came of it."""


def main() -> None:
    """Walk through the greeting's three steps and take a picture of each."""
    browser_path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser_path is None:
        sys.exit(f"none of {', '.join(BROWSERS)} is installed")
    IMAGES.mkdir(exist_ok=True)
    with running_demo() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=FLAGS)
        page = browser.new_page(viewport={"width": WIDTH, "height": CARD})
        page.goto(url)
        cards = page.locator("#channel-message-list article")
        cards.first.wait_for()
        use(page, "imagine", "a red fox in snow at sunset")
        drawn = wait_for_picture(cards)
        take(page, "imagine")
        page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
        with tempfile.TemporaryDirectory() as folder:
            upload = Path(folder) / "mine.png"
            upload.write_bytes(content(drawn.locator("img.gallery-image")))
            use(page, "edit", "make it watercolour and add a moon", file=("image", upload))
            wait_for_picture(cards)
            take(page, "edit")
            work_on(page, cards, upload)
        compose(page)
        wait(page, cards)
        batch(page, cards)
        use(page, "balance")
        cards.last.get_by_text("to spend").wait_for()
        wait_for_picture(cards)
        take(page, "balance")
        browser.close()


def work_on(page: Page, cards: Locator, upload: Path) -> None:
    """The form of Edit this with a picture in it, and the versions after some edits."""
    for words in ("at night", "in winter"):
        cards.last.get_by_role("button", name="Edit this").click()
        form = page.get_by_role("dialog")
        form.get_by_role("textbox").fill(words)
        form.locator('input[type="file"]').set_input_files(upload)
        if words == "at night":
            form.get_by_text(upload.name).wait_for()
            take(page, "form", settled=False)
        known = cards.count()
        form.get_by_role("button", name="Submit").click()
        cards.nth(known).wait_for()
        wait_for_picture(cards)
    take(page, "card")
    known = cards.count()
    cards.last.get_by_role("button", name="Versions").click()
    cards.nth(known).wait_for()
    wait_for_picture(cards)
    take(page, "versions")
    cards.nth(known - 1).get_by_role("button", name="Favourite").click()
    cards.nth(known + 1).get_by_text("Added to your favourites").wait_for()
    use(page, "gallery")
    wait_for_picture(cards)
    take(page, "gallery")


def compose(page: Page) -> None:
    """The form of /compose, filled in, and closed again."""
    begin(page, "compose")
    page.locator("#send-message").click()
    form = page.get_by_role("dialog")
    form.get_by_role("textbox", name="Subject").fill("an old fisherman who mends a net")
    form.get_by_role("textbox", name="Environment").fill("a small harbour in the fog")
    choose(form, "Lighting and view", "golden hour", "wide-angle view")
    form.get_by_role("button", name="Apply").click()
    choose(form, "Style", "watercolour")
    form.get_by_role("textbox", name="Details").fill("a red woollen cap, gulls, a calm mood")
    form.locator(".modal-body").evaluate("body => body.scrollTo(0, 80)")
    take(page, "compose", settled=False)
    form.get_by_role("button", name="Cancel").click()


def choose(form: Locator, field: str, *options: str) -> None:
    """Open one list of a form and choose from it."""
    form.get_by_role("combobox", name=field).click()
    for option in options:
        form.get_by_role("option", name=option).click()


def wait(page: Page, cards: Locator) -> None:
    """What is seen while an upstream is at work, and of what waits behind it."""
    standin = (cards.first.get_by_role("link").first.get_attribute("href") or "").rstrip("/")
    knock(f"{standin}/hold")
    use(page, "imagine", "a lighthouse in a storm")
    cards.last.get_by_text("Drawing").wait_for()
    take(page, "progress", settled=False)
    knock(f"{standin}/release")
    wait_for_picture(cards)


def batch(page: Page, cards: Locator) -> None:
    """A list of prompts, of which one is refused, once all of it is there."""
    page.set_viewport_size({"width": WIDTH, "height": TALL})
    prompts = ("a red fox", "a blue whale", "a green owl", "a blocked word", "a golden hare")
    with tempfile.TemporaryDirectory() as folder:
        upload = Path(folder) / "prompts.txt"
        upload.write_text("\n".join(prompts), "utf-8")
        use(page, "batch", file=("file", upload))
        question = cards.last
        question.get_by_text("Draw 5 pictures").first.wait_for()
        question.get_by_role("button", name="Draw 5 pictures").click()
        cards.last.get_by_text("manifest.csv").first.wait_for()
    wait_for_picture(cards.filter(has=page.locator("img.gallery-image")))
    take(page, "batch")
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})


def knock(url: str) -> None:
    """Open one of the stand-in's doors."""
    with urllib.request.urlopen(url, data=b""):  # noqa: S310 - our own, on this machine
        pass


@contextmanager
def running_demo() -> Iterator[str]:
    """Run `plantain demo` for as long as the context lasts; its page's URL."""
    command = [sys.executable, "-m", "bot", "demo", "--no-browser", "--port", "0"]
    with subprocess.Popen(  # noqa: S603 - our own program
        command, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            lines = process.stdout or ()
            yield next(line.strip() for line in lines if line.startswith("http"))
        finally:
            process.terminate()


def use(
    page: Page, command: str, prompt: str = "", *, file: tuple[str, Path] | None = None
) -> None:
    """Fill in a command as a person would, at a person's pace, and send it."""
    known = page.locator("#channel-message-list article").count()
    begin(page, command)
    if prompt:
        page.locator('.command-option-input[data-option="prompt"]').fill(prompt)
    if file is not None:
        option, path = file
        page.locator(".command-ghost").click()
        page.locator(".command-popup").get_by_text(option, exact=True).first.click()
        page.locator(f'input.command-file-input[data-option="{option}"]').set_input_files(path)
    page.locator("#send-message").click()
    page.locator("#channel-message-list article").nth(known).wait_for()


def begin(page: Page, command: str) -> None:
    """Choose a command from the list that comes of a slash."""
    page.locator("#channel-composer-input").click()
    page.keyboard.type(f"/{command}")
    page.locator(".command-popup").get_by_text(f"/{command}", exact=True).first.click()
    page.locator(".command-chip").wait_for()


def wait_for_picture(cards: Locator) -> Locator:
    """The newest card, once its picture is painted."""
    card = cards.last
    card.locator("img.gallery-image").first.wait_for()
    # The page may put in another element for the same picture, so look until one is painted.
    card.page.wait_for_function(
        """() => [...document.querySelectorAll("img.gallery-image")]
            .every(image => image.complete && image.naturalWidth)"""
    )
    return card


def content(image: Locator) -> bytes:
    """The PNG behind an image on the page, whatever lies over it."""
    address = image.evaluate(
        """image => {
            const canvas = document.createElement("canvas");
            canvas.width = image.naturalWidth;
            canvas.height = image.naturalHeight;
            canvas.getContext("2d").drawImage(image, 0, 0);
            return canvas.toDataURL("image/png");
        }"""
    )
    return base64.b64decode(address.partition(",")[2])


def take(page: Page, name: str, *, settled: bool = True) -> None:
    """A picture of the page, scrolled to its end; a form that is open never lets it settle."""
    if settled:
        page.locator("#action-status", has_text="Viewport updated").wait_for()
    page.mouse.move(0, 0)
    timeline = page.locator("#channel-timeline")
    timeline.evaluate("timeline => timeline.scrollTo(0, timeline.scrollHeight)")
    path = IMAGES / f"{name}.png"
    page.screenshot(path=path)
    with Image.open(path) as shot:
        shot.load()
    shot.convert("RGB").save(path, optimize=True)
    print(f"{path.name}: {path.stat().st_size // 1000} kB")  # noqa: T201 - what was done


if __name__ == "__main__":
    main()
