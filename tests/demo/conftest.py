"""A running stand-in upstream and a small client for it; the demo and a browser on its page."""

import base64
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from PIL import Image
from playwright.sync_api import Error as BrowserError
from playwright.sync_api import Locator, Page, sync_playwright

from bot.demo.upstream import running_upstream

MODEL = "gemini-3.1-flash-image"


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer: its status, headers and bytes."""

    status: int
    headers: Any
    content: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.content.decode("utf-8-sig"))

    @property
    def parts(self) -> list[Any]:
        return self.body["candidates"][0]["content"]["parts"]

    @property
    def inline(self) -> Any:
        return self.parts[-1]["inlineData"]

    @property
    def picture(self) -> bytes:
        return base64.b64decode(self.inline["data"], validate=True)


class Client:
    """Asks the stand-in as a bot would, and looks behind its doors."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.session = session
        self.url = url

    def address(self, *, model: str = MODEL, prefix: str = "", version: str = "v1beta") -> str:
        return f"{self.url}{prefix}/{version}/models/{model}:generateContent"

    def opened(self, prompt: str) -> Any:
        """The request's context manager, for tests that look at the connection."""
        headers = {"x-goog-api-key": "a-key"}
        body = {"contents": [{"parts": [{"text": prompt}]}]}
        return self.session.post(self.address(), json=body, headers=headers)

    async def send(self, body: Any, *, key: str | None = "a-key", **place: str) -> Reply:
        headers = {"x-goog-api-key": key} if key is not None else {}
        if place.get("prefix") and key is not None:
            headers = {"Authorization": f"Bearer {key}"}
        data = io.BytesIO(body if isinstance(body, bytes) else json.dumps(body).encode())
        url = self.address(**place)
        async with self.session.post(url, data=data, headers=headers) as response:
            return Reply(response.status, response.headers, await response.read())

    async def ask(self, prompt: str, *, key: str | None = "a-key", **place: str) -> Reply:
        """One prompt, drawn small where the model can."""
        body = {"contents": [{"role": "user", "parts": [{"text": prompt}]}]}
        if place.get("model", MODEL) == MODEL:
            body |= {"generationConfig": {"imageConfig": {"imageSize": "512"}}}
        return await self.send(body, key=key, **place)

    async def look(self, path: str, method: str = "GET") -> Any:
        async with self.session.request(method, self.url + path) as response:
            return await response.json()


@pytest.fixture(scope="session")
def upstream():
    with running_upstream(seconds=(0, 0)) as running:
        yield running


@pytest.fixture
async def client(upstream):
    timeout = aiohttp.ClientTimeout(total=20)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        client = Client(session, upstream.url)
        await client.look("/calls", "DELETE")
        yield client
        await client.look("/release", "POST")


CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
VIEWPORT = {"width": 1000, "height": 900}
PRESSES = 3
PATIENCE = 20
"""Seconds for anything that takes a moment; only a broken demo waits so long."""


class Discord:
    """The demo's page, used as a person uses it. A card is one message's element."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.cards = page.locator("#channel-message-list article")

    def use(
        self,
        command: str,
        prompt: str | None = None,
        *,
        option: str = "prompt",
        image: Path | None = None,
        file: Path | None = None,
        required: Path | None = None,
    ) -> Locator:
        """Pick a slash command, fill it in and send it; the card that comes of it.

        `prompt` goes into its first `option`; a `required` image is asked for without more.
        """
        page, last = self.page, self._last_id()
        page.locator("#channel-composer-input").click()
        page.keyboard.type(f"/{command}")
        offered = page.locator(".command-popup").get_by_text(f"/{command}", exact=True).first
        offered.wait_for()
        self._enter('() => document.querySelector(".command-chip")', otherwise=offered)
        if prompt is not None:
            page.locator(f'.command-option-input[data-option="{option}"]:focus').wait_for()
            page.keyboard.type(prompt)
        for name, path in (("image", image), ("file", file)):
            if path is not None:
                page.locator(".command-ghost").click()
                page.locator(".command-popup").get_by_text(name, exact=True).first.click()
        for name, path in (("image", image or required), ("file", file)):
            if path is not None:
                chosen = f'input.command-file-input[data-option="{name}"]'
                page.locator(chosen).set_input_files(path)
        self._send()
        return self._newer(last)

    def open_form(self, command: str, **options: str) -> Locator:
        """Pick a command with options that are offered for a few letters; the form it opens."""
        page = self.page
        page.locator("#channel-composer-input").click()
        page.keyboard.type(f"/{command}")
        page.locator(".command-popup").get_by_text(f"/{command}", exact=True).first.click()
        page.locator(".command-chip").wait_for()
        for option, letters in options.items():
            page.locator(".command-ghost").click()
            page.locator(".command-popup").get_by_text(option, exact=True).first.click()
            page.keyboard.type(letters)
            page.locator(".command-popup").get_by_text(re.compile(letters)).last.click()
        self._send()
        form = page.get_by_role("dialog")
        form.wait_for()
        return form

    def submit(self, form: Locator) -> Locator:
        """Send a form; the card that comes of it."""
        last = self._last_id()
        form.get_by_role("button", name="Submit").click()
        return self._newer(last)

    def say(self, line: str) -> Locator:
        """Type a whole line and send it; the card that comes of it."""
        last = self._last_id()
        self.page.locator("#channel-composer-input").fill(line)
        self._send()
        return self._newer(last)

    def next(self, card: Locator) -> Locator:
        """The card that follows another, now or soon."""
        return self._newer(self.identity(card))

    def next_or_press(self, card: Locator, pressed: Locator, label: str) -> Locator:
        """The same; where the page was busy and ignored a press, it is pressed again."""
        for _ in range(PRESSES):
            with suppress(BrowserError):
                return self._newer(self.identity(card), timeout=6000)
            pressed.get_by_role("button", name=label).click()
        return self.next(card)

    def press(self, card: Locator, label: str, *, until: str) -> None:
        """Press a button until its card says so: the page was busy where it ignored a press."""
        for _ in range(PRESSES):
            card.get_by_role("button", name=label).click()
            with suppress(BrowserError):
                card.get_by_text(until).wait_for(timeout=3000)
                return
        card.get_by_text(until).wait_for()

    def form_of(self, card: Locator, label: str) -> Locator:
        """Press a button until its form is open, for the same reason."""
        form = self.page.get_by_role("dialog")
        for _ in range(PRESSES):
            with suppress(BrowserError):
                card.get_by_role("button", name=label).click(timeout=3000)
                form.wait_for(timeout=3000)
                return form
        form.wait_for()
        return form

    def identity(self, card: Locator) -> int:
        return int(card.get_attribute("data-message-id") or 0)

    def view_as(self, name: str) -> None:
        picker = self.page.locator("#viewer-picker")
        viewer = picker.locator("option", has_text=name).get_attribute("value")
        if picker.input_value() != viewer:
            picker.select_option(viewer)
        self.page.locator(f"""article[data-media-reuse-scope$='"{viewer}"]']""").first.wait_for()

    def _last_id(self) -> int:
        return self.identity(self.cards.last)

    def _newer(self, message_id: int, *, timeout: float | None = None) -> Locator:
        # Not by counting: a card may go while another comes. Ids grow with time.
        found = self.page.wait_for_function(
            """last => [...document.querySelectorAll("#channel-message-list article")]
                .map(card => card.dataset.messageId).find(id => BigInt(id) > BigInt(last))""",
            arg=str(message_id),
            timeout=timeout,
        )
        return self.page.locator(f'article[data-message-id="{found.json_value()}"]')

    def _send(self) -> None:
        taken = """() => !document.querySelector(".command-chip")
            && !document.querySelector("#channel-composer-input").value"""
        self._enter(taken, otherwise=self.page.locator("#send-message"))

    def _enter(self, taken: str, *, otherwise: Locator) -> None:
        """Press Enter; where the page was busy and ignored it, a person would click instead."""
        self.page.keyboard.press("Enter")
        try:
            self.page.wait_for_function(taken, timeout=1000)
        except BrowserError:
            otherwise.click()
            self.page.wait_for_function(taken)

    def picture(self, card: Locator) -> Image.Image:
        """The picture a card shows, as the browser got it, once it is there."""
        card.locator("img.gallery-image").wait_for()
        data = card.evaluate(
            # The page puts in a new element whenever it draws the card again, so look for it anew.
            """async card => {
                let image;
                do {
                    await new Promise(requestAnimationFrame);
                    image = card.querySelector("img.gallery-image");
                } while (!image?.complete || !image.naturalWidth);
                const canvas = document.createElement("canvas");
                canvas.width = image.naturalWidth;
                canvas.height = image.naturalHeight;
                canvas.getContext("2d").drawImage(image, 0, 0);
                return canvas.toDataURL("image/png").split(",")[1];
            }"""
        )
        return Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB")


@dataclass(frozen=True, slots=True)
class RunningDemo:
    """`plantain demo` as a process; `url` is its page's."""

    process: subprocess.Popen[str]
    url: str
    temporary: Path
    """The folder its temporary files go to; nothing else uses it."""

    def stop(self, number: signal.Signals) -> int:
        """Send it a signal; its exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


OpenDemo = Callable[..., AbstractContextManager[RunningDemo]]


@pytest.fixture(scope="session")
def demo_command():
    return [sys.executable, "-m", "bot", "demo", "--no-browser", "--port"]


@pytest.fixture(scope="session")
def open_demo(demo_command, tmp_path_factory) -> OpenDemo:
    """Start the demo as a newcomer does, with its own folder for temporary files."""

    @contextmanager
    def opened():
        temporary = tmp_path_factory.mktemp("demo")
        with subprocess.Popen(
            [*demo_command, "0"],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "TMPDIR": str(temporary)},
        ) as process:
            try:
                page = next((line for line in process.stdout if line.startswith("http")), None)
                assert page is not None, "the demo ended without naming its page"
                yield RunningDemo(process, page.strip(), temporary)
            finally:
                process.kill()

    return opened


@pytest.fixture(scope="module")
def demo(open_demo):
    with open_demo() as running:
        yield running
        assert running.stop(signal.SIGINT) == 0


@pytest.fixture(scope="module")
def browser():
    """Headless Chromium as the system has it; none is ever downloaded."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        absent = f"no browser for the demo's page: none of {', '.join(names)} is installed"
        pytest.fail(absent) if os.environ.get("CI") == "true" else pytest.skip(absent)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def open_page(browser):
    """Open a demo's page, greeted; SimCord works for every page that was ever opened."""
    with ExitStack() as pages:

        def opened(url):
            page = pages.enter_context(closing(browser.new_page(viewport=VIEWPORT)))
            page.set_default_timeout(PATIENCE * 1000)
            page.goto(url)
            discord = Discord(page)
            discord.cards.first.wait_for()
            return discord

        yield opened


@pytest.fixture(scope="module")
def demo_page(open_page, demo):
    return open_page(demo.url)


@pytest.fixture
def discord(demo_page):
    """The one page of the one demo, seen as You."""
    yield demo_page
    demo_page.view_as("You")
