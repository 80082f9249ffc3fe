# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Conversion of message bodies to plain text.

Odoo's ``html2plaintext`` would send markup such as ``*bold*`` and ``[1]`` links to the customer.
"""

import re
from urllib.parse import unquote

from lxml import html

WEB_SCHEME = re.compile(r"https?://", re.IGNORECASE)
# A decoded address with one of these is no longer the address: it would be cut there.
UNUSABLE = re.compile(r"\s|%(?![0-9A-Fa-f]{2})")
BLOCKS = {"p", "div", "ul", "ol", "blockquote", "pre", "table", "tr", "h1", "h2", "h3", "h4"}


def html_to_text(body: str | None) -> str:
    """Return a message body as plain text, with line breaks and the addresses of links.

    :param body: HTML as Odoo's editors write it; may be empty
    """
    if not (body or "").strip():
        return ""
    parts: list[str] = []
    _collect_text(html.fragment_fromstring(body, create_parent="div"), parts)
    lines = "".join(parts).replace("\N{NO-BREAK SPACE}", " ").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


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


def _collect_text(element: html.HtmlElement, parts: list[str]) -> None:
    """Append the text of an element, without the text that follows it."""
    if not isinstance(element.tag, str):
        return  # a comment
    if element.tag == "br":
        parts.append("\n")
        return
    if element.tag in BLOCKS or element.tag == "li":
        _begin_line(parts)
    if element.tag == "li":
        parts.append("- ")
    url = get_link_url(element)
    shown = element.text_content().strip() if url else ""
    if url and (not shown or (UNUSABLE.search(shown) and is_same_address(shown, url))):
        parts.append(url)
    else:
        parts.append(element.text or "")
        for child in element:
            _collect_text(child, parts)
            parts.append(child.tail or "")
        words = [shown, *(word.strip("()<>,.;:!?") for word in shown.split())]
        if url and not any(is_same_address(word, url) for word in words):
            parts.append(f" ({url})")
    if element.tag in BLOCKS or element.tag == "li":
        _begin_line(parts)


def _begin_line(parts: list[str]) -> None:
    """Append a line break unless the text is at the beginning of a line."""
    last = next(filter(None, reversed(parts)), "\n")
    if not last.endswith("\n"):
        parts.append("\n")
