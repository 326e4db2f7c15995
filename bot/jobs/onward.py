"""What a press on a finished job asks for: the next request, from which picture, and whose."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.errors import JobUnknown
from bot.generation.cast import NOBODY, Cast
from bot.generation.request import (
    Appearance,
    AspectRatio,
    GenerationRequest,
    ImageRef,
    Resolution,
)
from bot.i18n import Sentences
from bot.jobs.job import Button, Job, JobKind, Origin, Press, Stored
from bot.jobs.service import Draft, Quote, Studio
from bot.jobs.uploads import Upload

ANY_WORDS = "…"
"""What is wanted is not known before the form, which says what it will cost."""
MOST_UPLOADS = 10
"""What one field of a form takes."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody filled in. `picture` is the place of one of several, from 0; None leaves open.

    `uploads` come after that picture, and the pictures of the `cast` after these.
    """

    words: str
    picture: int = 0
    uploads: Sequence[Upload] = ()
    aspect_ratio: AspectRatio | None = None
    resolution: Resolution | None = None
    count: int = 1
    cast: Cast = NOBODY

    def with_first(self, upload: Upload) -> "Wish":
        """The same, working from one more picture before the others."""
        return replace(self, uploads=(upload, *self.uploads))


@dataclass(frozen=True, slots=True)
class Choices:
    """What a form for such a request may offer. `sizes` with what one picture costs.

    `uploads` is how many pictures may come beside the one that is there.
    """

    ratios: tuple[AspectRatio, ...]
    sizes: tuple[Quote, ...]
    usual: Quote
    uploads: int


@dataclass(frozen=True, slots=True)
class Step:
    """A draft ready to submit; the fields as `Studio.submit` takes them."""

    draft: Draft
    button: Button | None = None
    pictures: tuple[ImageRef, ...] = ()
    uploads: Sequence[Upload] = ()
    origin: Origin | None = None
    brought_by: int | None = None
    kept: tuple[ImageRef, ...] = ()
    cast: tuple[ImageRef, ...] = ()

    @property
    def reference_images(self) -> int:
        """How many pictures the request works from."""
        return len(self.pictures) + len(self.uploads) + len(self.kept) + len(self.cast)

    def press(self, member_id: int) -> Press | None:
        """What its first card says of where it came from."""
        return Press(self.button, member_id) if self.button else None


class Onward:
    """Steps from a stored job. All raise a Refusal for what no upstream can do.

    The style goes along as it was then. What repeats a request repeats the server's words as well;
    what says something new has those of the server where it is said, `house_style`.
    """

    def __init__(self, *, studio: Studio, sentences: Sentences) -> None:
        self._studio = studio
        self._say = sentences.say

    def larger(self, job: Job) -> list[Quote]:
        """What a larger copy of one of its pictures costs, for each resolution there is."""
        sizes = list(Resolution)
        known = sizes.index(job.request.resolution)
        quotes = self._studio.quotes(job.request, reference_images=1)
        return [quote for quote in quotes if sizes.index(quote.resolution) > known]

    def choices(self, request: GenerationRequest | None, *, reference_images: int) -> Choices:
        """What may be asked for in the way of a request; None is the usual one."""
        usual = self._studio.draft(
            JobKind.EDIT,
            ANY_WORDS,
            model=request.model if request else None,
            aspect_ratio=None,
            resolution=request.resolution if request else None,
            count=1,
            thinking=request.thinking if request else None,
            reference_images=reference_images,
        )
        model = next(one for one in self._studio.models() if one.id == usual.request.model)
        return Choices(
            model.aspect_ratios,
            tuple(self._studio.quotes(usual.request, reference_images=reference_images)),
            Quote(usual.request.resolution, usual.price),
            min(MOST_UPLOADS, model.reference_images - reference_images),
        )

    def edit_foreign(self, wish: Wish, *, house_style: str | None) -> Step:
        """Pictures that are no job's, changed by words; all of them are uploads."""
        draft = self._studio.draft(
            JobKind.EDIT,
            wish.words,
            model=None,
            aspect_ratio=wish.aspect_ratio,
            resolution=wish.resolution,
            count=1,
            reference_images=len(wish.uploads) + len(wish.cast.pictures),
            characters=wish.cast.after(len(wish.uploads)),
            house_style=house_style,
        )
        return Step(draft, uploads=wish.uploads, cast=wish.cast.pictures)

    def again(self, stored: Stored) -> Step:
        """The same request once more."""
        job, request = stored.job, stored.job.request
        return Step(
            self._draft(
                job.kind,
                request,
                request.prompt,
                count=request.count,
                reference_images=len(request.reference_images),
                characters=request.characters,
            ),
            Button.AGAIN,
            pictures=request.reference_images,
            origin=job.origin,
            # Whoever presses has not been shown them: they stay their owner's through every Again.
            brought_by=_owner(job),
        )

    def edit(
        self,
        stored: Stored,
        wish: Wish,
        button: Button = Button.EDIT,
        *,
        house_style: str | None,
    ) -> Step:
        """One picture changed by words."""
        request, cast = stored.job.request, wish.cast
        given = 1 + len(wish.uploads)
        draft = self._draft(
            JobKind.EDIT,
            replace(request, aspect_ratio=AspectRatio.AUTO, house_style=house_style),
            wish.words,
            wish=wish,
            reference_images=given + len(cast.pictures),
            characters=cast.after(given),
        )
        picture = _picture(stored, wish.picture)
        origin = Origin(stored.job.id, wish.picture)
        return Step(
            draft, button, (picture,), uploads=wish.uploads, origin=origin, cast=cast.pictures
        )

    def vary(self, stored: Stored, number: int, locale: str) -> Step:
        """Another of the same kind, after one picture."""
        return self._after(stored, number, stored.job.request.resolution, Button.VARY, locale)

    def upscale(self, stored: Stored, number: int, size: Resolution, locale: str) -> Step:
        """The same picture, drawn larger."""
        return self._after(stored, number, size, Button.UPSCALE, locale)

    def remix(self, stored: Stored, wish: Wish, member_id: int, *, house_style: str | None) -> Step:
        """The request with other words; from its pictures only those the member has been shown.

        Who took part in it does as they were then, beside who is named anew.
        """
        job, request = stored.job, stored.job.request
        pictures = shown(job, member_id)
        stay = request.characters if pictures == request.reference_images else ()
        cast = wish.cast.without(stay)
        draft = self._draft(
            job.kind if pictures else JobKind.IMAGINE,
            replace(request, house_style=house_style),
            wish.words,
            wish=wish,
            count=wish.count,
            reference_images=len(pictures) + len(cast.pictures),
            characters=(*stay, *cast.after(len(pictures))),
        )
        origin = job.origin if pictures else None
        return Step(draft, Button.REMIX, pictures, origin=origin, cast=cast.pictures)

    def _after(
        self, stored: Stored, number: int, size: Resolution, button: Button, locale: str
    ) -> Step:
        job, request = stored.job, stored.job.request
        picture, words = _picture(stored, number), request.prompt
        if job.kind is JobKind.EDIT:
            # What it asked to change has been changed, and must not be once more.
            larger = button is Button.UPSCALE
            words = self._say("wish-upscale" if larger else "wish-vary", locale)
        draft = self._draft(job.kind, replace(request, resolution=size), words, reference_images=1)
        return Step(draft, button, (picture,), origin=Origin(job.id, number))

    def _draft(
        self,
        kind: JobKind,
        like: GenerationRequest,
        words: str,
        *,
        reference_images: int,
        wish: Wish | None = None,
        count: int = 1,
        characters: Sequence[Appearance] = (),
    ) -> Draft:
        return self._studio.draft(
            kind,
            words,
            model=like.model,
            aspect_ratio=(wish.aspect_ratio if wish else None) or like.aspect_ratio,
            resolution=(wish.resolution if wish else None) or like.resolution,
            count=count,
            thinking=like.thinking,
            reference_images=reference_images,
            style=like.style,
            house_style=like.house_style,
            characters=characters,
        )


def shown(job: Job, member_id: int) -> tuple[ImageRef, ...]:
    """Those of its reference images that are the member's own or that everybody could see."""
    references = job.request.reference_images
    if _owner(job) == member_id:
        return references
    # The first of an edit is the picture that was edited; what was uploaded beside it is private.
    return references[:1] if job.origin else ()


def _owner(job: Job) -> int:
    return job.place.member_id if job.brought_by is None else job.brought_by


def _picture(stored: Stored, number: int) -> ImageRef:
    """The number comes from outside."""
    if not 0 <= number < len(stored.results):
        raise JobUnknown
    return stored.results[number]
