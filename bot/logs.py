"""One stream of log lines for ours and the libraries', with every secret taken out."""

import logging
import re
import sys
from collections.abc import Iterable, Mapping

import structlog
from structlog.typing import EventDict, Processor

HIDDEN = "[hidden]"
# Discord's interaction and bot tokens, bearer and query keys, and the key shapes upstreams use.
SECRET_SHAPES = re.compile(
    r"(?<=/webhooks/)\d+/[\w-]{20,}"
    r"|(?<=/interactions/)\d+/[\w-]{20,}"
    r"|(?i:bearer )[\w.~+/-]{6,}=*"
    r"|[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,}"
    r"|aW50ZXJhY3Rpb246[\w=-]+"
    r"|AIza[\w-]{20,}"
    r"|AQ\.[\w-]{10,}"
    r"|sk-[\w-]{8,}"
    r"|(?<=[?&]key=)[^&\s]+"
)


def configure(*, level: str, json: bool, secrets: Iterable[str]) -> None:
    """Send everything to standard error. `secrets` are never printed, wherever they turn up."""
    # Longest first, so that no secret's beginning is taken out and its end left.
    known = sorted(filter(None, secrets), key=len, reverse=True)

    def redact(_logger: object, _method: str, event: EventDict) -> EventDict:
        # An underscore marks what structlog carries along and does not print.
        return {
            name: value if name.startswith("_") else _clean(value, known)
            for name, value in event.items()
        }

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
    handler.addFilter(lambda record: "voice will NOT be" not in str(record.msg))
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for noisy in ("discord", "aiosqlite", "asyncio"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLogger().level))


def _clean(value: object, known: list[str]) -> object:
    """The same without secrets; what is no plain value becomes the text it would be printed as."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(_clean(name, known)): _clean(item, known) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(item, known) for item in value]
    text = value if isinstance(value, str) else repr(value)
    for secret in known:
        text = text.replace(secret, HIDDEN)
    return SECRET_SHAPES.sub(HIDDEN, text)
