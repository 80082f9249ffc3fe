# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Conversion of message bodies to formatted text, and back.

Odoo's ``html2plaintext`` would send markup such as ``*bold*`` and ``[1]`` links to the customer.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import unquote

from lxml import html
from markupsafe import Markup, escape

from .formatting import FormattedText
from .formatting.text import PLAIN, Styles, find_runs

WEB_SCHEME = re.compile(r"https?://", re.IGNORECASE)
# A decoded address with one of these is no longer the address: it would be cut there.
UNUSABLE = re.compile(r"\s|%(?![0-9A-Fa-f]{2})")
PARAGRAPH = re.compile(r"[^\n](?:.*[^\n])?", re.DOTALL)
BLANKS_AT_END = re.compile(r"[^\S\n]+$", re.MULTILINE)
KIND_OF_TAG = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "s": "strikethrough",
    "del": "strikethrough",
    "strike": "strikethrough",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
# Of the kinds inside a line, the outermost first.
TAGS = {"bold": "strong", "italic": "em", "strikethrough": "s", "code": "code"}
BLOCKS = {"p", "div", "ul", "ol", "blockquote", "pre", "table", "tr", "h1", "h2", "h3", "h4"}


def from_html(body: str | None) -> FormattedText:
    """Return a message body as formatted text, with line breaks and the addresses of links.

    :param body: HTML as Odoo's editors write it; may be empty
    """
    if not (body or "").strip():
        return FormattedText("")
    parts = _Parts()
    _collect_text(html.fragment_fromstring(body, create_parent="div"), parts, PLAIN)
    text = "".join(parts.texts).replace("\N{NO-BREAK SPACE}", " ")
    if not any(parts.styles):
        return FormattedText("\n".join(line.rstrip() for line in text.split("\n")).strip())
    styles = [kinds for kinds, part in zip(parts.styles, parts.texts, strict=True) for _ in part]
    at_end = {place for match in BLANKS_AT_END.finditer(text) for place in range(*match.span())}
    kept = set(range(len(text))) - at_end
    return FormattedText.from_styles(text, styles).keep(kept).strip()


def to_html(formatted: FormattedText) -> Markup:
    """Return a formatted text as HTML. The text is escaped: it cannot contain markup."""
    styles = formatted.get_styles()
    blocks = []
    for kinds, start, end in find_runs(each & {"pre", "blockquote"} for each in styles):
        text, inner = formatted.text[start:end], styles[start:end]
        if "blockquote" in kinds:
            blocks.append(Markup("<blockquote>%s</blockquote>") % _lines_to_html(text, inner))
        elif "pre" in kinds:
            blocks.append(Markup("<pre>%s</pre>") % _lines_to_html(text, inner))
        elif match := PARAGRAPH.search(text):
            lines = _lines_to_html(match[0], inner[slice(*match.span())])
            blocks.append(Markup("<p>%s</p>") % lines)
    return Markup("").join(blocks)


def get_link_url(element: html.HtmlElement) -> str:
    """Return the address that a link opens, empty for other elements.

    The address of a mention is inside Odoo and has no meaning for a customer.
    """
    url: str = element.get("href", "") if element.tag == "a" else ""
    return url if WEB_SCHEME.match(url) and not element.get("data-oe-model") else ""


def is_same_address(text: str, url: str) -> bool:
    """Return whether the text of a link is the address that the link opens.

    Discuss adds the scheme, encodes the address and shows it decoded.
    """
    return text == unquote(url) or _get_comparable(text) == _get_comparable(url)


def _get_comparable(address: str) -> str:
    """Return an address decoded, without its scheme and a slash at the end."""
    host, slash, path = WEB_SCHEME.sub("", unquote(address)).rstrip("/").partition("/")
    return host.casefold() + slash + path


@dataclass
class _Parts:
    """The parts of a text, with the kinds of formatting of each."""

    texts: list[str] = field(default_factory=list)
    styles: list[Styles] = field(default_factory=list)

    def add(self, text: str | None, styles: Styles) -> None:
        self.texts.append(text or "")
        self.styles.append(styles)

    def begin_line(self, styles: Styles) -> None:
        """Add a line break unless the text is at the beginning of a line."""
        last = next(filter(None, reversed(self.texts)), "\n")
        if not last.endswith("\n"):
            self.add("\n", styles)


def _collect_text(element: html.HtmlElement, parts: _Parts, outer: Styles) -> None:
    """Append the text of an element, without the text that follows it.

    :param outer: the kinds of formatting around the element
    """
    if not isinstance(element.tag, str):
        return  # a comment
    styles = outer | {KIND_OF_TAG[element.tag]} if element.tag in KIND_OF_TAG else outer
    if element.tag == "br":
        parts.add("\n", styles)
        return
    is_block = element.tag in BLOCKS or element.tag == "li"
    if is_block:
        parts.begin_line(outer)
    if element.tag == "li":
        parts.add("- ", styles)
    url = get_link_url(element)
    shown = element.text_content().strip() if url else ""
    if url and (not shown or (UNUSABLE.search(shown) and is_same_address(shown, url))):
        parts.add(url, styles)
    else:
        parts.add(element.text, styles)
        for child in element:
            _collect_text(child, parts, styles)
            parts.add(child.tail, styles)
        words = [shown, *(word.strip("()<>,.;:!?") for word in shown.split())]
        if url and not any(is_same_address(word, url) for word in words):
            parts.add(f" ({url})", styles)
    if is_block:
        parts.begin_line(outer)


def _lines_to_html(text: str, styles: list[Styles]) -> Markup:
    """Return lines with their formatting as HTML."""
    parts = []
    for kinds, start, end in find_runs(each & TAGS.keys() for each in styles):
        part = escape(text[start:end]).replace("\n", Markup("<br/>"))
        for kind in reversed(TAGS):
            if kind in kinds:
                part = Markup("<{0}>{1}</{0}>").format(TAGS[kind], part)
        parts.append(part)
    return Markup("").join(parts)
