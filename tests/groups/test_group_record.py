# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
# pylint: disable=translation-required  # what users write

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .group_case import IVAN, GroupCase


@tagged("post_install", "-at_install")
class TestGroupRecord(GroupCase):
    """A group that is about a record: what is written in one place stands in the other."""

    def setUp(self):
        super().setUp()
        self.group = self.make_group()
        partners = self.env["res.partner"]
        self.order, self.other = partners.create([{"name": "Order 7"}, {"name": "Order 8"}])

    def tie(self, record=None):
        record = record or self.order
        action = self.group.with_user(self.salesperson).action_tie_record()
        form = self.dialog("telegram.group.record", **action["context"])
        form.record = f"{record._name},{record.id}"
        form.save().action_link()

    def shown_on(self, record):
        messages = record.message_ids.filtered(lambda m: m.message_type in ("telegram", "comment"))
        return [str(message.body.striptags()) for message in messages.sorted("id")]

    def come_in(self, text, **values):
        self.phone.write(self.group.telegram_id, text, sender=IVAN, **values)
        self.receive()

    def test_tie(self):
        """What comes into the group stands on its record, with its author, and in Discuss."""
        self.come_in("Before")
        self.tie()
        self.assertEqual(self.group.record_name, "Order 7")
        self.come_in("When?")
        self.assertEqual(self.shown_on(self.order), ["When?"])
        self.assertEqual(self.order.message_ids[0].author_id, self.ivan)
        message = self.group.message_ids[0]
        self.assertEqual(message._get_record(), self.order)
        channel_texts = self.env["mail.message"].search(
            [("model", "=", "discuss.channel"), ("res_id", "=", self.group.channel_id.id)]
        )
        self.assertEqual(len(channel_texts), 2)

    def test_tie_when_made(self):
        """The record chosen in the dialog that makes the group is the group's."""
        form = self.dialog("telegram.group.create")
        form.name = "Second"
        form.partner_ids.add(self.ivan)
        form.record = f"res.partner,{self.order.id}"
        action = self.ask(form.save(), "action_create")
        group = self.chats.browse(action["params"]["next"]["res_id"])
        self.assertEqual(group._get_record(), self.order)

    def test_written_in_discuss(self):
        """What a colleague writes to the group in Discuss stands on the record, too."""
        self.tie()
        self.group.channel_id.with_user(self.salesperson).message_post(
            body="We come at nine", message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        self.assertEqual(self.shown_on(self.order), ["We come at nine"])
        self.send_queue()
        self.assertEqual([entry["message"] for entry in self.phone.ledger()], ["We come at nine"])

    def test_from_the_chatter(self):
        """The composer of the record offers the group; by default it writes to the contact."""
        self.tie()
        context = {"default_res_model": "res.partner", "default_res_id": self.order.id}
        form = self.dialog("telegram.composer", **context)
        self.assertFalse(form.group_id)
        self.assertEqual(form.available_group_ids[:], self.group)
        form.group_id = self.group
        form.body = "Hello everybody"
        self.assertIn("Team", form.preview)
        form.save().action_send()
        self.assertEqual(self.shown_on(self.order), ["Hello everybody"])
        self.send_queue()
        [sent] = self.phone.ledger()
        self.assertEqual(
            (sent["chatId"], sent["message"]), (self.group.telegram_id, "Hello everybody")
        )
        self.assertEqual(
            self.order.message_ids[0].notification_ids.mapped("notification_status"), ["pending"]
        )

    def test_nobody_but_the_group(self):
        """On a record without a contact the composer proposes the group that is tied to it."""
        invoice = self.env["account.move"].create({"move_type": "entry"})
        self.group._tie_to_record(invoice)
        context = {"default_res_model": "account.move", "default_res_id": invoice.id}
        form = self.dialog("telegram.composer", user=self.env.user, **context)
        self.assertEqual(form.group_id, self.group)

    def test_not_offered_elsewhere(self):
        """Another record, or a group that was left, is not offered."""
        self.tie()
        context = {"default_res_model": "res.partner", "default_res_id": self.other.id}
        form = self.dialog("telegram.composer", **context)
        self.assertFalse(form.available_group_ids[:])
        self.ask(self.group, "leave_group", user=self.manager)
        context["default_res_id"] = self.order.id
        form = self.dialog("telegram.composer", **context)
        self.assertFalse(form.available_group_ids[:])

    def test_quote_of_another_record(self):
        """An answer that quotes a message of another record goes there."""
        quoted = self.other.with_user(self.salesperson)._message_telegram(
            "About 8", group=self.group.with_user(self.salesperson)
        )
        self.send_queue()
        self.receive()
        message = self.env["telegram.message"].search([("mail_message_ids", "in", quoted.ids)])
        self.tie()
        self.come_in("Yes, 8", quoted=message.id_message)
        self.come_in("And 7?")
        self.assertEqual(self.shown_on(self.order), ["And 7?"])
        self.assertIn("Yes, 8", self.shown_on(self.other))

    def test_tie_to_another(self):
        """Tied to another record, new messages go there; what stood stays where it is."""
        self.tie()
        self.come_in("First")
        self.tie(self.other)
        self.come_in("Second")
        self.assertEqual(self.shown_on(self.order), ["First"])
        self.assertEqual(self.shown_on(self.other), ["Second"])

    def test_untie(self):
        """Untied, nothing more is shown on the record."""
        self.tie()
        self.group.with_user(self.salesperson).action_untie_record()
        self.come_in("Nowhere")
        self.assertFalse(self.shown_on(self.order))
        self.assertFalse(self.group.record_name)

    def test_record_is_deleted(self):
        """A deleted record keeps no message from coming in, and says so when it is opened."""
        self.tie()
        self.order.unlink()
        self.come_in("Still here")
        self.assertEqual(self.group.message_ids[0].text, "Still here")
        with self.assertRaisesRegex(UserError, "The record was deleted"):
            self.group.action_open_record()

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_refused(self):
        """No right to write on the record, no chatter, another company, no group: not tied."""
        reader = self.create_user("telegram_group_reader", "user")
        self.instance.operator_ids = [Command.link(reader.id)]
        with self.assertRaises(AccessError):
            self.group.with_user(reader)._tie_to_record(self.order.with_user(reader))
        group = self.group.with_user(self.salesperson)
        with self.assertRaisesRegex(UserError, "no chatter"):
            group._tie_to_record(self.env.ref("base.EUR").with_user(self.salesperson))
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.salesperson.company_ids = [Command.link(company.id)]
        self.order.company_id = company
        with self.assertRaisesRegex(UserError, "another company"):
            group._tie_to_record(self.order.with_user(self.salesperson))
        with self.assertRaisesRegex(UserError, "not a group"):
            self.ivan_chat._tie_to_record(self.other)
        self.assertFalse(self.group.res_id)
