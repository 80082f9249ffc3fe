# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Conversion of message bodies to formatted text, and back.

Odoo's ``html2plaintext`` would write ``*bold*`` and ``[1]`` links, whatever the reader makes of
them. Here, text and formatting are kept apart. The formatting is sent as marks if GREEN-API is
known to read them for the account, and characters that would be read as marks are protected; else
the text alone is sent (``to_marks``). Of a value that a placeholder inserts, the text alone is
used.
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
BLOCKS = {
    *("p", "div", "ul", "ol", "li", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "hr"),
    *("table", "caption", "tr", "dl", "dt", "dd", "figure", "figcaption", "details", "summary"),
    *("section", "article", "header", "footer", "address"),
}
CELLS = {"td", "th"}
HIDDEN = {"script", "style", "title", "template"}
# Schemes of links that are not on the web, and mean something to a customer without them.
PLAIN_SCHEMES = ("mailto", "tel")
PUNYCODE = re.compile(r"xn--[a-z0-9-]+", re.IGNORECASE)


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
    at_end = {index for match in BLANKS_AT_END.finditer(text) for index in range(*match.span())}
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

    The address of a mention is inside Odoo and has no meaning for a customer. An e-mail address or
    a phone number is returned as people write it; a phone number is omitted if the text of the link
    has digits.
    """
    url: str = element.get("href", "") if element.tag == "a" else ""
    if element.get("data-oe-model"):
        return ""
    scheme, _colon, address = url.partition(":")
    is_shown = scheme.lower() == "tel" and re.search(r"\d", element.text_content())
    if scheme.lower() in PLAIN_SCHEMES and not is_shown:
        return unquote(address.partition("?")[0])
    return url if WEB_SCHEME.match(url) else ""


def is_same_address(text: str, url: str) -> bool:
    """Return whether the text of a link is the address that the link opens.

    Discuss adds the scheme, encodes the address and shows it decoded.
    """
    return text == unquote(url) or _get_comparable(text) == _get_comparable(url)


def _get_comparable(address: str) -> str:
    """Return an address decoded, without its scheme and a slash at the end."""
    host, slash, path = WEB_SCHEME.sub("", unquote(address)).rstrip("/").partition("/")
    return PUNYCODE.sub(_decode_label, host).casefold() + slash + path


def _decode_label(match: re.Match[str]) -> str:
    """Return a part of a host name in the letters that people read, as browsers show it."""
    try:
        return match[0].encode().decode("idna")
    except UnicodeError:
        return match[0]


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

    def begin_cell(self, styles: Styles) -> None:
        """Add a blank unless the text is behind one: cells of a table stand apart."""
        last = next(filter(None, reversed(self.texts)), "\n")
        if not last[-1].isspace():
            self.add(" ", styles)


def _collect_text(element: html.HtmlElement, parts: _Parts, outer: Styles) -> None:
    """Append the text of an element, without the text that follows it.

    :param outer: the kinds of formatting around the element
    """
    if not isinstance(element.tag, str) or element.tag in HIDDEN:
        return  # a comment, or nothing to read
    styles = outer | {KIND_OF_TAG[element.tag]} if element.tag in KIND_OF_TAG else outer
    if element.tag == "br":
        parts.add("\n", styles)
        return
    is_block = element.tag in BLOCKS
    if is_block:
        parts.begin_line(outer)
    elif element.tag in CELLS:
        parts.begin_cell(outer)
    parts.add(_get_bullet(element), styles)
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


def _get_bullet(element: html.HtmlElement) -> str:
    """Return what stands before an item of a list; empty for other elements.

    Odoo's editor puts a list inside another one into an item of its own.
    """
    if element.tag != "li" or _is_nested_list(element):
        return ""
    parent = element.getparent()
    if parent is None or parent.tag != "ol":
        return "- "
    earlier = element.itersiblings("li", preceding=True)
    return f"{1 + sum(not _is_nested_list(item) for item in earlier)}. "


def _is_nested_list(item: html.HtmlElement) -> bool:
    """Return whether an item of a list contains another list and nothing before it."""
    is_list = len(item) > 0 and item[0].tag in ("ul", "ol")
    return is_list and not (item.text or "").strip()


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
