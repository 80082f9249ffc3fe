# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import CUSTOMER_CHAT, TelegramCase


@tagged("post_install", "-at_install")
class TestTelegramChatMarks(TelegramCase):
    """Marking as read, and the archive of Telegram, as operators do it."""

    def setUp(self):
        super().setUp()
        self.phone.write(CUSTOMER_CHAT, "Good day")
        self.receive()
        self.env.invalidate_all()
        self.chat = self.env["telegram.chat"]._find(self.instance, CUSTOMER_CHAT)

    def press(self, chats, button, user=None):
        """Press a button; return what the person reads."""
        with self.enter_registry_test_mode():
            action = getattr(chats.with_user(user or self.salesperson), button)()
        self.env.invalidate_all()
        return action["params"]

    def is_read(self, chat_id=CUSTOMER_CHAT):
        return [message["isRead"] for message in self.phone.messages(chat_id)]

    # === READ ===

    def test_mark_read(self):
        """It depends on the setting for opening a conversation, or does nothing."""
        self.assertFalse(self.instance.mark_read)
        self.assertEqual(self.is_read(), [False])
        self.assertEqual(self.press(self.chat, "action_mark_read")["type"], "success")
        self.assertEqual(self.is_read(), [True])
        self.phone.write(CUSTOMER_CHAT, "And now?")
        self.chat.with_user(self.salesperson).mark_read()
        self.assertEqual(self.is_read(), [True, True])

    def test_selection(self):
        """One chat that cannot be marked keeps the others from it, or is not named."""
        other = self.chat._get_or_create(self.instance, "55", name="Unknown there")
        params = self.press(self.chat + other, "action_mark_read")
        self.assertEqual(params["type"], "warning")
        self.assertIn("Chats marked as read in Telegram: 1.", params["message"])
        self.assertIn("Unknown there: Telegram has nothing to mark", params["message"])
        self.assertEqual(self.is_read(), [True])
        self.phone.fault("readChat", "status", status=500, times=2)
        params = self.press(self.chat + other, "action_mark_read")
        self.assertIn("temporarily unavailable", params["message"])

    def test_what_is_wrong_with_all(self):
        """Twenty chats are asked for, and twenty times the same is said, when the account is not
        signed in or the service is down."""
        others = self.env["telegram.chat"].create(
            [
                {
                    "name": f"Chat {number}",
                    "instance_id": self.instance.id,
                    "telegram_id": str(number),
                }
                for number in range(55, 58)
            ]
        )
        for cause in ("state", "fault"):
            with self.subTest(cause):
                if cause == "state":
                    self.phone.change(stateInstance="notAuthorized")
                else:
                    self.phone.change(stateInstance="authorized")
                    self.phone.fault("readChat", "status", status=500, times=9)
                before = len(self.phone.requests("readChat"))
                params = self.press(self.chat + others, "action_mark_read")
                self.assertEqual(params["type"], "warning")
                self.assertIn("Chats not marked (4): ", params["message"])
                self.assertEqual(params["message"].count("\n"), 0, params["message"])
                self.assertEqual(len(self.phone.requests("readChat")), before + 1)

    def test_not_done(self):
        """The service answers 200 and has done nothing: it counts as done."""
        self.phone.change(settings={"incomingWebhook": "no"})
        with self.assertRaisesRegex(UserError, "Set Up Receiving"):
            self.chat.mark_read()

    def test_too_many(self):
        """A thousand chats keep a person and a worker waiting for a quarter of an hour."""
        chats = self.env["telegram.chat"].create(
            [
                {"name": "x", "instance_id": self.instance.id, "telegram_id": str(number)}
                for number in range(21)
            ]
        )
        with self.assertRaisesRegex(UserError, "Select at most 20"):
            chats.action_mark_read()

    # === THE ARCHIVE ===

    def archived(self):
        chats = self.phone.instance()["chats"]
        return next(chat["archived"] for chat in chats if chat["chatId"] == CUSTOMER_CHAT)

    def test_archive(self):
        """It archives the record in Odoo, or not the chat at Telegram."""
        self.press(self.chat, "action_archive_at_telegram")
        self.assertTrue(self.archived())
        self.assertTrue(self.chat.is_archived_at_telegram)
        self.assertTrue(self.chat.active, "in Odoo it stays")
        self.press(self.chat, "action_unarchive_at_telegram")
        self.assertFalse(self.archived())
        self.assertFalse(self.chat.is_archived_at_telegram)

    def test_was_archived_on_the_phone(self):
        """Somebody archived it on the phone: Odoo refuses for ever, and shows it as not."""
        self.chat.with_user(self.salesperson).archive_at_telegram()
        self.chat.is_archived_at_telegram = False
        self.press(self.chat, "action_archive_at_telegram")
        self.assertTrue(self.chat.is_archived_at_telegram)

    def test_archive_refused(self):
        """What Telegram refuses is shown as done, or in the service's own words only."""
        self.phone.change(settings={"incomingWebhook": "no"})
        with self.assertRaisesRegex(UserError, "after the other side has written"):
            self.press(self.chat, "action_archive_at_telegram")
        self.env.invalidate_all()
        self.assertFalse(self.chat.is_archived_at_telegram)
        self.phone.fault("archiveChat", "lost_before")
        with self.assertRaisesRegex(UserError, "connection"):
            self.chat.archive_at_telegram()

    # === THE ARCHIVE OF ODOO ===

    def test_writing_to_an_archived_chat(self):
        """Writing to a contact whose chat is archived in Odoo opens a second chat of the person."""
        self.chat.partner_id = self.customer
        self.chat.active = False
        message = self.write_from(self.customer, "Still there?")
        self.assertEqual(message.chat_id, self.chat)
        self.assertTrue(self.chat.active)
        self.assertEqual(len(self.env["telegram.chat"].search([("id", "!=", 0)])), 1)

    def test_writing_to_an_archived_chat_by_its_phone(self):
        """The same for a chat that is linked to nobody and only has the contact's phone."""
        self.chat.write({"active": False, "partner_id": False})
        message = self.write_from(self.customer, "Still there?")
        self.assertEqual(message.chat_id, self.chat)
        self.assertEqual(self.chat.partner_id, self.customer)

    def test_an_open_chat_goes_first(self):
        """A contact has two chats, one put aside: it is taken since it is the newer one."""
        self.chat.partner_id = self.customer
        newer = self.chat._get_or_create(self.instance, "55", partner_id=self.customer.id)
        newer.write({"active": False, "last_message_date": "2100-01-01", "phone": False})
        message = self.write_from(self.customer, "Hello")
        self.assertEqual(message.chat_id, self.chat)
        self.assertFalse(newer.active)

    # === RIGHTS ===

    def test_rights(self):
        """Somebody who does not operate the account marks its chats."""
        stranger = self.create_user("telegram_stranger", "user")
        for button in (
            "action_mark_read",
            "action_archive_at_telegram",
            "action_unarchive_at_telegram",
            "action_refresh_info",
            "action_import_history",
        ):
            with self.assertRaises(AccessError):
                self.press(self.chat, button, user=stranger)
        self.assertFalse(self.archived())
