# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.fields import Command
from odoo.tests import tagged

from ..common import TelegramCase
from .browser_case import TourCase

CARD = {
    "typeMessage": "contactMessage",
    "contactMessageData": {"phoneContact": "79990001122", "firstName": "Ivan", "lastName": "Card"},
}


class LinkBrowserCase(TelegramCase, TourCase):
    """Somebody whom Odoo does not know has written."""

    def setUp(self):
        super().setUp()
        self.customer.phone = False
        self.instance.operator_ids = [Command.link(self.env.ref("base.user_admin").id)]
        self.env.flush_all()  # what comes in is processed in a transaction of its own

    def check_stranger(self):
        """Check that a proposed contact is linked in Discuss, with what was written before."""
        name = "Vasilisa Konstantinovna Voznesenskaya-Dolgorukaya"
        partner = self.env["res.partner"].create({"name": name, "ref": "proposed"})
        self.env.flush_all()
        sender = self.notification()["senderData"] | {"senderName": name, "chatName": name}
        notification = self.notification("Who are you?", senderData=sender)
        chat = self.ingest(notification).message_id.chat_id
        self.ingest(self.notification(messageData=CARD, idMessage="2", senderData=sender))
        self.tour("telegram_stranger", f"/odoo/telegram.chat/{chat.id}")
        self.env.invalidate_all()
        self.assertEqual(chat.partner_id, partner)
        self.assertIn("Who are you?", "".join(partner.message_ids.mapped("body")))
        self.assertEqual(partner.phone_sanitized, chat.phone)
        self.assertTrue(chat.phone)
        card = self.env["res.partner"].search([("name", "=", "Ivan Card")])
        self.assertEqual(card.phone_sanitized, "+79990001122")

    def check_archived(self, tour, url=None):
        """Check that the archived contact with the number of a stranger is linked by clicks."""
        values = {"phone": "+79998887766", "active": False}
        partner = self.env["res.partner"].create({"name": "Former Customer", **values})
        self.env.flush_all()
        chat = self.ingest(self.notification("Who are you?")).message_id.chat_id
        self.tour(tour, url or f"/odoo/telegram.chat/{chat.id}")
        self.env.invalidate_all()
        self.assertEqual(chat.partner_id, partner)
        self.assertTrue(partner.active)

    def check_unlinked(self, tour):
        """Check that chats without a contact are listed with proposals, and confirmed."""
        partner = self.env["res.partner"].create({"name": "Vasilisa"})
        self.env.flush_all()
        chat = self.ingest(self.notification("Who are you?")).message_id.chat_id
        action = "telegram_green_api.telegram_chat_action_unlinked"
        self.tour(tour, f"/odoo/action-{action}")
        self.env.invalidate_all()
        self.assertEqual(chat.partner_id, partner)


@tagged("post_install", "-at_install")
class TestLinkBrowser(LinkBrowserCase):
    """A person says who it is, and about what."""

    def test_link(self):
        """From the chat: choose among the contacts of the number, then the record; to Discuss."""
        partners = self.env["res.partner"].create(
            [{"name": name, "phone": "+7 999 888-77-66"} for name in ("Anna Link", "Boris Link")]
        )
        order = self.env["res.partner"].create({"name": "Order Link"})
        self.env.flush_all()  # what comes in is processed in a transaction of its own
        event = self.ingest(self.notification("Who are you?"))
        chat = event.message_id.chat_id
        self.tour("telegram_link", f"/odoo/telegram.chat/{chat.id}")
        self.env.invalidate_all()
        self.assertEqual(chat.partner_id, partners[1])
        self.assertEqual(event.message_id._get_record(), order)

    def test_stranger(self):
        """In Discuss, whose chat it may be is asked, and a shared contact is saved."""
        self.check_stranger()

    def test_link_in_discuss(self):
        """The same dialogs open from the conversation, for which the web client presses buttons."""
        partner = self.env["res.partner"].create({"name": "Anna Link"})
        order = self.env["res.partner"].create({"name": "Order Link"})
        self.env.flush_all()  # what comes in is processed in a transaction of its own
        event = self.ingest(self.notification("Who are you?"))
        chat = event.message_id.chat_id
        self.tour("telegram_link_in_discuss", f"/odoo/telegram.chat/{chat.id}")
        self.env.invalidate_all()
        self.assertEqual(chat.partner_id, partner)
        self.assertEqual(event.message_id._get_record(), order)

    def test_unlinked(self):
        """Many chats are confirmed in their list."""
        self.check_unlinked("telegram_unlinked")

    def test_archived(self):
        """From the chat, only a duplicate of the archived contact could be created."""
        self.check_archived("telegram_archived")

    def test_archived_in_discuss(self):
        """The same in Discuss."""
        self.check_archived("telegram_archived_in_discuss")

    def test_archived_in_list(self):
        """The same in the list."""
        url = "/odoo/action-telegram_green_api.telegram_chat_action_unlinked"
        self.check_archived("telegram_archived_in_list", url)


@tagged("post_install", "-at_install")
class TestLinkBrowserMobile(LinkBrowserCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_stranger(self):
        """The same on a phone."""
        self.check_stranger()

    def test_unlinked(self):
        """On a phone, the list had no proposals and nothing to confirm them."""
        self.check_unlinked("telegram_unlinked_mobile")

    def test_archived(self):
        """The same on a phone."""
        self.check_archived("telegram_archived")

    def test_archived_in_discuss(self):
        """The same on a phone."""
        self.check_archived("telegram_archived_in_discuss")
