# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The language: what people and programmers read is said in the field's own words."""

import ast
import re
from pathlib import Path

import polib
from lxml import etree

from odoo.tests import BaseCase

ADDON = Path(__file__).resolve().parents[2]
# In docstrings and in texts that people read.
RIDDLES = re.compile(
    r"what (has |had )?(be)?c(a|o)me of|\bwhoever\b|\bnobody knows\b|\bis nobody\b|\bnobody's\b"
    r"|\ball the same:|\bit is that of\b",
    re.IGNORECASE,
)
# Verbs that name no action of a program.
VAGUE_VERBS = re.compile(r"(Give|Let|Say|Tell|Keep|Take|Note)s?\b")
# British spelling, and words that Odoo has others for.
NOT_ODOOS = re.compile(
    r"\b(synchronis|neutralis|recognis|organis|cancelled|colour|licence\b|press(es|ed)?\b"
    r"|fetch\w* (the |a )?(file|picture)|the service\b)",
    re.IGNORECASE,
)
# A number before a plural: "1 messages". Better is "Messages: 1".
COUNTED = (
    "messages|chats|contacts|people|members|numbers|records|files|entries|operators|accounts|days"
)
PLURAL = re.compile(rf"(?<!of )%(\(\w+\))?s (new |earlier )?({COUNTED})\b")
# The number is never one there.
NEVER_ONE = {
    "%(count)s chats cannot be marked as read at once. Select at most %(max)s, since GREEN-API "
    "accepts one per second.",
    "%(count)s members are too many to add at once. Choose up to %(limit)s.",
    "%(count)s messages are sent by %(date)s",
    "%(refused)s of the last %(count)s messages were refused. Look at the reasons before you "
    "resume the mailing.",
    "%s days late",
    "%s numbers will be checked, one per second.",
    "Last %s days",
    "Messages can be deleted after 1 to %s days. Enter 0 to keep them.",
    "Only the first %s records are checked here. All are checked at the start.",
}
# What a text tells to click: words in title case, maybe with small words in between.
WORD = r"[A-Z][\w-]*"
QUOTED = re.compile(
    rf"\b[Cc]lick (?:on )?[“*]?({WORD}(?:(?: (?:as|by|for|in|of|on|to|with))? {WORD})*)"
)


def get_docstrings():
    """Return the docstrings of the addon with their places."""
    for folder in ("client", "models", "tools", "wizards", "controllers"):
        for path in sorted((ADDON / folder).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            for node in ast.walk(tree):
                kinds = (ast.Module, ast.ClassDef, ast.FunctionDef)
                if isinstance(node, kinds) and (text := ast.get_docstring(node)):
                    line = getattr(node, "lineno", 1)
                    yield f"{path.relative_to(ADDON)}:{line}", node, text


def get_texts():
    """Return the texts that can be translated."""
    entries = polib.pofile(str(ADDON / "i18n" / "telegram_green_api.pot"))
    return [entry.msgid for entry in entries]


def get_code_texts():
    """Return the texts of the Python files that can be translated, with their places."""
    for folder in ("models", "wizards", "controllers"):
        for path in sorted((ADDON / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call) or not node.args:
                    continue
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name in ("_", "_lt") and isinstance(node.args[0], ast.Constant):
                    yield f"{path.relative_to(ADDON)}:{node.lineno}", node.args[0].value


def get_button_names():
    """Return the names of buttons, menus, tabs and fields in views and in the web client."""
    names = {"Actions"}  # Odoo's own
    for folder in ("views", "wizards", "static"):
        for path in (ADDON / folder).rglob("*.xml"):
            tree = etree.parse(str(path))
            for node in tree.iter(etree.Element):
                names.update(node.attrib.get(key, "") for key in ("string", "name", "title"))
                names.add(" ".join("".join(node.itertext()).split()))
    for folder in ("models", "wizards"):
        for path in (ADDON / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    names.add(node.value)
    for path in (ADDON / "static").rglob("*.js"):
        names.update(re.findall(r'"([^"\n]+)"', path.read_text(encoding="utf-8")))
    return names


class TestTexts(BaseCase):
    def test_quotation_marks_are_in_pairs(self):
        """A text that ends before the name that it quotes cannot be translated."""
        unpaired = [text for text in get_texts() if text.count("“") != text.count("”")]
        self.assertEqual(unpaired, [])

    def test_docstrings_begin_with_an_action(self):
        """A docstring that begins with Give, Let or Take has to be solved before it is read."""
        wrong = [
            f"{place}: {text.splitlines()[0]}"
            for place, node, text in get_docstrings()
            if isinstance(node, ast.FunctionDef) and VAGUE_VERBS.match(text)
        ]
        self.assertEqual(wrong, [])

    def test_docstrings_name_the_thing(self):
        """“What came of it” makes the reader look for what it is."""
        wrong = [place for place, _node, text in get_docstrings() if RIDDLES.search(text)]
        self.assertEqual(wrong, [])

    def test_texts_name_the_thing(self):
        """People read what happened, not a riddle."""
        texts = get_texts()
        self.assertGreater(len(texts), 1000, "the texts were not read")
        self.assertEqual([text for text in texts if RIDDLES.search(text)], [])

    def test_texts_are_in_odoos_words(self):
        """A word that Odoo says otherwise makes people look for a difference."""
        self.assertEqual([text for text in get_texts() if NOT_ODOOS.search(text)], [])

    def test_no_plural_of_one(self):
        """“1 messages are sent” is read as carelessness."""
        texts = list(get_code_texts())
        self.assertGreater(len(texts), 500, "the texts were not read")
        wrong = [
            (place, text) for place, text in texts if PLURAL.search(text) and text not in NEVER_ONE
        ]
        self.assertEqual(wrong, [])
        self.assertEqual(NEVER_ONE - {text for _place, text in texts}, set())

    def test_quoted_buttons_exist(self):
        """A text told people to press “Retry”, and the button was called otherwise."""
        names = get_button_names()
        wrong = {
            (name, text)
            for text in get_texts()
            for name in QUOTED.findall(text)
            if name not in names
        }
        self.assertEqual(wrong, set())
