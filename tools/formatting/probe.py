# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""A text that shows how GREEN-API treats marks, and what is learned from it.

If GREEN-API returns the text without its marks, that tells how it was shown. If it returns the
text as it was sent, only a person can tell.
"""

import re
from typing import TypedDict

from .marks import Doubled, Rules, Scope, from_marks

# Digits are read in all languages. The last two lines tell a doubled mark that is returned from
# one that is shown.
PROBE = """1: *123*
2: 1200*600*50
3: **45**
4: 7 __ 8
5: 5 ~ 3"""
SCOPES: tuple[Scope, ...] = ("words", "everywhere")
DOUBLED: tuple[Doubled, ...] = ("one", "two", "format")
LINE = re.compile(r"^([1-5]): (.*?)\s*$", re.MULTILINE)


class Learned(TypedDict, total=False):
    """What is known of GREEN-API; what is missing is not known.

    :param scope: see ``Rules``
    :param doubled: see ``Rules``
    :param back: the text as it is returned: "raw", "stripped" of its marks, or with literal marks
        "doubled"
    """

    scope: str
    doubled: Doubled
    back: str


def learn(received: str) -> Learned:
    """Return what the text tells that GREEN-API returned for the probe."""
    sent, lines = dict(LINE.findall(PROBE)), dict(LINE.findall(received))
    if lines.keys() != sent.keys():
        return {}
    if lines == sent:
        return {"back": "raw"}
    if lines["5"] == "5 ~~ 3":
        return _learn_from_doubled(lines)
    for rules in (Rules(scope, doubled) for scope in SCOPES for doubled in DOUBLED):
        if dict(LINE.findall(from_marks(PROBE, rules).text)) == lines:
            return {"scope": rules.scope, "doubled": rules.doubled, "back": "stripped"}
    return {}


def _learn_from_doubled(lines: dict[str, str]) -> Learned:
    """Return what is known if the marks that are shown were returned twice."""
    learned: Learned = {"back": "doubled"}
    if lines["1"] != "*123*":
        return learned
    learned["scope"] = "everywhere" if lines["2"] == "1200*600*50" else "words"
    if lines["4"] == "7 ____ 8":
        learned["doubled"] = "format"
    return learned


def get_rules(scope: str | None, doubled: str | None) -> Rules | None:
    """Return the rules, or None if they are not completely known."""
    if scope == "off":
        return Rules("off", "two")
    for rules in (Rules(each, way) for each in SCOPES for way in DOUBLED):
        if (rules.scope, rules.doubled) == (scope, doubled):
            return rules
    return None
