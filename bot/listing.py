"""What is refused of lists of prompts: leaves of the family in `bot.errors`, as facts."""

from dataclasses import dataclass

from bot.errors import Refusal


@dataclass(eq=False)
class ListMissing(Refusal):
    """/batch without a file, from somebody who has no batch yet."""

    key = "refusal-list-missing"


@dataclass(eq=False)
class ListTooLarge(Refusal):
    """Both in kilobytes."""

    key = "refusal-list-too-large"
    size: int
    limit: int


@dataclass(eq=False)
class NotText(Refusal):
    """The file is no UTF-8: another encoding, or no text at all."""

    key = "refusal-not-text"


@dataclass(eq=False)
class NoTable(Refusal):
    """The CSV cannot be read from this line on."""

    key = "refusal-no-table"
    line: int


@dataclass(eq=False)
class NoPrompts(Refusal):
    """Blank lines and comments alone."""

    key = "refusal-no-prompts"


@dataclass(eq=False)
class TooManyPrompts(Refusal):
    key = "refusal-too-many-prompts"
    given: int
    limit: int


@dataclass(eq=False)
class NoPromptColumn(Refusal):
    """The first line of a CSV names no column "prompt"; `known` lists the names there may be."""

    key = "refusal-no-prompt-column"
    known: str


@dataclass(eq=False)
class UnknownColumn(Refusal):
    """`column` as it stands there; `known` lists the names there may be."""

    key = "refusal-unknown-column"
    column: str
    known: str


@dataclass(eq=False)
class NotOneOf(Refusal):
    """A cell that is none of what its `column` can be; `supported` lists that."""

    key = "refusal-not-one-of"
    column: str
    value: str
    supported: str


@dataclass(eq=False)
class CellsLeftOver(Refusal):
    """A line of a CSV has more cells than there are columns."""

    key = "refusal-cells-left-over"


@dataclass(eq=False)
class BatchUnknown(Refusal):
    """No batch that was begun, or somebody else's."""

    key = "refusal-batch-unknown"


@dataclass(eq=False)
class BatchEmpty(Refusal):
    """A batch has no pictures to be had, yet or any more."""

    key = "refusal-batch-empty"


@dataclass(eq=False)
class BatchOver(Refusal):
    """A batch that was to be cancelled has ended."""

    key = "refusal-batch-over"
