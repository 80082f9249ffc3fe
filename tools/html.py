# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""What is written in Discuss, as the plain text that Telegram shows."""

from lxml import html

BLOCKS = {"p", "div", "ul", "ol", "blockquote", "pre", "table", "tr", "h1", "h2", "h3", "h4"}


def html_to_text(body):
    """Give the text of a message body: its lines as lines, a link with its address.

    :param str body: HTML as Odoo's editors write it; may be empty
    """
    if not (body or "").strip():
        return ""
    parts = []
    _collect(html.fragment_fromstring(body, create_parent="div"), parts)
    lines = "".join(parts).replace("\N{NO-BREAK SPACE}", " ").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


def _collect(element, parts):
    """Append the text of an element, without what follows it."""
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
        _collect(child, parts)
        parts.append(child.tail or "")
    address = element.get("href", "") if element.tag == "a" else ""
    if address.startswith("http") and address not in element.text_content():
        is_record = element.get("data-oe-model")  # a mention: its address is Odoo's own
        parts.append("" if is_record else f" ({address})")
    if element.tag in BLOCKS or element.tag == "li":
        _begin_line(parts)


def _begin_line(parts):
    last = next(filter(None, reversed(parts)), "\n")
    if not last.endswith("\n"):
        parts.append("\n")
