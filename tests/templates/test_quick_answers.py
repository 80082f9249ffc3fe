# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
# pylint: disable=translation-required  # what users write

import base64

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from ..common import CUSTOMER_CHAT, TelegramCase


@tagged("post_install", "-at_install")
class TestQuickAnswers(TelegramCase, HttpCase):
    """Templates in the composer of a conversation, filled and with files."""

    def setUp(self):
        super().setUp()
        self.ingest(self.notification())
        self.chat = self.env["telegram.chat"]._find(self.instance, CUSTOMER_CHAT)
        channel_id = self.chat._open_channel().id
        self.channel = self.env["discuss.channel"].with_user(self.salesperson).browse(channel_id)
        self.template = self.create_template("Hello {{ object.name }}, *welcome*!\nBye")

    def create_template(self, body, model="res.partner", **values):
        model_id = self.env["ir.model"]._get_id(model)
        values = {"name": "Welcome", "model_id": model_id, "body": body, **values}
        return self.env["telegram.template"].create(values)

    def offered(self):
        """Return the offered templates of these tests, with the record of each."""
        answers = self.channel.get_telegram_quick_answers()
        return {each["id"]: each["record"] for each in answers if each["name"] == "Welcome"}

    def fill(self, template=None):
        return self.channel.fill_telegram_quick_answer((template or self.template).id)

    def test_filled_with_the_contact(self):
        """A user would have to type what stands in the contact."""
        self.assertEqual(self.offered(), {self.template.id: "Vasilisa Ivanova"})
        self.assertEqual(self.fill()["text"], "Hello Vasilisa Ivanova, *welcome*!\nBye")
        self.template.formatting = True
        self.assertEqual(self.fill()["text"], "Hello Vasilisa Ivanova, welcome!\nBye")
        html = "<p>Hello Vasilisa Ivanova, <strong>welcome</strong>!<br/>Bye</p>"
        self.assertEqual(self.fill()["html"], html, "for the editor with formatting")

    def test_record_comes_first(self):
        """The template of the invoice in question would not be offered, or with another's data."""
        move = self.env["account.move"].create(
            {"move_type": "out_invoice", "partner_id": self.customer.id, "ref": "A 17"}
        )
        template = self.create_template("About {{ object.ref }}", "account.move")
        self.assertNotIn(template.id, self.offered())
        self.salesperson.group_ids = [Command.link(self.env.ref("account.group_account_user").id)]
        self.write_from(move, "Your invoice")
        self.send_queue()
        self.assertEqual(next(iter(self.offered())), template.id)
        self.assertEqual(self.fill(template)["text"], "About A 17")

    def test_record_that_the_user_may_not_read(self):
        """A template would tell what is in a record that the user may not open."""
        move = self.env["account.move"].create(
            {"move_type": "out_invoice", "partner_id": self.customer.id, "ref": "A 17"}
        )
        template = self.create_template("About {{ object.ref }}", "account.move")
        self.write_from(move, "Your invoice", user=self.env.ref("base.user_admin"))
        self.send_queue()
        self.assertNotIn(template.id, self.offered())
        with self.assertRaises(UserError):
            self.fill(template)

    def test_files(self):
        """The files of the template would be missing, or stay on the contact without a message."""
        file = self.env["ir.attachment"].create({"name": "price.txt", "raw": b"100"})
        self.template.attachment_ids = [Command.set(file.ids)]
        self.template.report_template_ids = [Command.set(self.make_report().ids)]
        filled = self.fill()
        self.assertEqual(len(filled["attachment_ids"]), 2)
        self.authenticate(self.salesperson.login, self.salesperson.login)
        stored = {each["id"]: each for each in filled["store_data"]["ir.attachment"]}
        tokens = [stored[each]["ownership_token"] for each in filled["attachment_ids"]]
        response = self.url_open(
            "/mail/message/post",
            json={
                "jsonrpc": "2.0",
                "params": {
                    "thread_model": "discuss.channel",
                    "thread_id": self.channel.id,
                    "post_data": {
                        "body": filled["text"],
                        "message_type": "comment",
                        "subtype_xmlid": "mail.mt_comment",
                        "attachment_ids": filled["attachment_ids"],
                        "attachment_tokens": tokens,
                    },
                },
            },
        ).json()
        self.assertNotIn("error", response)
        self.env.invalidate_all()
        self.send_queue()
        self.assertEqual(len(self.phone.ledger()), 2)
        sent = self.chat.message_ids.filtered(lambda message: message.direction == "outgoing")
        self.assertIn("price.txt", sent.mapped("file_name"))
        self.assertIn(filled["text"], sent.mapped("text"))
        files = self.env["ir.attachment"].browse(filled["attachment_ids"])
        self.assertEqual(set(files.mapped("res_model")), {"discuss.channel"})
        self.assertEqual(file.raw, base64.b64decode("MTAw"), "the template keeps its own")

    def test_not_for_readers(self):
        """A supervisor or a stranger would read data of a record by its template."""
        supervisor = self.create_user("quick_supervisor", "user", "contacts")
        stranger = self.create_user("quick_stranger", "user", "contacts")
        self.instance.supervisor_id = supervisor
        for user in (supervisor, stranger):
            channel = self.channel.with_user(user)
            with self.assertRaises(AccessError):
                channel.get_telegram_quick_answers()
            with self.assertRaises(AccessError):
                channel.fill_telegram_quick_answer(self.template.id)

    def test_other_templates(self):
        """A template of another model, another company or the archive would be filled."""
        company = self.env["res.company"].create({"name": "Subsidiary"})
        for values in ({"active": False}, {"company_id": company.id}):
            template = self.create_template("Hello", **values)
            self.assertNotIn(template.id, self.offered())
            with self.assertRaises(UserError):
                self.fill(template)
        with self.assertRaises(UserError):
            self.channel.fill_telegram_quick_answer("x")

    def test_stranger_without_contact(self):
        """An unknown customer has nothing to fill a template with."""
        self.chat.partner_id = False
        self.assertEqual(self.channel.get_telegram_quick_answers(), [])
