# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Writing of marks: the text that GREEN-API gets, so that a person sees what was meant.

A text is written, read again as GREEN-API would, and compared. A literal mark that would format
is protected: written twice if that shows one, or else the word that it is in becomes code, which
shows all characters as they are. A link stays as it is, because code is not clickable. A part that
cannot be formatted, such as half a word, is sent without its formatting.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from .marks import ANY_MARK, MARK_OF_KIND, Reading, Rules, read_marks
from .text import FormattedText, Styles, find_ranges, trim

LINK = re.compile(r"https?://|www\.|t\.me/", re.IGNORECASE)
MARKS = "*_~`>"
PUNCTUATION = ".,;:!?()[]{}«»„“”\"'…"
CODE = frozenset({"code"})
INLINE_KINDS = ("bold", "italic", "strikethrough", "code", "pre")


@dataclass(frozen=True)
class Written:
    """A text with marks.

    :param text: as GREEN-API gets it
    :param changed: the words that a person will see changed, because nothing protects them
    """

    text: str
    changed: tuple[str, ...] = ()


def to_marks(formatted: FormattedText, rules: Rules | None) -> Written:
    """Return a text with marks.

    :param rules: of the reader; None if they are not known: then no mark is added
    """
    if not rules or rules.scope == "off" or not has_marks(formatted):
        return Written(formatted.text)
    return _Writer(formatted, rules).compose()


def find_endangered(text: str) -> tuple[str, ...]:
    """Return the words of a text that arrive changed if all marks in it are read as marks."""
    rules = Rules("everywhere", "format")
    return _Writer(FormattedText(text), rules).get_changed(read_marks(text, rules).positions)


def has_marks(formatted: FormattedText) -> bool:
    """Return whether a text has formatting, or characters that may be read as marks."""
    return bool(formatted.entities or ANY_MARK.search(formatted.text))


@dataclass(frozen=True)
class _Part:
    """A part of a text that is put between marks."""

    start: int
    end: int
    kind: str


@dataclass
class _Draft:
    """A text with marks, and where each of its characters comes from.

    :param origins: the position in the text, or the part to which an added mark belongs
    """

    characters: list[str] = field(default_factory=list)
    origins: list[int | _Part] = field(default_factory=list)

    def add(self, characters: str, origin: int | _Part) -> None:
        self.characters += characters
        self.origins += [origin] * len(characters)


class _Writer:
    """Writes one text."""

    def __init__(self, formatted: FormattedText, rules: Rules) -> None:
        self.text = formatted.text
        self.is_formatted = bool(formatted.entities)
        self.rules = rules
        self.styles = formatted.get_styles()
        self.doubled: set[int] = set()  # literal marks that are written twice
        self.left: set[int] = set()  # positions in words that cannot be protected
        self.dropped: set[_Part] = set()
        self.uncoded: set[int] = set()  # positions where code was dropped

    def compose(self) -> Written:
        """Return the text, written again and again until it is read as it is meant."""
        while True:
            draft = self._write_draft()
            reading = read_marks("".join(draft.characters), self.rules)
            if not self._improve(draft, reading):
                break
        if self._is_meant(draft, reading):
            shown = {draft.origins[position] for position in reading.positions}
            return Written("".join(draft.characters), self.get_changed(shown))
        if self.is_formatted:  # it would be read differently than meant
            return to_marks(FormattedText(self.text), self.rules)
        return Written(self.text, self.get_changed(read_marks(self.text, self.rules).positions))

    def get_changed(self, shown: Iterable[int | _Part]) -> tuple[str, ...]:
        """Return the words with characters that are not among the shown positions."""
        words: dict[str, None] = {}
        until = 0
        for position in sorted({*range(len(self.text))}.difference(shown)):
            if position >= until:
                word, _start, until = self._find_word(position)
                words[word] = None
        return tuple(words)

    # === WRITING === #

    def _write_draft(self) -> _Draft:
        draft, start = _Draft(), 0
        opening, closing = self._place_marks()
        for line in self.text.split("\n"):
            end = start + len(line)
            quotation = _Part(start, end, "blockquote")
            if self._is_quoted(start, end) and quotation not in self.dropped:
                draft.add("> ", quotation)
            for position in range(start, end + 1):
                for part in closing.get(position, []):
                    draft.add(MARK_OF_KIND[part.kind], part)
                for part in opening.get(position, []):
                    draft.add(MARK_OF_KIND[part.kind], part)
                if position < len(self.text):
                    draft.add(
                        self.text[position] * (2 if self._is_doubled(position) else 1), position
                    )
            start = end + 1
        return draft

    def _is_doubled(self, position: int) -> bool:
        """Return whether a literal mark is written twice; inside code, only a backtick is."""
        is_code = self._get_inline_styles(self.styles[position]) == CODE
        if is_code and self.rules.doubled == "one":
            return self.text[position] == "`"
        return position in self.doubled

    def _is_quoted(self, start: int, end: int) -> bool:
        """Return whether all that is seen of a line is in a quotation."""
        seen = [position for position in range(start, end) if not self.text[position].isspace()]
        return bool(seen) and all("blockquote" in self.styles[position] for position in seen)

    def _place_marks(self) -> tuple[dict[int, list[_Part]], dict[int, list[_Part]]]:
        """Return the parts that begin and that end at each position, outermost first and last.

        Parts that overlap are cut: marks have to be nested.
        """
        opening: dict[int, list[_Part]] = {}
        closing: dict[int, list[_Part]] = {}
        stack: list[_Part] = []
        for part in self._find_parts():
            stack = [outer for outer in stack if outer.end > part.start]
            end = min([part.end, *(outer.end for outer in stack)])
            if (end < part.end and _Part(part.start, end, part.kind) in self.dropped) or (
                part in self.dropped
            ):
                continue
            cut = _Part(part.start, end, part.kind)
            stack.append(cut)
            opening.setdefault(cut.start, []).append(cut)
            closing.setdefault(cut.end, []).insert(0, cut)
        return opening, closing

    def _find_parts(self) -> list[_Part]:
        """Return the parts to format, from the outermost to the innermost at each position."""
        styles = [self._get_inline_styles(each) for each in self.styles]
        parts = []
        for kind in INLINE_KINDS:
            for start, end in find_ranges(kind in each for each in styles):
                if kind == "pre":
                    parts.append(_Part(start, end, kind))
                    continue
                for line in re.finditer(r"[^\n]+", self.text[start:end]):
                    part = self._trim(_Part(start + line.start(), start + line.end(), kind))
                    if part.start < part.end:
                        parts.append(part)
        return sorted(parts, key=lambda part: (part.start, -part.end))

    def _trim(self, part: _Part) -> _Part:
        """Return a part of a line without blanks at its ends, and literal marks before it.

        A mark that opens the part would be read together with a doubled one behind it.
        """
        start, end = trim(self.text, part.start, part.end)
        if self.rules.doubled == "one":
            blanks_and_mark = " " + MARK_OF_KIND[part.kind]
            start = end - len(self.text[start:end].lstrip(blanks_and_mark))
        return _Part(start, end, part.kind)

    def _get_inline_styles(self, styles: Styles) -> Styles:
        """Return the kinds of marks inside a line; Telegram formats nothing else inside code."""
        if "pre" in styles and "blockquote" not in styles:
            return frozenset({"pre"})
        return CODE if styles & {"code", "pre"} else styles - {"blockquote"}

    # === COMPARING === #

    def _improve(self, draft: _Draft, reading: Reading) -> bool:
        """Protect what would be read as marks, and give up marks that would not.

        :return: whether something was changed
        """
        shown = set(reading.positions)
        missing = [
            origin
            for position, origin in enumerate(draft.origins)
            if isinstance(origin, int)
            and position not in shown
            and draft.characters[position] in MARKS
        ]
        for position in reading.doubled:
            pair = draft.origins[position : position + 2]
            literal = [origin for origin in pair if isinstance(origin, int)]
            if self.rules.doubled == "one" or len(literal) == 1:  # beside a mark that was added
                missing += literal
        is_changed = any([self._protect(position) for position in missing])
        for position in shown:
            part = draft.origins[position]
            if not isinstance(part, int) and part not in self.dropped and not is_changed:
                self._drop(part)
                is_changed = True
        return is_changed

    def _drop(self, part: _Part) -> None:
        """Drop the formatting of a part; literal marks in it are no longer kept by code."""
        self.dropped.add(part)
        if part.kind in ("code", "pre"):
            for position in range(part.start, part.end):
                self.styles[position] -= {"code", "pre"}
                self.uncoded.add(position)

    def _protect(self, position: int) -> bool:
        """Protect a literal mark; return whether that changes anything."""
        if (
            position in self.doubled
            or position in self.left
            or self.styles[position] & {"code", "pre"}
        ):
            return False
        if self.rules.doubled == "one" and not self.text.startswith(">>", position):
            self.doubled.add(position)
            return True
        word, start, end = self._find_word(position)
        if self.text[position] == ">":
            start, end = position, position + len(self.text[position:].split(maxsplit=1)[0])
        elif LINK.search(word) or "`" in word or self.uncoded.intersection(range(start, end)):
            self.left.update(range(start, end))
            return False
        for each in range(start, end):
            self.styles[each] = CODE | (self.styles[each] & {"blockquote"})
        return True

    def _find_word(self, position: int) -> tuple[str, int, int]:
        """Return the word around a position, without the punctuation around it."""
        start = end = position
        while start and not self.text[start - 1].isspace():
            start -= 1
        while end < len(self.text) and not self.text[end].isspace():
            end += 1
        word = self.text[start:end]
        start += len(word) - len(word.lstrip(PUNCTUATION))
        end -= len(word) - len(word.rstrip(PUNCTUATION))
        return self.text[start:end], start, end

    def _is_meant(self, draft: _Draft, reading: Reading) -> bool:
        """Return whether all characters are shown, except those that cannot be protected.

        Formatting that was meant must not go to other characters.
        """
        origins = [draft.origins[position] for position in reading.positions]
        expected = [position for position in range(len(self.text)) if position not in self.left]
        if [origin for origin in origins if origin not in self.left] != expected:
            return False
        if self.left:
            return True
        return all(
            self._get_inline_styles(styles) - {"blockquote"}
            <= self._get_inline_styles(self.styles[position])
            for position, styles in enumerate(reading.styles)
            if not self.text[position].isspace()
        )
