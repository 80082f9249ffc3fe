# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The user's guide: its pages are those of the sources, and every link leads somewhere."""

import re
from pathlib import Path

import polib

from odoo.tests import BaseCase

ADDON = Path(__file__).resolve().parents[2]
PAGES = ADDON / "static" / "doc"
GUIDE_LINK = re.compile(r"/telegram_green_api/static/doc/([\w./]+)")
LINK = re.compile(r'(?:href|src)="(?!https?:|#|mailto:)([^"]+)"')
EMPTY_STATE = re.compile(r'<field name="help" type="html">(.*?)</field>', re.DOTALL)


class TestGuide(BaseCase):
    def test_pages_are_of_the_sources(self):
        """A page of the guide tells what its source no longer says; ./dev/texts writes it anew."""
        from ...dev.guide import get_pages  # not where only the addon is installed

        pages = get_pages()
        self.assertGreater(len(pages), 12, "the sources were not read")
        self.assertEqual(set(PAGES.glob("*/*.html")), set(pages))
        outdated = [str(path) for path, text in pages.items() if path.read_text("utf-8") != text]
        self.assertEqual(outdated, [])

    def test_languages_have_the_same_pages(self):
        """A link that a translation leads to the Russian guide finds no page there."""
        english, russian = (
            {path.name for path in (ADDON / "doc" / lang).glob("*.rst")} for lang in ("en", "ru")
        )
        self.assertEqual(english, russian)

    def test_links_of_pages(self):
        """A link or picture of a page leads nowhere."""
        missing = [
            (path.name, link)
            for path in PAGES.glob("*/*.html")
            for link in LINK.findall(path.read_text("utf-8"))
            if not (path.parent / link.partition("#")[0]).is_file()
        ]
        self.assertEqual(missing, [])

    def test_empty_states_link_to_the_guide(self):
        """A person before an empty list does not find the guide."""
        states = [
            (path.name, state)
            for path in (ADDON / "views").glob("*.xml")
            for state in EMPTY_STATE.findall(path.read_text("utf-8"))
        ]
        self.assertGreater(len(states), 15, "the views were not read")
        without = [(name, state) for name, state in states if not GUIDE_LINK.search(state)]
        self.assertEqual(without, [])

    def test_links_to_the_guide(self):
        """A link of a screen leads to no page, or a Russian one to the English guide."""
        links = set()
        for path in (ADDON / "views").glob("*.xml"):
            links.update(GUIDE_LINK.findall(path.read_text("utf-8")))
        for entry in polib.pofile(str(ADDON / "i18n" / "ru.po")):
            expected = [link.replace("en/", "ru/") for link in GUIDE_LINK.findall(entry.msgid)]
            self.assertEqual(GUIDE_LINK.findall(entry.msgstr), expected)
            links.update(expected)
        self.assertEqual([link for link in links if not (PAGES / link).is_file()], [])
