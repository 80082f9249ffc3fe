# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""What the tests of formatting share: the service's ways to format, and what a phone shows."""

from ...tools.formatting import Rules

# The local service's switches, and what the product knows of such a service.
MODES = {
    ("off", "one"): Rules("off", "two"),
    **{
        (mode, doubled): Rules(scope, doubled)
        for mode, scope in (("whatsapp", "words"), ("greedy", "everywhere"))
        for doubled in ("one", "two", "format")
    },
}


def get_pieces(row):
    """Return the formatted pieces of a message on the phone, as pairs of kind and text.

    Lines that follow each other are one piece, as a person sees them.
    """
    units = row["shown"].encode("utf-16-le")
    pieces = []
    for entity in sorted(row["entities"], key=lambda entity: entity["offset"]):
        start, end = entity["offset"], entity["offset"] + entity["length"]
        text = units[2 * start : 2 * end].decode("utf-16-le")
        previous = next((piece for piece in reversed(pieces) if piece[0] == entity["type"]), None)
        if previous and not units[2 * previous[2] : 2 * start].decode("utf-16-le").strip(" \n"):
            between = units[2 * previous[2] : 2 * start].decode("utf-16-le")
            pieces[pieces.index(previous)] = (previous[0], previous[1] + between + text, end)
        else:
            pieces.append((entity["type"], text, end))
    return [(kind, text.strip()) for kind, text, _end in pieces]


def set_formatting(instance, rules, back="raw"):
    """Store on an account what a test has shown."""
    learned = {"scope": rules.scope, "doubled": rules.doubled, "back": back}
    instance._store_formatting(learned)
