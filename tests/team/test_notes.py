# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
# pylint: disable=translation-required  # what users write

from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .test_inbox import InboxCase


@tagged("post_install", "-at_install")
class TestNotes(InboxCase, HttpCase):
    """Notes for colleagues in a conversation: no way leads from them to the customer."""

    def setUp(self):
        super().setUp()
        self.chat = self.write_in(0)
        self.channel = self.chat._open_channel().with_user(self.salesperson)

    def post_note(self, **values):
        """Post a note as Odoo's web client does."""
        values = {
            "body": "Difficult customer",
            "message_type": "comment",
            "subtype_xmlid": "mail.mt_note",
            **values,
        }
        return self.channel.message_post(**values)

    def check_nothing_was_sent(self):
        """Check that the customer has received nothing, and nothing waits to be sent."""
        self.send_queue()
        outgoing = [("chat_id", "=", self.chat.id), ("direction", "=", "outgoing")]
        self.assertFalse(self.env["telegram.message"].search(outgoing))
        self.assertFalse(self.phone.ledger())
        self.assertEqual(self.chat.inbox_state, "waiting", "a note is no answer")

    def test_note(self):
        """A question to a colleague would reach the customer."""
        note = self.post_note()
        self.assertEqual(note.res_id, self.channel.id)
        self.check_nothing_was_sent()

    def test_note_by_subtype(self):
        """A note that names its subtype by ID would be taken for a message."""
        subtype = self.env.ref("mail.mt_note")
        self.channel.message_post(
            body="Difficult customer", message_type="comment", subtype_id=subtype.id
        )
        self.check_nothing_was_sent()

    def test_internal_message(self):
        """A program that marks a message as internal would write to the customer."""
        self.channel.message_post(
            body="Difficult customer", message_type="comment", is_internal=True
        )
        self.check_nothing_was_sent()

    def test_sent_message_is_no_note(self):
        """What a program sends would be shown as a note that the customer does not receive."""
        sent = self.channel.message_post(body="Good morning", message_type="comment")
        self.assertTrue(sent.sudo().telegram_message_ids)
        self.assertEqual(sent.subtype_id, self.env.ref("mail.mt_comment"))

    def test_mention(self):
        """A colleague who is mentioned in a note would not learn of it; a customer must not."""
        self.customer.email = "vasilisa@example.com"
        colleague = self.create_user("colleague", "user", email="colleague@example.com")
        colleague.notification_type = "inbox"
        self.instance.operator_ids = [Command.link(colleague.id)]
        note = self.post_note(partner_ids=(colleague.partner_id | self.customer).ids)
        self.assertEqual(note.sudo().notification_ids.res_partner_id, colleague.partner_id)
        self.check_nothing_was_sent()

    def test_note_by_route(self):
        """The route of the web client would send what the method does not."""
        self.salesperson.password = "salesperson"
        self.authenticate(self.salesperson.login, "salesperson")
        answer = self.make_jsonrpc_request(
            "/mail/message/post",
            {
                "thread_model": "discuss.channel",
                "thread_id": self.channel.id,
                "post_data": {
                    "body": "Difficult customer",
                    "message_type": "comment",
                    "subtype_xmlid": "mail.mt_note",
                },
            },
        )
        self.assertTrue(answer)
        self.check_nothing_was_sent()

    def test_edited_and_deleted_note(self):
        """A note that is edited or deleted would be edited at the customer, or sent."""
        note = self.post_note()
        note_sudo = note.sudo()  # as the route of the web client does, after its own check
        self.channel._message_update_content(note_sudo, body="Very difficult customer")
        self.assertIn("Very difficult", note.body)
        self.channel._message_update_content(note_sudo, body="", attachment_ids=[])
        self.check_nothing_was_sent()

    def test_note_with_file_and_answer(self):
        """A file of a note, or a note that answers a message, would be sent."""
        values = {"name": "internal.txt", "raw": b"secret", "res_model": "mail.compose.message"}
        file = self.env["ir.attachment"].with_user(self.salesperson).create(values)
        question = self.channel.message_ids[-1]
        note = self.post_note(attachment_ids=file.ids, parent_id=question.id)
        self.post_note(parent_id=note.id)
        self.check_nothing_was_sent()

    def test_note_is_not_forwarded(self):
        """A note has no Telegram message that one could forward, retry or edit."""
        note = self.post_note()
        self.assertFalse(note.sudo().telegram_message_ids)
        self.assertFalse(self.channel._telegram_get_messages(note.id))
        self.check_nothing_was_sent()

    def test_answer_to_a_note(self):
        """An answer to the customer under a note must not quote the note to them."""
        note = self.post_note()
        self.channel.message_post(
            body="Good morning",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            parent_id=note.id,
        )
        self.send_queue()
        [sent] = self.phone.ledger(count=1)
        self.assertEqual(sent["message"], "Good morning")
        self.assertFalse(sent.get("quotedMessageId"))
        self.assertNotIn("Difficult", str(sent))

    def test_converted_note(self):
        """A note that becomes a message afterwards would be sent, or sent by its next edit."""
        note_sudo = self.post_note().sudo()  # users may not change the kind of a message
        note_sudo.write({"subtype_id": self.env.ref("mail.mt_comment").id, "is_internal": False})
        self.check_nothing_was_sent()
        self.channel._message_update_content(note_sudo, body="Very difficult customer")
        self.check_nothing_was_sent()

    def test_copied_note(self):
        """A copy of a note would be sent, as a new message of the conversation."""
        self.post_note().sudo().copy()
        self.check_nothing_was_sent()

    def test_scheduled_note(self):
        """A note that is posted later would be sent then, from a record or a conversation."""
        for record in (self.customer, self.channel):
            scheduled = self.env["mail.scheduled.message"].create(
                {
                    "model": record._name,
                    "res_id": record.id,
                    "author_id": self.salesperson.partner_id.id,
                    "body": "Difficult customer",
                    "is_note": True,
                    "scheduled_date": "2100-01-01 08:00:00",
                }
            )
            scheduled._post_message()
            self.assertIn("Difficult", str(record.message_ids.sorted("id")[-1:].body))
            self.check_nothing_was_sent()

    def test_note_by_composer(self):
        """A note that is written in Odoo's composer for a conversation would be sent."""
        composer = (
            self.env["mail.compose.message"]
            .with_user(self.salesperson)
            .create(
                {
                    "model": "discuss.channel",
                    "res_ids": str(self.channel.ids),
                    "body": "Difficult customer",
                    "subtype_id": self.env.ref("mail.mt_note").id,
                    "composition_mode": "comment",
                }
            )
        )
        composer._action_send_mail()
        self.assertIn("Difficult", str(self.channel.message_ids.sorted("id")[-1:].body))
        self.check_nothing_was_sent()

    def test_note_by_template(self):
        """A note that is written with an e-mail template would be sent."""
        template = self.env["mail.template"].create(
            {
                "name": "Note",
                "model_id": self.env["ir.model"]._get_id("discuss.channel"),
                "body_html": "<p>Difficult customer</p>",
                "email_from": "sales@example.com",
            }
        )
        channel = self.channel.sudo()
        note = channel.message_post_with_source(
            template, message_type="comment", subtype_xmlid="mail.mt_note"
        )
        self.assertIn("Difficult", str(note.body))
        self.check_nothing_was_sent()

    def test_note_by_server_action(self):
        """A server action that posts a note in the conversation would write to the customer."""
        template = self.env["mail.template"].create(
            {
                "name": "Note",
                "model_id": self.env["ir.model"]._get_id("discuss.channel"),
                "body_html": "<p>Difficult customer</p>",
                "email_from": "sales@example.com",
            }
        )
        action = self.env["ir.actions.server"].create(
            {
                "name": "Note",
                "model_id": template.model_id.id,
                "state": "mail_post",
                "mail_post_method": "note",
                "template_id": template.id,
            }
        )
        context = {"active_model": "discuss.channel", "active_id": self.channel.id}
        action.with_context(**context).run()
        self.assertIn("Difficult", str(self.channel.message_ids.sorted("id")[-1:].body))
        self.check_nothing_was_sent()

    def test_answer_to_a_note_by_email(self):
        """A colleague who answers the e-mail about a note would write to the customer."""
        colleague = self.create_user("colleague", "user", email="colleague@example.com")
        self.assertEqual(colleague.notification_type, "email")
        self.instance.operator_ids = [Command.link(colleague.id)]
        note = self.post_note(partner_ids=colleague.partner_id.ids)
        self.assertEqual(note.sudo().notification_ids.notification_type, "email")
        lines = (
            "From: Colleague <colleague@example.com>",
            "To: answers@example.com",
            "Subject: Re: Vasilisa",
            "Message-Id: <answer@example.com>",
            f"In-Reply-To: {note.message_id}",
            "Content-Type: text/plain",
            "",
            "She pays late",
        )
        self.env["mail.thread"].message_process(None, "\n".join(lines))
        answer = self.channel.message_ids.sorted("id")[-1:]
        self.assertIn("She pays late", str(answer.body))
        self.assertTrue(answer.sudo().subtype_id.internal, "a note, too")
        self.check_nothing_was_sent()

    def test_note_by_api(self):
        """A program that posts a note by Odoo's API would write to the customer."""
        key = (
            self.env["res.users.apikeys"]
            .with_user(self.salesperson)
            ._generate("rpc", "Test", fields.Datetime.now() + timedelta(days=1))
        )
        for values in ({"subtype_xmlid": "mail.mt_note"}, {"is_internal": True}):
            answer = self.url_open(
                "/json/2/discuss.channel/message_post",
                json={
                    "ids": self.channel.ids,
                    "body": "Difficult customer",
                    "message_type": "comment",
                    **values,
                },
                headers={"Authorization": f"Bearer {key}"},
            )
            self.assertEqual(answer.status_code, 200, answer.text)
            self.check_nothing_was_sent()

    def test_note_on_a_record(self):
        """A note on the record that the conversation belongs to would be sent."""
        record = self.customer.with_user(self.salesperson)
        record.message_subscribe(self.customer.ids)
        record.message_post(
            body="Difficult customer",
            message_type="comment",
            subtype_xmlid="mail.mt_note",
            partner_ids=self.customer.ids,
        )
        self.check_nothing_was_sent()
