# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import re

from odoo.tests import tagged
from odoo.tests.common import get_db_name

from .language_case import LanguageCase

# Names, and words that are the same in Russian.
NAMES = {"API", "Discuss", "GREEN-API", "IAP", "Odoo", "OdooBot", "Telegram", "WhatsApp"}
NAMES |= {"CSV", "GIF", "HTML", "HTTP", "ID", "JPEG", "JSON", "PDF", "PNG", "POST", "QR", "SMS"}
NAMES |= {"URL", "UTC", "VIP", "RU", "email", "wid", "xlsx"}
# What Odoo's own Russian leaves in English, and its demo data.
ODOOS = re.compile(
    r"[\w ]+ View|Custom (Filter\.\.\.|Group)|Back to .*|Add Star|Starred messages|New Meeting"
    r"|Search conversations|(Channel|Chat) Actions|Administrators|general"
)
WORD = re.compile(r"[A-Za-z](?:[A-Za-z’']|-(?=[A-Za-z]))+")
IDENTIFIER = re.compile(r"\b[a-z]+(?:[A-Z][A-Za-z]*)+\b")  # of GREEN-API, such as webhookUrl
CYRILLIC = re.compile(r"[А-Яа-яЁё]+")
FIELD_NAME = re.compile(r"\b[a-z]+(?:_[a-z0-9]+)+\b|\b[a-z]+\.[a-z]+\.[a-z.]+\b")
PLACEHOLDER = re.compile(r"\{\{.*?\}\}")
# Placeholders, addresses, identifiers and file names.
NO_TEXT = re.compile(r"\{\{.*?\}\}|\S*(?:://|@|/|_|\d|\w\.\w)\S*|<[^>]*>")


def find_latin(text):
    """Return the Latin words of a text that are no names."""
    if ODOOS.fullmatch(text):
        return []
    words = WORD.findall(IDENTIFIER.sub(" ", NO_TEXT.sub(" ", text)))
    return sorted(set(words) - NAMES)


def find_unreadable(text):
    """Return what no reader of English should see: Cyrillic letters and names of fields."""
    names = FIELD_NAME.findall(PLACEHOLDER.sub("", text))
    return sorted({*CYRILLIC.findall(text), *names} - {get_db_name()})


class ScreensCase(LanguageCase):
    find_foreign = staticmethod(find_latin)

    def check_screens(self, *screens):
        """Open screens, and look for words of another language."""
        found = self.read_screens(screen for each in screens for screen in each)
        foreign = {}
        for name, texts in found.items():
            for text in texts:
                if words := self.find_foreign(text):
                    foreign.setdefault(text, (name, words))
        self.assertEqual(foreign, {})


@tagged("post_install", "-at_install", "slow")
class TestRussian(ScreensCase):
    lang = "ru_RU"

    def test_russian(self):
        """A person who reads Russian only meets an English word."""
        self.check_screens(
            self.get_lists(),
            self.get_empty_states(),
            self.get_forms(),
            self.get_dialogs(),
            self.get_others(),
            self.get_answers(),
            self.get_start(),
        )


@tagged("post_install", "-at_install", "slow")
class TestRussianOnMobile(ScreensCase):
    lang = "ru_RU"
    browser_size = "390x844"
    touch_enabled = True

    def test_russian(self):
        """What only small screens show has an English word."""
        self.check_screens(self.get_lists(), self.get_forms(), self.get_others())


@tagged("post_install", "-at_install", "slow")
class TestEnglish(ScreensCase):
    find_foreign = staticmethod(find_unreadable)

    def test_english(self):
        """A person who reads English meets the name of a field, or Russian."""
        self.check_screens(
            self.get_lists(),
            self.get_empty_states(),
            self.get_forms(),
            self.get_dialogs(),
            self.get_others(),
            self.get_answers(),
            self.get_start(),
        )

    def test_words_are_found(self):
        """A rule that finds nothing passes always."""
        self.assertEqual(find_latin("Отправить now"), ["now"])
        self.assertEqual(find_latin("Telegram: a@b.com, {{ object.name }}, QR"), [])
        self.assertEqual(find_latin("Список View"), [])
        self.assertEqual(find_latin("QR-код и webhookUrl"), [])
        self.assertEqual(find_unreadable("Send Сейчас"), ["Сейчас"])
        fields = ["last_run_date", "res.partner.bank"]
        self.assertEqual(find_unreadable("Set last_run_date of res.partner.bank"), fields)
