"""The `plantain` command. Exit code 0 is good, 1 a failure, 2 wrong usage or configuration."""

import asyncio
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.errors import PlantainError, Refusal, SettingsError
from bot.generation.request import AspectRatio, Resolution
from bot.settings import Settings

app = typer.Typer(
    name="plantain",
    help="Make and edit pictures on Discord with Google's Nano Banana models.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
db = typer.Typer(help="Look after the database.", no_args_is_help=True)
ledger = typer.Typer(help="Look after credits.", no_args_is_help=True)
app.add_typer(db, name="db")
app.add_typer(ledger, name="ledger")

FAILURE = 1
USAGE = 2


def main() -> None:
    """Run the command line; every error we know ends as one clear line."""
    try:
        app()
    except SettingsError as error:
        sys.exit(_complain(f"{error.setting}: {error.problem}", USAGE))
    except Refusal as error:
        sys.exit(_complain(_sentence(error), USAGE))
    except PlantainError as error:
        sys.exit(_complain(f"{_sentence(error)} {error}", FAILURE))
    except KeyboardInterrupt:
        sys.exit(130)


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="Where the page is served; 0 picks a free one.")] = 8811,
    browser: Annotated[bool, typer.Option(help="Open the page in a browser.")] = True,
    data: Annotated[
        Path | None, typer.Option(help="Keep the demo's data here instead of throwing it away.")
    ] = None,
    real: Annotated[
        bool, typer.Option("--real", help="Call the configured upstream; this costs money.")
    ] = False,
) -> None:
    """Try the bot in a page that looks like Discord. No token and no key needed."""
    try:
        from bot.demo.preview import run_demo  # noqa: PLC0415 - an extra; patches its process
    except ImportError as error:
        raise SettingsError(
            "plantain[demo]", f"the demo's packages are not installed ({error.name})"
        ) from error
    _run(run_demo(port=port, browser=browser, data=data, real=real))


@app.command()
def run() -> None:
    """Connect to Discord and serve until stopped."""
    from bot import serve  # noqa: PLC0415 - imports discord

    _run(serve.serve(Settings.read()))


@app.command()
def generate(
    prompt: Annotated[str, typer.Argument(help="What the picture should show, or what to change.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")],
    image: Annotated[
        list[Path] | None,
        typer.Option(help="A picture to work from; may be repeated.", exists=True, dir_okay=False),
    ] = None,
    model: Annotated[str | None, typer.Option(help="A model id or alias.")] = None,
    aspect_ratio: Annotated[AspectRatio, typer.Option(help="Width to height.")] = AspectRatio.AUTO,
    resolution: Annotated[
        Resolution | None, typer.Option(help="Size class.", case_sensitive=False)
    ] = None,
    provider: Annotated[str | None, typer.Option(help="Which upstream, such as google.")] = None,
    timeout: Annotated[
        float | None, typer.Option(min=0.1, help="Seconds for one call to the upstream.")
    ] = None,
    attempts: Annotated[
        int | None, typer.Option(min=1, help="At most so many calls; 1 shows the first failure.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Make one picture from the terminal: how an operator tries a key."""
    from bot import terminal  # noqa: PLC0415 - imports the HTTP client

    wish = terminal.Wish(
        prompt=prompt,
        output=output,
        images=tuple(image or ()),
        model=model,
        aspect_ratio=aspect_ratio,
        resolution=resolution,
        provider=provider,
        timeout=timeout,
        attempts=attempts,
    )
    raise typer.Exit(_run(terminal.generate(Settings.read(), wish, as_json=as_json)))


@db.command("upgrade")
def db_upgrade() -> None:
    """Create the database or bring its schema up to date."""
    from bot import terminal  # noqa: PLC0415 - see generate

    _run(terminal.upgrade(Settings.read()))


@ledger.command("check")
def ledger_check() -> None:
    """Recompute every balance from its entries; exit code 1 and the differences if any."""
    from bot import terminal  # noqa: PLC0415 - see generate

    raise typer.Exit(_run(terminal.check_ledger(Settings.read())))


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


def _sentence(error: PlantainError) -> str:
    from bot.i18n import Sentences  # noqa: PLC0415 - only on the way out

    return Sentences.load().explain(error, "en")


def _complain(line: str, code: int) -> int:
    typer.echo(f"plantain: {line}", err=True)
    return code


if __name__ == "__main__":
    main()
