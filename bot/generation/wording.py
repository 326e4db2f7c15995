"""A request in the words that are sent: all of them, and which picture shows whom. Pure."""

from collections.abc import Sequence

from bot.generation.request import Appearance, GenerationRequest


def spoken(request: GenerationRequest, *, apart: bool = False) -> str:
    """What a request says that goes alone, with all of its reference images.

    The house style is said first, unless it goes `apart`.
    """
    return introducing(request.words if apart else request.text, request.characters)


def introducing(
    words: str, characters: Sequence[Appearance], attached: Sequence[int] | None = None
) -> str:
    """The words, and then in a line of its own which pictures show whom.

    `attached` are the places of those reference images that go along with these words, in order;
    the others went before. None for all of them.
    """
    if not characters:
        return words
    return f"{words}\n\n{' '.join(_shown(one, attached) for one in characters)}"


def _shown(character: Appearance, attached: Sequence[int] | None) -> str:
    places = character.places
    known = places if attached is None else [attached.index(place) for place in places]
    *others, last = [str(place + 1) for place in known]
    where = "" if attached is None else " of this message"
    if not others:
        return f"Picture {last}{where} shows {character.name}."
    return f"Pictures {', '.join(others)} and {last}{where} show {character.name}."
