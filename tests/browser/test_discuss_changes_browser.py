# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import CUSTOMER_CHAT, TelegramCase
from .browser_case import TourCase


class DiscussChangesCase(TelegramCase, TourCase):
    """Change sent messages in Discuss, with everything that Odoo's own client sends."""

    def _run(self, cron):
        self.assertIs(cron.method_direct_trigger(), True, "the scheduled action failed")

    def change_messages(self):
        """Edit a text, edit it again, and delete another one; return what the customer sees."""
        self.instance.operator_ids |= self.env.ref("base.user_admin")
        self.phone.write(CUSTOMER_CHAT, "Hello")
        self.receive()
        chat = self.env["telegram.chat"].search([("instance_id", "=", self.instance.id)])
        self.tour("telegram_discuss_changes", f"/odoo/telegram.chat/{chat.id}")
        return [
            message["text"]
            for message in self.phone.messages(CUSTOMER_CHAT)
            if not message["isDeleted"]
        ]

    def check_folded(self):
        """Check that a long deleted text does not push the other messages away."""
        self.instance.operator_ids |= self.env.ref("base.user_admin")
        for text in ("Wrong chat", "Sentence after sentence. " * 20):
            self.phone.write(CUSTOMER_CHAT, text)
        self.receive()
        for message in self.env["telegram.message"].search(
            [("chat_id.telegram_id", "=", CUSTOMER_CHAT)]
        ):
            message.is_deleted = True
            message._update_posted_body()
        chat = self.env["telegram.chat"].search([("instance_id", "=", self.instance.id)])
        self.tour("telegram_folded", f"/odoo/telegram.chat/{chat.id}")

    def check_form(self):
        """Edit a message in its form."""
        admin = self.env.ref("base.user_admin")
        self.instance.operator_ids |= admin
        self.instance.with_user(admin).send_text(CUSTOMER_CHAT, "At three o'clock")
        self.send_queue()
        self.receive()
        message = self.env["telegram.message"].search([("instance_id", "=", self.instance.id)])
        self.tour("telegram_form_edit", f"/odoo/telegram.message/{message.id}")

    def check_looks(self):
        """Check that a conversation shows what was not sent, deleted, and cannot be edited."""
        admin = self.env.ref("base.user_admin")
        self.instance.operator_ids |= admin
        self.phone.write(CUSTOMER_CHAT, "Hello")
        self.receive()
        chat = self.env["telegram.chat"].search([("instance_id", "=", self.instance.id)])
        posts = {}
        for text in ("A text", "A caption", "A deleted file"):
            file = self.env["ir.attachment"].create({"name": f"{text}.txt", "raw": b"one"})
            posts[text] = chat.channel_id.with_user(admin).message_post(
                body=text,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                attachment_ids=file.ids if text != "A text" else [],
            )
        # The web client is told of them before they are sent, as by the transactions of users.
        self.env.cr.precommit.run()
        self.send_queue()
        self.receive()
        deleted = posts["A deleted file"].sudo().telegram_message_ids
        deleted.with_user(admin).delete()
        self.send_queue()
        date = fields.Datetime.now() + timedelta(days=1)
        for text in ("A later one", "A canceled one"):
            instance = self.instance.with_user(admin)
            instance.send_text(chat.telegram_id, text, scheduled_date=date)
        chat.message_ids.filtered(lambda m: m.text == "A canceled one").action_cancel()
        self.tour("telegram_looks", f"/odoo/telegram.chat/{chat.id}")

    def check_refusals(self):
        """Check that what cannot be sent is said, before and after it is tried."""
        self.instance.operator_ids |= self.env.ref("base.user_admin")
        self.phone.write(CUSTOMER_CHAT, "Hello")
        self.receive()
        chat = self.env["telegram.chat"].search([("instance_id", "=", self.instance.id)])
        sign_out = self.env["ir.cron"].create(
            {
                "name": "Sign out",
                "model_id": self.env["ir.model"]._get_id("telegram.instance"),
                "state": "code",
                "code": f"model.browse({self.instance.id})._update_state('notAuthorized')",
            }
        )
        url = f"/odoo/telegram.chat/{chat.id}"
        with mute_logger("odoo.http"):  # refused in a notification
            self.tour("telegram_refusals", url, sign_out_cron_id=str(sign_out.id))
        self.assertEqual(chat.message_ids.mapped("text"), ["Shorter", "Hello"])


@tagged("post_install", "-at_install")
class TestDiscussChangesOnDesktop(DiscussChangesCase):
    browser_size = "1400x900"

    def test_edit_and_delete(self):
        """Odoo's client names the files with each edit: they are not changed by that."""
        self.assertEqual(self.change_messages(), ["Hello", "At four o'clock"])

    def test_form(self):
        """The form shows the new text by itself, once Telegram has it."""
        self.check_form()

    def test_looks(self):
        """What has not reached the customer, or no longer does, must not look like what has."""
        self.check_looks()

    def test_folded(self):
        """A long text that was deleted is folded, and shown by one click."""
        self.check_folded()

    def test_refusals(self):
        """A refusal shows its reason, keeps the text, and can be foreseen in the box."""
        self.check_refusals()


@tagged("post_install", "-at_install")
class TestDiscussChangesOnMobile(DiscussChangesCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_edit_and_delete(self):
        """The same on a phone, whose menu of a message is another one."""
        self.assertEqual(self.change_messages(), ["Hello", "At four o'clock"])

    def test_looks(self):
        """The same on a phone."""
        self.check_looks()

    def test_folded(self):
        """The same on a phone."""
        self.check_folded()

    def test_refusals(self):
        """The same on a phone."""
        self.check_refusals()
