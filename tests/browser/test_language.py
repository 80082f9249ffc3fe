# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.tests import tagged

from ..languages import find_latin, find_unreadable
from .invoice_language import InvoiceLanguageCase
from .language_case import LanguageCase


class ScreensCase(LanguageCase):
    maxDiff = None  # all that was found
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
        cut = {
            name: texts
            for name, texts in self.cut.items()
            if texts and not name.startswith("account.")
        }
        self.assertEqual(cut, {}, "labels that are cut")


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
        self.assertEqual(find_latin("outgoingMessageStatus"), ["outgoingMessageStatus"])
        self.assertEqual(find_unreadable("Send Сейчас"), ["Сейчас"])
        fields = ["last_run_date", "res.partner.bank"]
        self.assertEqual(find_unreadable("Set last_run_date of res.partner.bank"), fields)


class InvoicesCase(InvoiceLanguageCase, ScreensCase):
    """Looks for foreign words in accounting."""


@tagged("post_install", "-at_install", "slow")
class TestInvoicesInRussian(InvoicesCase):
    lang = "ru_RU"

    def test_russian(self):
        """An accountant who reads Russian only meets an English word."""
        self.check_screens(self.get_accounting())


@tagged("post_install", "-at_install", "slow")
class TestInvoicesInRussianOnMobile(InvoicesCase):
    lang = "ru_RU"
    browser_size = "390x844"
    touch_enabled = True

    def test_russian(self):
        """What only a phone shows of an invoice has an English word."""
        self.check_screens(self.get_accounting())


@tagged("post_install", "-at_install", "slow")
class TestInvoicesInEnglish(InvoicesCase):
    find_foreign = staticmethod(find_unreadable)

    def test_english(self):
        """An accountant who reads English meets the name of a field, or Russian."""
        self.check_screens(self.get_accounting())
