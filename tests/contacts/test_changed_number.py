# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import UserError
from odoo.tests import BaseCase, tagged

from ...tools.phone import is_same_phone
from ..mail.discuss_case import DiscussCase


@tagged("post_install", "-at_install")
class TestSamePhone(BaseCase):
    """Whether a number as people type it is that of a chat."""

    def test_same(self):
        """A number without a country code, or with marks, is not another one."""
        for typed in ("+79998887766", "+7 999 888-77-66", "8 (999) 888-77-66", "9998887766", "?"):
            self.assertTrue(is_same_phone("+79998887766", typed), typed)
        for typed in ("+79998887767", "8 (999) 888-77-67", "+49 999 888 77 66", "112"):
            self.assertFalse(is_same_phone("+79998887766", typed), typed)


@tagged("post_install", "-at_install")
class TestChangedNumber(DiscussCase):
    """The contact gets a phone number that cannot be read, as it has no country code."""

    def setUp(self):
        super().setUp()
        self.ingest(self.notification("Hello", idMessage="1"))

    def change_number(self, phone):
        self.customer.write({"phone": phone, "country_id": False})
        self.assertFalse(self.customer.phone_sanitized)
        return self.customer.with_user(self.salesperson)

    def test_other(self):
        """A message went to the former number without a warning."""
        partner = self.change_number("8 (999) 111-22-33")
        for number in ("+79998887766", "8 (999) 111-22-33"):
            self.assertIn(number, partner.telegram_changed_message)
        composer = self.env["telegram.composer"].with_user(self.salesperson)
        composer = composer.create({"res_model": "res.partner", "res_id": partner.id})
        self.assertIn("8 (999) 111-22-33", composer.telegram_changed_message)

    def test_new_number_chosen(self):
        """Who chooses the number that cannot be read is told so, and nothing is sent."""
        partner = self.change_number("8 (999) 111-22-33")
        partner.action_use_new_number()
        with self.assertRaisesRegex(UserError, "cannot be read"):
            partner._message_telegram("To whom?")

    def test_never_answered(self):
        """A chat that is only known by the former number is not used any more."""
        self.chat.last_received_date = False
        partner = self.change_number("8 (999) 111-22-33")
        with self.assertRaisesRegex(UserError, "cannot be read"):
            partner._message_telegram("To whom?")

    def test_same(self):
        """The same number without its country code is no change."""
        partner = self.change_number("8 (999) 888-77-66")
        self.assertFalse(partner.telegram_changed_message)
        self.assertTrue(partner._message_telegram("To the chat"))
