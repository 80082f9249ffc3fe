# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Formatted text: what a phone shows of the marks in a message, and what is told of them.

===================  ======================================================================
``*bold*``           ``_italic_``  ``~struck~``  ```code```  ````` ```block``` `````
``> quotation``      at the beginning of a line
===================  ======================================================================

Inside code nothing else formats. How marks are taken depends on the account's switches:

``formatting``
    "off": there are no marks. "whatsapp": a pair formats at the boundaries of words, in one
    line. "greedy": any pair formats, also inside words and links, over lines too.
``doubledMarks``
    "one": a doubled mark is one mark that stays as it is (``**``, ``>> ``). "two": it stays,
    and both are shown. "format": doubling protects nothing. Marks in a row are read from
    the left, two by two.
"""

import html
import re
from dataclasses import dataclass, field

from .documents import JsonObject

MODES = ("off", "whatsapp", "greedy")
DOUBLED = ("one", "two", "format")
BACK = ("raw", "stripped", "doubled")
#: the kinds of Telegram's Bot API
KINDS = {"*": "bold", "_": "italic", "~": "strikethrough"}
TAGS = {
    "bold": "b",
    "italic": "i",
    "strikethrough": "s",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
FENCE = re.compile(r"(?<!`)```(?!`)(?P<pre>.+?)(?<!`)```(?!`)", re.DOTALL)
BARE_FENCE = re.compile(r"```(?P<pre>.+?)```", re.DOTALL)
QUOTATION = re.compile(r"> (?=[^\n]*\S)")
#: what protects the beginning of a line
NO_QUOTATION = re.compile(r">> ")
DOUBLED_MARK = r"(?P<doubled>\*\*|__|~~|``)"
CODE = {
    "whatsapp": r"(?<![^\W_])`(?P<code>(?:[^`\n]|``)+)`(?![^\W_]|`)",
    "greedy": r"`(?P<code>(?:[^`]|``)+)`(?!`)",
}
BARE_CODE = {
    "whatsapp": r"(?<![^\W_])`(?P<code>[^`\n]+)`(?![^\W_])",
    "greedy": r"`(?P<code>[^`]+)`",
}
MARK = r"(?P<mark>[*_~])"
PLAIN = r"(?P<plain>\n|[^*_~`\n]+|`)"


@dataclass
class Piece:
    """A piece of the text.

    :param shown: what the phone shows of it
    :param doubled: how the service writes it when it doubles marks that are none
    """

    shown: str
    doubled: str


@dataclass
class _Span:
    """An entity that goes from one piece up to another, not included."""

    kind: str
    first: int
    end: int = 0


@dataclass
class _Reading:
    mode: str
    doubled: str
    pieces: list[Piece] = field(default_factory=list)
    spans: list[_Span] = field(default_factory=list)

    def read(self, text: str) -> None:
        """Take the text apart: quotations, and what is between them."""
        fence = BARE_FENCE if self.doubled == "format" else FENCE
        position = 0
        while position < len(text):
            begin = QUOTATION.match(text, position)
            end = _end_of_lines(text, position, None if begin else fence)
            while begin and QUOTATION.match(text, end):
                end = _end_of_lines(text, end, None)
            while not begin and end < len(text) and not QUOTATION.match(text, end):
                end = _end_of_lines(text, end, fence)
            block = text[position:end]
            if begin:
                self._read_quotation(block)
            else:
                self._read_inline(block)
            position = end

    def _read_quotation(self, block: str) -> None:
        span = _Span("blockquote", len(self.pieces))
        body = block.removesuffix("\n")
        lines = [QUOTATION.sub("", line, count=1) for line in body.split("\n")]
        for number, line in enumerate(lines):
            self.pieces.append(Piece("", "> "))
            self._read_inline(line)
            if number < len(lines) - 1:
                self.pieces.append(Piece("\n", "\n"))
        span.end = len(self.pieces)
        self.spans.append(span)
        if block != body:
            self.pieces.append(Piece("\n", "\n"))

    def _read_inline(self, text: str) -> None:
        open_marks: list[tuple[str, int]] = []
        position = 0
        for match in _token(self.mode, self.doubled).finditer(text):
            position = match.end()
            kind, token = str(match.lastgroup), match[0]
            if kind == "mark":
                self._read_mark(text, match.start(), open_marks)
            elif kind == "doubled":
                shown = token[0] if self.doubled == "one" else token
                self.pieces.append(Piece(shown, token))
            elif kind in ("code", "pre"):
                self._read_code(kind, match[kind], "`" if kind == "code" else "```")
            else:
                at_line = not self.pieces or self.pieces[-1].shown.endswith("\n")
                self._read_plain(token, at_line)
                if token == "\n" and self.mode == "whatsapp":
                    open_marks.clear()
        assert position == len(text)

    def _read_plain(self, token: str, at_line: bool) -> None:
        shown = doubled = token
        if at_line and self.doubled != "format" and NO_QUOTATION.match(token):
            shown = token[1:] if self.doubled == "one" else token
        elif at_line and token.startswith("> "):
            doubled = f">{token}"
        self.pieces.append(Piece(shown, "``" if token == "`" else doubled))

    def _read_code(self, kind: str, content: str, mark: str) -> None:
        one = kind == "code" and self.doubled == "one"
        shown = content.replace("``", "`") if one else content
        first = len(self.pieces)
        self.pieces += [Piece("", mark), Piece(shown, content), Piece("", mark)]
        self.spans.append(_Span(kind, first, len(self.pieces)))

    def _read_mark(self, text: str, place: int, open_marks: list[tuple[str, int]]) -> None:
        """Close what this mark closes, or open, or leave it as it is."""
        mark, number = text[place], len(self.pieces)
        before, after = text[place - 1 : place], text[place + 1 : place + 2]
        is_greedy = self.mode == "greedy"
        self.pieces.append(Piece(mark, mark * 2))
        opened = [index for index, (each, _first) in enumerate(open_marks) if each == mark]
        if opened:
            index = opened[-1]
            first = open_marks[index][1]
            is_empty = not any(piece.shown for piece in self.pieces[first + 1 : number])
            if is_empty:
                open_marks[index:] = [(mark, number)]
            elif is_greedy or not (before.isspace() or after.isalnum()):
                del open_marks[index:]
                self.pieces[first] = self.pieces[number] = Piece("", mark)
                self.spans.append(_Span(KINDS[mark], first, number + 1))
        elif after and (is_greedy or not (before.isalnum() or after.isspace())):
            open_marks.append((mark, number))


def _end_of_lines(text: str, position: int, fence: re.Pattern[str] | None) -> int:
    """Return where the line ends, behind its line break; a block of code may go over several."""
    end = _end_of_line(text, position)
    while fence and (match := fence.search(text, position, len(text))):
        if match.start() >= end:
            break
        position = match.end()
        end = max(end, _end_of_line(text, position))
    return end


def _end_of_line(text: str, position: int) -> int:
    return text.find("\n", position) + 1 or len(text)


def _token(mode: str, doubled: str) -> re.Pattern[str]:
    if doubled == "format":
        parts = [BARE_FENCE.pattern, BARE_CODE[mode], MARK, PLAIN]
    else:
        parts = [FENCE.pattern, DOUBLED_MARK, CODE[mode], MARK, PLAIN]
    return re.compile("|".join(parts), re.DOTALL)


def look(text: str, mode: str, doubled: str, is_literal: bool = False) -> JsonObject:
    """Return what a phone shows of a text, and how the service may tell it.

    :param mode: one of :data:`MODES`
    :param doubled: one of :data:`DOUBLED`
    :param is_literal: there are no marks in it, as when a phone's owner chose no formatting
    :return: shown (what can be read), entities (as Telegram's Bot API has them: type, offset,
        length, in UTF-16 units), html (the same in one), doubled (with marks that format, and
        those that do not written twice)
    """
    if mode == "off":
        return {**_plain(text), "doubled": text}
    if is_literal:
        twice = re.sub(r"[*_~`]", r"\g<0>\g<0>", text)
        return {**_plain(text), "doubled": re.sub(r"^> ", ">> ", twice, flags=re.MULTILINE)}
    reading = _Reading(mode, doubled)
    reading.read(text)
    places = [0]
    for piece in reading.pieces:
        places.append(places[-1] + len(piece.shown.encode("utf-16-le")) // 2)
    spans = [(places[span.first], places[span.end], span.kind) for span in reading.spans]
    # the outer one of two that begin at one place comes first; it was closed later
    spans = sorted(reversed(spans), key=lambda span: (span[0], -span[1]))
    entities = [
        {"type": kind, "offset": first, "length": end - first}
        for first, end, kind in spans
        if first < end
    ]
    shown = "".join(piece.shown for piece in reading.pieces)
    return {
        "shown": shown,
        "entities": entities,
        "html": _to_html(reading.pieces, reading.spans),
        "doubled": "".join(piece.doubled for piece in reading.pieces),
    }


def _plain(text: str) -> JsonObject:
    return {"shown": text, "entities": [], "html": html.escape(text, quote=False)}


def _to_html(pieces: list[Piece], spans: list[_Span]) -> str:
    """Return the text as HTML. Spans are nested; the outer one of two was closed later."""
    opened: dict[int, list[str]] = {}
    closed: dict[int, list[str]] = {}
    for span in spans:
        if any(piece.shown for piece in pieces[span.first : span.end]):
            opened.setdefault(span.first, []).insert(0, f"<{TAGS[span.kind]}>")
            closed.setdefault(span.end, []).append(f"</{TAGS[span.kind]}>")
    parts: list[str] = []
    for number in range(len(pieces) + 1):
        parts += closed.get(number, []) + opened.get(number, [])
        if number < len(pieces):
            parts.append(html.escape(pieces[number].shown, quote=False))
    return "".join(parts)
