# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..mail.discuss_case import DiscussCase

CARD = {
    "typeMessage": "contactMessage",
    "contactMessageData": {
        "phoneContact": "79990001122",
        "firstName": "Ivan",
        "lastName": "Petrov",
    },
}


@tagged("post_install", "-at_install")
class TestSharedContact(DiscussCase):
    """A contact card that was shared in a chat becomes a contact with a few clicks."""

    def setUp(self):
        super().setUp()
        self.card = self.ingest(self.notification(messageData=CARD)).message_id

    def open(self):
        action = self.card.with_user(self.salesperson).action_save_card()
        wizards = self.env[action["res_model"]].with_user(self.salesperson)
        return Form(wizards.with_context(**action["context"]))

    def test_create(self):
        """Nobody of this name: a new contact with name and number, once."""
        dialog = self.open().save()
        self.assertFalse(dialog.partner_id)
        opened = [dialog.action_create()["res_id"] for _press in range(2)]
        partner = self.env["res.partner"].browse(opened[0])
        self.assertEqual(opened[0], opened[1])
        self.assertEqual((partner.name, partner.phone_sanitized), ("Ivan Petrov", "+79990001122"))

    def test_link(self):
        """A contact of the name gets the number; that another one is replaced is said before."""
        ivan = self.env["res.partner"].create({"name": "ivan petrov"})
        form = self.open()
        self.assertEqual(form.partner_id, ivan)
        self.assertIn("gets this one", form.hint)
        form.save().action_link()
        self.assertEqual(ivan.phone_sanitized, "+79990001122")
        self.assertIn("has this phone number already", self.open().hint)
        ivan.phone = "+79990003344"
        self.assertIn("will be replaced", self.open().hint)

    def test_archived(self):
        """A new contact would be a duplicate of the archived one with the number."""
        former = self.env["res.partner"].create(
            {"name": "Former", "phone": "+79990001122", "active": False}
        )
        form = self.open()
        self.assertEqual(form.partner_id, former)
        self.assertEqual(form.hint, "Former is archived. Linking unarchives the contact.")
        form.save().action_link()
        self.assertTrue(former.active)

    def test_numbers(self):
        """A domestic number got a plus, so that it was no number any more; a short one was lost."""
        company = self.instance.company_id
        company.country_id = company.partner_id.country_id = self.env.ref("base.ru")
        for number, (sent, expected) in enumerate(
            (
                ("89123456789", "+79123456789"),
                ("8 (912) 345-67-89", "+79123456789"),
                ("+7 912 345-67-89", "+79123456789"),
                ("4915112345678", "+4915112345678"),
                ("112", "112"),
                ("", ""),
            ),
            2,
        ):
            with self.subTest(sent):
                data = {**CARD["contactMessageData"], "phoneContact": sent}
                card = {**CARD, "contactMessageData": data}
                note = self.notification(idMessage=str(number), messageData=card)
                self.card = self.ingest(note).message_id
                self.assertEqual(self.open().phone or "", expected)

    def test_short_number(self):
        """A short number is kept as it is, and the dialog knows that the contact has it."""
        data = {**CARD["contactMessageData"], "phoneContact": "112"}
        note = self.notification(idMessage="2", messageData={**CARD, "contactMessageData": data})
        self.card = self.ingest(note).message_id
        dialog = self.open().save()
        partner = self.env["res.partner"].browse(dialog.action_create()["res_id"])
        self.assertEqual(partner.phone, "112")
        self.assertIn("has this phone number already", self.open().hint)

    def test_no_card(self):
        """Other messages have no contact to save."""
        text = self.ingest(self.notification("Hello", idMessage="2")).message_id
        with self.assertRaisesRegex(UserError, "contains no contact"):
            text.with_user(self.salesperson).action_save_card()
