# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The user's guide: its pages are those of the sources, and every link leads somewhere."""

import re
from pathlib import Path

import polib

from odoo.tests import BaseCase, HttpCase, tagged

ADDON = Path(__file__).resolve().parents[2]
PAGES = ADDON / "static" / "doc"
GUIDE_LINK = re.compile(r"/telegram_green_api/guide/(\w+)")
LINK = re.compile(r'(?:href|src)="(?!https?:|#|mailto:)([^"]+)"')
# What stands between asterisks are names on screens; code is not read.
TAG = re.compile(r"<[^>]+>")
CODE = re.compile(r"::\n\n(?: +.*\n|\n)+|\.\. code-block.*\n\n(?: +.*\n|\n)+|``[^`]*``")
SCREEN_NAME = re.compile(r"(?<![*\w`])\*([^\s*][^*]*)\*(?![*\w])")
# Odoo's own names, those of Telegram's app, and emphasis.
OTHER_NAMES = {
    *("Accounting", "Actions", "Automation Rules", "Create Activity", "Discuss", "My Preferences"),
    *("New API Key", "On create", "Sales & Purchase", "Security", "Send Webhook Notification"),
    *("Devices", "Link Desktop Device", "Telegram (GREEN-API)", "Действия"),
    *("italics", "unsure", "отписаться"),
}
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

    def test_store_page(self):
        """The store page shows a picture that is not there, or lacks one in a language."""
        folder = ADDON / "static" / "description"
        shown = LINK.findall((folder / "index.html").read_text("utf-8"))
        taken = {f"{path.parent.name}/{path.name}" for path in folder.glob("*/*.png")}
        self.assertGreaterEqual(len(shown), 16)
        self.assertEqual([link for link in shown if link not in taken], [])
        english, russian = (
            {link.partition("/")[2] for link in shown if link.startswith(lang)}
            for lang in ("en", "ru")
        )
        self.assertEqual(english, russian)

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

    def test_names_of_screens(self):
        """A reader looks for a button or a menu that has another name by now."""
        catalog = polib.pofile(ADDON / "i18n" / "ru.po")
        english = self.get_labels(entry.msgid for entry in catalog)
        russian = self.get_labels(entry.msgstr for entry in catalog)
        sources = [ADDON / "README.rst", *sorted((ADDON / "doc").rglob("*.rst"))]
        self.assertGreater(len(sources), 15, "the sources were not read")
        unknown = [
            (path.name, name)
            for path in sources
            for name in self.get_names(path.read_text("utf-8"))
            if name.rstrip("…") not in (russian if path.parent.name == "ru" else english)
        ]
        self.assertEqual(unknown, [])

    def get_labels(self, texts):
        """Return texts without tags, also without the unit at the end, and the names of others."""
        texts = {TAG.sub("", text) for text in texts}
        return texts | {text.partition(" (")[0] for text in texts} | OTHER_NAMES

    def get_names(self, text):
        """Return the names of screens in a source; those of a path one by one."""
        for found in SCREEN_NAME.findall(CODE.sub("", text)):
            yield from re.split(r" → | / ", " ".join(found.split()))

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
        """A link of a screen leads to no page."""
        names = {
            name
            for path in (ADDON / "views").glob("*.xml")
            for name in GUIDE_LINK.findall(path.read_text("utf-8"))
        }
        self.assertGreater(len(names), 3, "the views were not read")
        for lang in ("en", "ru"):
            missing = [name for name in names if not (PAGES / lang / f"{name}.html").is_file()]
            self.assertEqual(missing, [])


@tagged("post_install", "-at_install")
class TestGuideRoute(HttpCase):
    def open_seller(self, lang):
        self.env["res.lang"]._activate_lang(lang)
        self.env.ref("base.user_admin").lang = lang
        self.authenticate("admin", "admin")
        return self.url_open("/telegram_green_api/guide/seller")

    def test_language(self):
        """A link leads a Russian user to the English guide, or a French one nowhere."""
        for lang, folder in (("en_US", "en"), ("ru_RU", "ru"), ("fr_FR", "en")):
            response = self.open_seller(lang)
            self.assertEqual(response.status_code, 200)
            self.assertIn(f"/static/doc/{folder}/seller.html", response.url)

    def test_no_page(self):
        """A name that is no page, or that leads out of the folder, shows an error or a file."""
        self.authenticate("admin", "admin")
        for name in ("nothing", "..%2F..%2F..%2F__manifest__", "%00"):
            response = self.url_open(f"/telegram_green_api/guide/{name}")
            self.assertEqual(response.status_code, 404)
