"""The `plantain` command. Exit code 0 is good, 1 a failure, 2 wrong usage or configuration."""

import asyncio
import sys
from collections.abc import Coroutine
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.errors import (
    CommitUnknown,
    DiscordUnreachable,
    PlantainError,
    Refusal,
    SettingsError,
    StorageError,
)
from bot.generation.request import AspectRatio, Resolution, Thinking
from bot.settings import Settings

app = typer.Typer(
    name="plantain",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
db = typer.Typer(help="Look after the database.", no_args_is_help=True)
ledger = typer.Typer(help="Look after credits.", no_args_is_help=True)
upstreams = typer.Typer(invoke_without_command=True)
jobs = typer.Typer(help="Look after jobs.", no_args_is_help=True)
app.add_typer(db, name="db")
app.add_typer(ledger, name="ledger")
app.add_typer(upstreams, name="upstreams")
app.add_typer(jobs, name="jobs")

FAILURE = 1
USAGE = 2
PROVIDERS = "google, apiyi, evolink, toapis, aivideoapi, apiyi-chat, evolink-chat"
"""Those we know, for the help alone: reading them from the catalog would slow every start."""

Prompt = Annotated[
    str, typer.Argument(metavar="PROMPT", help="What the picture should show, or what to change.")
]
Images = Annotated[
    list[Path] | None,
    typer.Option(
        metavar="FILE", help="A picture to work from; may be repeated.", exists=True, dir_okay=False
    ),
]
Size = Annotated[
    Resolution | None,
    typer.Option(case_sensitive=False, help="Size class; 1K where it is left out."),
]
Called = Annotated[
    str, typer.Argument(metavar="JOB", help="A job's id, or the last eight letters of it.")
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]


def _tell_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"plantain {metadata.version('plantain')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_tell_version, is_eager=True, help="Say which version this is."
        ),
    ] = False,
) -> None:
    """Make and edit pictures on Discord with Google's Nano Banana models."""


def main() -> None:
    """Run the command line; every error we know ends as one clear line."""
    try:
        app()
    except SettingsError as error:
        sys.exit(_complain(f"{error.setting}: {error.problem}", USAGE))
    except Refusal as error:
        sys.exit(_complain(_sentence(error), USAGE))
    except PlantainError as error:
        sys.exit(_complain(_for_operator(error), FAILURE))
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
    prompt: Prompt,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="The file to write.")
    ],
    image: Images = None,
    model: Annotated[
        str | None, typer.Option(metavar="NAME", help="An id or alias, such as nano-banana-pro.")
    ] = None,
    aspect_ratio: Annotated[
        AspectRatio,
        typer.Option(metavar="RATIO", help="Width to height, from 1:8 to 8:1, such as 16:9."),
    ] = AspectRatio.AUTO,
    resolution: Size = None,
    thinking: Annotated[
        Thinking | None,
        typer.Option(case_sensitive=False, help="How long the model may think; more costs more."),
    ] = None,
    provider: Annotated[
        str | None, typer.Option(metavar="NAME", help=f"One of {PROVIDERS}, or of your own file.")
    ] = None,
    attempts: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="At most so many calls; 1 shows the first failure."),
    ] = None,
    timeout: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", min=0.1, help="For one call to the upstream."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make one picture from the terminal: how an operator tries a key. This costs money.

    \b
    plantain generate "a red fox in snow" -o fox.png
    plantain generate "make it night" --image fox.png --resolution 2K -o night.png
    """
    from bot import terminal  # noqa: PLC0415 - imports the HTTP client

    wish = terminal.Wish(
        prompt=prompt,
        output=output,
        images=tuple(image or ()),
        model=model,
        aspect_ratio=aspect_ratio,
        resolution=resolution,
        thinking=thinking,
        provider=provider,
        timeout=timeout,
        attempts=attempts,
    )
    raise typer.Exit(_run(terminal.generate(Settings.read(), wish, as_json=as_json)))


@upstreams.callback()
def show_upstreams(
    context: typer.Context,
    probe: Annotated[
        bool, typer.Option("--probe", help="Ask each key one question, which is free.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="With what an upstream said, keys taken out.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show each upstream and key: what is closed, what it may be asked, spent and costs.

    With --probe the exit code is 1 when a key does not answer or has nothing left.
    """
    if context.invoked_subcommand is not None:
        if probe or verbose or as_json:
            raise SettingsError(context.invoked_subcommand, "its options come after its name")
        return
    from bot.upstreams import overview  # noqa: PLC0415 - see generate

    shown = overview.show(Settings.read(), probe=probe, as_json=as_json, verbose=verbose)
    raise typer.Exit(_run(shown))


@upstreams.command("prices")
def upstreams_prices(as_json: AsJson = False) -> None:
    """Show what every model costs at every upstream, in USD and credits, and who says so."""
    from bot.upstreams import prices  # noqa: PLC0415 - see generate

    prices.show(Settings.read(), as_json=as_json)


@upstreams.command("spending")
def upstreams_spending(
    days: Annotated[
        int, typer.Option(metavar="N", min=1, max=3660, help="Days (UTC), today included.")
    ] = 7,
    as_json: AsJson = False,
) -> None:
    """Show what upstreams were paid: surely, perhaps, and with no member charged."""
    from bot.upstreams import spending  # noqa: PLC0415 - see generate

    _run(spending.show(Settings.read(), days=days, as_json=as_json))


@upstreams.command("reset")
def upstreams_reset(
    name: Annotated[str, typer.Argument(metavar="NAME", help="An upstream, such as google.")],
) -> None:
    """Let an upstream that is closed be asked at once; a running bot heeds it too."""
    from bot.upstreams import repair  # noqa: PLC0415 - see generate

    _run(repair.reset(Settings.read(), name))


@db.command("upgrade")
def db_upgrade() -> None:
    """Create the database or bring its schema up to date."""
    from bot import terminal  # noqa: PLC0415 - see generate

    _run(terminal.upgrade(Settings.read()))


@db.command("check")
def db_check() -> None:
    """Look for damage, and recompute the ledger; a bot may be running. Exit code 1 if any."""
    from bot.storage import proof  # noqa: PLC0415 - see generate

    raise typer.Exit(_run(proof.check(Settings.read())))


@db.command("backup")
def db_backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to.")],
    force: Annotated[bool, typer.Option("--force", help="Replace a file that exists.")] = False,
) -> None:
    """Save the database to a file, whole and proved, while the bot runs. Pictures are not in it.

    \b
    plantain db backup saturday.db && rsync -a data/images/ backup/images/
    """
    from bot.storage import backup  # noqa: PLC0415 - see generate

    raise typer.Exit(_run(backup.save(Settings.read(), file, force=force)))


@db.command("restore")
def db_restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup, also an older one.")],
) -> None:
    """Put a backup in the database's place, with the bot stopped. What was there is kept."""
    from bot.storage import backup  # noqa: PLC0415 - see generate

    raise typer.Exit(_run(backup.restore(Settings.read(), file)))


@db.command("copy")
def db_copy(
    target: Annotated[str, typer.Option("--to", metavar="URL", help="A database that is new.")],
    source: Annotated[
        str | None, typer.Option("--from", metavar="URL", help="The bot's own if left out.")
    ] = None,
) -> None:
    """Copy everything to another database, of the other engine or the same; with the bot stopped.

    A password may be left out of the URL and given as PGPASSWORD.

    \b
    plantain db copy --from sqlite:///data/plantain.db --to postgresql://plantain@host/plantain
    """
    from bot.storage import removal  # noqa: PLC0415 - see generate

    _run(removal.copy(Settings.read(), source, target))


@ledger.command("check")
def ledger_check() -> None:
    """Recompute every balance from its entries; exit code 1 and the differences if any."""
    from bot import terminal  # noqa: PLC0415 - see generate

    raise typer.Exit(_run(terminal.check_ledger(Settings.read())))


@ledger.command("export")
def ledger_export(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="Where to; standard output if left out.")
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="The only format there is.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that exists.")] = False,
) -> None:
    """Write every entry of the books, the oldest first; a bot may be running.

    \b
    plantain ledger export --csv credits.csv
    """
    from bot.books import export  # noqa: PLC0415 - brings the database

    if not as_csv:
        raise SettingsError("--csv", "name the format; it is the only one")
    raise typer.Exit(_run(export.write(Settings.read(), file, force=force)))


@ledger.command("account")
def ledger_account(
    account: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="A member's Discord id, or an account such as server:123 or house:revenue.",
        ),
    ],
    last: Annotated[
        int, typer.Option(metavar="N", min=1, max=1000, help="So many of its newest entries.")
    ] = 20,
    as_json: AsJson = False,
) -> None:
    """Show an account: what it has, what it holds for which jobs, and its last entries."""
    from bot.books import account as page  # noqa: PLC0415 - brings the database

    shown = page.show(Settings.read(), account, last=last, as_json=as_json)
    raise typer.Exit(_run(shown))


@jobs.command("list")
def jobs_list(
    state: Annotated[
        str | None, typer.Option(metavar="STATE", help="Only jobs in this state, such as running.")
    ] = None,
    last: Annotated[
        int, typer.Option(metavar="N", min=1, max=1000, help="So many of the newest.")
    ] = 20,
    as_json: AsJson = False,
) -> None:
    """Show the newest jobs and where they stand; a bot may be running."""
    from bot.roster import sheet  # noqa: PLC0415 - brings the database

    shown = sheet.list_jobs(Settings.read(), state=state, last=last, as_json=as_json)
    raise typer.Exit(_run(shown))


@jobs.command("show")
def jobs_show(job: Called, as_json: AsJson = False) -> None:
    """Show one job and every paid call for it."""
    from bot.roster import sheet  # noqa: PLC0415 - brings the database

    raise typer.Exit(_run(sheet.show_job(Settings.read(), job, as_json=as_json)))


@jobs.command("retry")
def jobs_retry(
    job: Called,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Even where a call for it may have been paid for.")
    ] = False,
) -> None:
    """Deliver a job that waits at once, or have one that failed drawn again; a bot may be running.

    What is drawn again is a new job, paid for as any other, at today's price. Limits and allowances
    by role are not looked at, as only Discord knows who has which role.
    """
    from bot.roster import repair  # noqa: PLC0415 - brings the database

    raise typer.Exit(_run(repair.retry(Settings.read(), job, anyway=anyway)))


@jobs.command("release")
def jobs_release(job: Called) -> None:
    """Give a job's credits back and end it; a running bot stops it and tells its member."""
    from bot.roster import repair  # noqa: PLC0415 - brings the database

    raise typer.Exit(_run(repair.release(Settings.read(), job)))


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


def _for_operator(error: PlantainError) -> str:
    """What happened, in place of sentences that tell members to try again in a minute."""
    if isinstance(error, CommitUnknown):
        return f"{error.problem}; nobody knows whether it was stored, so look before you repeat it"
    if isinstance(error, StorageError):
        return error.problem
    if isinstance(error, DiscordUnreachable):
        return f"{_sentence(error)} {error.problem}"
    return _sentence(error)


def _sentence(error: PlantainError) -> str:
    from bot.i18n import Sentences  # noqa: PLC0415 - only on the way out

    return Sentences.load().explain(error, "en")


def _complain(line: str, code: int) -> int:
    typer.echo(f"plantain: {line}", err=True)
    return code


if __name__ == "__main__":
    main()
