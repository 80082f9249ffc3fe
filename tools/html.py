# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Conversion of message bodies to plain text.

Odoo's ``html2plaintext`` would send markup such as ``*bold*`` and ``[1]`` links to the customer.
"""

from lxml import html

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
    parts.append(element.text or "")
    for child in element:
        _collect_text(child, parts)
        parts.append(child.tail or "")
    url = element.get("href", "") if element.tag == "a" else ""
    if url.startswith("http") and url not in element.text_content():
        is_mention = element.get("data-oe-model")  # its address is inside Odoo
        parts.append("" if is_mention else f" ({url})")
    if element.tag in BLOCKS or element.tag == "li":
        _begin_line(parts)


def _begin_line(parts: list[str]) -> None:
    """Append a line break unless the text is at the beginning of a line."""
    last = next(filter(None, reversed(parts)), "\n")
    if not last.endswith("\n"):
        parts.append("\n")
