"""Addresses of pictures in what a model says. Pure; no text is gone through again and again."""

import re

_EXTENSIONS = (".png", ".jpg", ".jpeg", ".webp", ".gif")
_MARKDOWN = re.compile(r"!\[[^\[\]]*+\]\(\s*+<?+([^\s()<>]*+)[^()]*+\)")
_EMPTY_LINK = re.compile(r"\[[^\[\]]*+\]\(\)")
_ADDRESS = re.compile(r"https?://[^\s\"'<>()\[\]`]+", re.IGNORECASE)
_DATA_URI = re.compile(r"data:[\w.+-]+/[^\s\"'<>()\[\]`]*", re.IGNORECASE)
_PUNCTUATION = ".,;:!?*_~"


def find_marked(text: str) -> tuple[str, ...]:
    """The addresses of Markdown's pictures, in order, whatever they end in."""
    return tuple(filter(is_picture, _MARKDOWN.findall(text)))


def find_bare(text: str) -> tuple[str, ...]:
    """The addresses that end as a picture's file does, in order."""
    found = (address.rstrip(_PUNCTUATION) for address in _ADDRESS.findall(text))
    return tuple(address for address in found if _is_file(address))


def is_picture(address: str) -> bool:
    """Whether it may be fetched: an address of the web, and no drawing that runs programs."""
    return bool(_ADDRESS.fullmatch(address)) and not _path(address).endswith((".svg", ".svgz"))


def strip(text: str) -> str:
    """The words alone, without pictures and the addresses of pictures."""
    text = _DATA_URI.sub("", _MARKDOWN.sub("", text))
    text = _ADDRESS.sub(lambda hit: "" if _is_file(hit[0]) else hit[0], text)
    text = _EMPTY_LINK.sub("", text).strip()
    return text if any(map(str.isalnum, text)) else ""


def _is_file(address: str) -> bool:
    return _path(address.rstrip(_PUNCTUATION)).endswith(_EXTENSIONS)


def _path(address: str) -> str:
    return re.split(r"[?#]", address, maxsplit=1)[0].lower()
