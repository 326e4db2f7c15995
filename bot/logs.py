"""One stream of log lines for ours and the libraries', with every secret taken out."""

import logging
import re
import sys
from collections.abc import Iterable

import structlog
from structlog.typing import EventDict, Processor

HIDDEN = "[hidden]"
# Discord's interaction and bot tokens, bearer and query keys, and the key shapes upstreams use.
SECRET_SHAPES = re.compile(
    r"(?<=/webhooks/)\d+/[\w-]{20,}"
    r"|(?<=/interactions/)\d+/[\w-]{20,}"
    r"|(?i:bearer )[\w.~+/-]{6,}=*"
    r"|[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,}"
    r"|AIza[\w-]{20,}"
    r"|sk-[\w-]{8,}"
    r"|(?<=[?&]key=)[^&\s]+"
)


def configure(*, level: str, json: bool, secrets: Iterable[str]) -> None:
    """Send everything to standard error. `secrets` are never printed, wherever they turn up."""
    known = [secret for secret in secrets if secret]

    def redact(_logger: object, _method: str, event: EventDict) -> EventDict:
        return {name: _clean(value, known) for name, value in event.items()}

    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redact,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    renderer: Processor = (
        structlog.processors.JSONRenderer()
        if json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for noisy in ("discord", "aiosqlite", "asyncio"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLogger().level))


def _clean(value: object, known: list[str]) -> object:
    if not isinstance(value, str):
        return value
    for secret in known:
        value = value.replace(secret, HIDDEN)
    return SECRET_SHAPES.sub(HIDDEN, value)
