# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.tests import tagged

from ..languages import find_latin, load_language
from .mailing_case import MailingCase


@tagged("post_install", "-at_install")
class TestMailingLanguage(MailingCase):
    """The scheduled action has no language of its own, but people read what it stores."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        load_language(cls.env)

    def test_stored_in_language_of_author(self):
        """States in the chatter and reasons of those left out were in English."""
        reachable = self.create_contacts(1)
        unreachable = self.env["res.partner"].create({"name": "Василиса"})
        mailing = self.create_mailing(reachable | unreachable).sudo()
        mailing.user_id.lang = "ru_RU"
        mailing.action_start()
        self.run_mailings()
        self.send_queue()
        self.run_mailings()
        self.assertEqual(mailing.state, "done")
        values = mailing.message_ids.tracking_value_ids
        texts = values.mapped("old_value_char") + values.mapped("new_value_char")
        self.assertIn("Выполнено", texts)
        self.assertEqual(find_latin(" ".join(filter(None, texts[1:]))), [])
        reasons = mailing.recipient_ids.mapped("reason")
        self.assertTrue(any(reasons))
        self.assertEqual(find_latin(" ".join(filter(None, reasons))), [])
