"""The bot without Discord: begins a batch and sees it to its end, unless it is killed.

    python batch.py DATA_DIR UPSTREAM_URL WORDS PROMPTS

begins one of so many prompts, or with 0 goes on with what is there. What it shows becomes a folder
below DATA_DIR for each message, which is there before "shown" is printed.
"""

import asyncio
import shutil
import sys
from contextlib import AsyncExitStack
from pathlib import Path

from bot.app import open_app
from bot.jobs.job import Place
from bot.jobs.lines import Line
from bot.jobs.payers import PaidBy
from bot.quotas.limit import Who
from bot.settings import Settings

WHO = Who(7, 1)


class Wall:
    """A BatchDelivery whose messages are folders; one that is there already is found."""

    def __init__(self, folder):
        self.folder = folder

    async def progress(self, course, ready_at):
        pass

    async def pictures(self, course, post, shown):
        return await self._post(post, [picture.path for _, picture in shown])

    async def archive(self, course, post, files, *, first, of):
        return await self._post(post, files)

    async def over(self, course, archives):
        print("over", course.counts.drawn, course.charged, flush=True)  # noqa: T201

    async def _post(self, post, files):
        message = self.folder / f"{post.number:02d}-{post.kind}"
        if post.tries > 1 and message.is_dir():
            return post.number
        draft = message.with_name("draft")
        draft.mkdir(parents=True)
        for number, file in enumerate(files):
            shutil.copy(file, draft / f"{number}-{file.name}")
        # Fails for one that is there: it would be shown twice.
        draft.rename(message)
        print("shown", message.name, flush=True)  # noqa: T201
        # Long enough to be killed before it is known.
        await asyncio.sleep(0.3)
        return post.number


async def main(folder: Path, url: str, words: str, prompts: int) -> None:
    settings = Settings.model_validate(
        {
            "data_dir": folder,
            "welcome_credits": 1000,
            "gemini_api_key": "k",
            "gemini_base_url": url,
        }
    )
    async with AsyncExitStack() as resources:
        app = await resources.enter_async_context(open_app(settings))
        shutil.rmtree(folder / "wall" / "draft", ignore_errors=True)
        services = app.client.services
        services.courier._delivery = Wall(folder / "wall")
        place = Place(7, 1, 2, 3, 4, "token", "en-US", False, 10_000_000, 5)
        if prompts:
            text = "\n".join(f"{words} {number:02d}" for number in range(prompts)).encode()
            asked = await services.batches.ask(text, "a.txt", Line(0, ""), place, who=WHO)
            asked = await services.batches.look(asked.batch.id, WHO, (2,), said=PaidBy.MEMBER)
            await services.batches.begin(asked, place)
        await services.sweeper.sweep()
        await services.dispatcher.rest()
        await services.courier.rest()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])))
