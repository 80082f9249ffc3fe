# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Reading of marks: what a person sees of a text with marks in it.

================  ===================================================
``*bold*``        ``_italic_``, ``~struck~``, code between backticks
a block of code   between three backticks each
``> quotation``   at the beginning of each line of it
================  ===================================================

GREEN-API documents these, but not how a mark is kept that is meant literally. That is learned by a
test with GREEN-API, and described by ``Rules``.
"""

import re
from dataclasses import dataclass, field
from typing import Literal

from .text import PLAIN, FormattedText, Styles

KIND_OF_MARK = {"*": "bold", "_": "italic", "~": "strikethrough", "`": "code"}
MARK_OF_KIND = {kind: mark for mark, kind in KIND_OF_MARK.items()} | {"pre": "```"}
# A text without any of these is read as it is.
ANY_MARK = re.compile(r"[*_~`]|^>{1,2} ", re.MULTILINE)
QUOTED_LINE = re.compile(r"> (?=[^\n]*\S)")
NO_QUOTED_LINE = re.compile(r">> ")

Scope = Literal["off", "words", "everywhere"]
Doubled = Literal["one", "two", "format"]


@dataclass(frozen=True)
class Rules:
    """How a reader treats marks.

    :param scope: "off" (there are no marks), "words" (a pair of marks formats whole words, within
        a line) or "everywhere" (also inside words and links, and over several lines)
    :param doubled: what is shown of a mark that is written twice: "one" literal mark, "two", or it
        does "format" as if it were written once
    """

    scope: Scope
    doubled: Doubled


# What people type where Formatting is ticked: GREEN-API's marks; one written twice is literal.
TYPED = Rules("words", "one")


@dataclass
class Reading:
    """What is seen of a text with marks.

    :param positions: for each character that is shown, its position in the text with marks
    :param doubled: positions of the first of two marks that were read as a doubled one
    """

    shown: list[str] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    styles: list[Styles] = field(default_factory=list)
    doubled: list[int] = field(default_factory=list)


def from_marks(text: str, rules: Rules = TYPED) -> FormattedText:
    """Return what a person sees of a text with marks."""
    if rules.scope == "off" or not ANY_MARK.search(text):
        return FormattedText(text)
    reading = read_marks(text, rules)
    return FormattedText.from_styles("".join(reading.shown), reading.styles)


def read_marks(text: str, rules: Rules) -> Reading:
    """Return what is seen of a text with marks, and where it stands there."""
    return _Reader(text, rules).parse()


@dataclass
class _Opened:
    """A mark that may begin a formatted part."""

    mark: str
    position: int
    shown_at: int  # number of the characters that were shown before it


class _Reader:
    """Reads one text from its beginning to its end."""

    def __init__(self, text: str, rules: Rules) -> None:
        self.text = text
        self.rules = rules
        self.reading = Reading()
        self.opened: list[_Opened] = []
        self.token = _compile_token(rules)
        self.base: Styles = PLAIN

    def parse(self) -> Reading:
        position = 0
        while position < len(self.text):
            position = self._read_line(position)
        return self.reading

    def _read_line(self, start: int) -> int:
        """Read a line, or several that a block of code spans, and return where they end."""
        quoted = QUOTED_LINE.match(self.text, start)
        was_quoted, self.base = self.base, frozenset({"blockquote"}) if quoted else PLAIN
        if quoted or was_quoted:
            self.opened.clear()
        if quoted:
            start = quoted.end()
        elif self.rules.doubled != "format" and NO_QUOTED_LINE.match(self.text, start):
            start = self._read_doubled_quote(start)
        end = self._find_end_of_line(start)
        while start < end:
            match = self.token.match(self.text, start, end if quoted else len(self.text))
            assert match  # the last alternative matches any character
            start = self._read_token(match)
            if start > end:  # of a block of code
                end = self._find_end_of_line(start)
        if quoted or self.rules.scope == "words":
            self.opened.clear()
        return start

    def _find_end_of_line(self, start: int) -> int:
        end = self.text.find("\n", start)
        return len(self.text) if end < 0 else end + 1

    def _read_doubled_quote(self, start: int) -> int:
        if self.rules.doubled == "one":
            self.reading.doubled.append(start)
            start += 1
        self._show(start, start + 1)
        if self.rules.doubled == "two":
            self._show(start + 1, start + 2)
            return start + 2
        return start + 1

    def _read_token(self, match: re.Match[str]) -> int:
        kind, start, end = match.lastgroup, match.start(), match.end()
        if kind == "doubled":
            self.reading.doubled.append(start)
            self._show(start, start + 1 if self.rules.doubled == "one" else end)
        elif kind in ("code", "pre"):
            self._show_code(kind, match.start(kind), match.end(kind))
        elif kind == "mark":
            self._read_mark(start)
        else:
            self._show(start, end)
        return end

    def _show_code(self, kind: str, start: int, end: int) -> None:
        styles = self.base | {kind}
        while start < end:
            self._show(start, start + 1, styles)
            is_doubled = self.text.startswith("``", start) and start + 1 < end
            start += 2 if is_doubled and kind == "code" and self.rules.doubled == "one" else 1

    def _show(self, start: int, end: int, styles: Styles | None = None) -> None:
        reading = self.reading
        reading.shown += self.text[start:end]
        reading.positions += range(start, end)
        reading.styles += [self.base if styles is None else styles] * (end - start)

    def _read_mark(self, position: int) -> None:
        """Close the part that this mark ends, or open one, or show the mark."""
        mark, shown = self.text[position], self.reading.shown
        before, after = self.text[position - 1 : position], self.text[position + 1 : position + 2]
        is_anywhere = self.rules.scope == "everywhere"
        index = next((i for i, o in reversed([*enumerate(self.opened)]) if o.mark == mark), None)
        if index is not None:
            opened = self.opened[index]
            if opened.shown_at + 1 == len(shown):  # there is nothing between the two
                del self.opened[index:]
                self.opened.append(_Opened(mark, position, len(shown)))
            elif is_anywhere or not (before.isspace() or after.isalnum()):
                self._format(index)
                return
        elif after and (is_anywhere or not (before.isalnum() or after.isspace())):
            self.opened.append(_Opened(mark, position, len(shown)))
        self._show(position, position + 1)

    def _format(self, index: int) -> None:
        """Format what was shown since a mark was opened, and hide that mark."""
        opened, reading = self.opened[index], self.reading
        del self.opened[index:]
        hidden = opened.shown_at
        for values in (reading.shown, reading.positions, reading.styles):
            del values[hidden]
        kind = KIND_OF_MARK[opened.mark]
        reading.styles[hidden:] = [styles | {kind} for styles in reading.styles[hidden:]]


def _compile_token(rules: Rules) -> re.Pattern[str]:
    """Return the pattern of the pieces that a text with marks consists of."""
    is_anywhere = rules.scope == "everywhere"
    before, after = ("", "") if is_anywhere else (r"(?<![^\W_])", r"(?![^\W_])")
    content = r"(?:[^`\n]|\n(?!> ))" if is_anywhere else r"[^`\n]"
    if rules.doubled == "format":
        parts = [r"```(?P<pre>(?s:.)+?)```", rf"{before}`(?P<code>{content}+)`{after}"]
    else:
        parts = [
            r"(?<!`)```(?!`)(?P<pre>(?s:.)+?)(?<!`)```(?!`)",
            r"(?P<doubled>\*\*|__|~~|``)",
            rf"{before}`(?P<code>(?:{content}|``)+)`{after}(?!`)",
        ]
    return re.compile("|".join([*parts, r"(?P<mark>[*_~])", r"[^*_~`\n]+|(?s:.)"]))
