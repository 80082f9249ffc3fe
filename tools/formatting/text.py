# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict, TypeVar

# In the order in which they are nested: the outermost first.
KINDS = ("blockquote", "pre", "bold", "italic", "strikethrough", "code")
Styles = frozenset[str]
PLAIN: Styles = frozenset()
T = TypeVar("T")


class Entity(TypedDict):
    """A formatted part of a text, by the names of Telegram's Bot API.

    ``offset`` and ``length`` count characters of Python, not UTF-16 units as Telegram does.
    """

    type: str
    offset: int
    length: int


@dataclass(frozen=True)
class FormattedText:
    """A text as a person sees it, and which parts of it are formatted.

    What no entity says is literal, such as the asterisks of "1200*600*50".
    """

    text: str
    entities: tuple[Entity, ...] = ()

    @classmethod
    def of(cls, value: "FormattedText | str | None", entities: Any = None) -> "FormattedText":
        """Return a value as a formatted text.

        :param value: a text without formatting, or a formatted one
        :param entities: of a text, as they are stored; may be empty
        """
        if isinstance(value, FormattedText):
            return value
        return cls(value or "", tuple(entities or ()))

    @classmethod
    def from_styles(cls, text: str, styles: Sequence[Styles]) -> "FormattedText":
        """Return a formatted text.

        :param styles: the kinds of formatting of each character
        """
        ranges = [
            (kind, *trim(text, *each))
            for kind in KINDS
            for each in find_ranges(kind in styles_ for styles_ in styles)
        ]
        entities = [
            Entity(type=kind, offset=start, length=end - start)
            for kind, start, end in ranges
            if start < end
        ]
        entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
        return cls(text, tuple(entities))

    def get_styles(self) -> list[Styles]:
        """Return the kinds of formatting of each character."""
        kinds: list[set[str]] = [set() for _character in self.text]
        for entity in self.entities:
            end = entity["offset"] + entity["length"]
            for character in kinds[entity["offset"] : end]:
                character.add(entity["type"])
        return [frozenset(each) for each in kinds]

    def keep(self, positions: Iterable[int]) -> "FormattedText":
        """Return the text with only the characters at these positions."""
        kept, styles = sorted(positions), self.get_styles()
        text = "".join(self.text[position] for position in kept)
        return FormattedText.from_styles(text, [styles[position] for position in kept])

    def strip(self) -> "FormattedText":
        """Return the text without blanks around it."""
        start = len(self.text) - len(self.text.lstrip())
        stripped = self.text.strip()
        if not self.entities or stripped == self.text:
            return FormattedText(stripped, self.entities)
        return self.keep(range(start, start + len(stripped)))

    def __bool__(self) -> bool:
        return bool(self.text)


def find_runs(values: Iterable[T]) -> list[tuple[T, int, int]]:
    """Return the runs of equal values, as tuples of the value, the start and the end."""
    runs: list[tuple[T, int, int]] = []
    for position, value in enumerate(values):
        start = position
        if runs and runs[-1][0] == value:
            start = runs.pop()[1]
        runs.append((value, start, position + 1))
    return runs


def find_ranges(flags: Iterable[bool]) -> list[tuple[int, int]]:
    """Return where consecutive flags are set, as pairs of start and end."""
    return [(start, end) for is_set, start, end in find_runs(flags) if is_set]


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a range of a text without the blanks at its ends."""
    part = text[start:end]
    start += len(part) - len(part.lstrip())
    return start, start + len(part.strip())
