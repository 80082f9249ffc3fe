# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..mail.discuss_case import DiscussCase


class LinkCase(DiscussCase):
    """A customer whom Odoo does not know yet has written."""

    def setUp(self):
        super().setUp()
        self.customer.phone = False
        self.ingest(self.notification("Who are you?", idMessage="1"))
        self.message = self.chat.message_ids

    def dialog(self, action, user=None):
        """Open a dialog that a button gave, as a person does."""
        models = self.env[action["res_model"]].with_user(user or self.salesperson)
        return Form(models.with_context(**action["context"]))

    def as_operator(self, records):
        return records.with_user(self.salesperson)


@tagged("post_install", "-at_install")
class TestLinkPartner(LinkCase):
    """A person says whose chat it is."""

    def test_link(self):
        """An operator, who may not write chats, links one; the conversation follows."""
        with self.assertRaises(AccessError):
            self.as_operator(self.chat).partner_id = self.customer
        form = self.dialog(self.as_operator(self.chat).action_link_partner())
        self.assertFalse(form.partner_id)
        form.partner_id = self.customer
        form.save().action_link()
        self.assertEqual(self.chat.partner_id, self.customer)
        self.assertEqual(self.channel.name, "Vasilisa Ivanova")
        self.ingest(self.notification("Again", idMessage="2"))
        self.assertIn("Again", self.customer.message_ids[0].body)

    def test_several_contacts(self):
        """Where several contacts have the number, the chat says so, and a person chooses."""
        partners = self.env["res.partner"].create(
            [{"name": name, "phone": "+7 999 888-77-66"} for name in ("Anna", "Boris")]
        )
        self.ingest(self.notification("Again", idMessage="2"))
        chat = self.as_operator(self.chat)
        self.assertFalse(chat.partner_id)
        self.assertTrue(chat.has_multiple_contacts)
        form = self.dialog(chat.action_link_partner())
        self.assertEqual(form.candidate_ids[:], partners)
        self.assertIn("Anna, Boris", form.hint)
        form.partner_id = partners[1]
        form.save().action_link()
        self.assertEqual(self.chat.partner_id, partners[1])

    def test_one_contact(self):
        """A contact that got the number later is proposed."""
        self.customer.phone = "+79998887766"
        form = self.dialog(self.as_operator(self.message).action_link_partner())
        self.assertEqual(form.partner_id, self.customer)

    def test_archived_contact(self):
        """A chat was linked to an archived contact, which nothing showed as active again."""
        self.customer.write({"phone": "+79998887766", "active": False})
        form = self.dialog(self.as_operator(self.chat).action_link_partner())
        self.assertEqual(form.partner_id, self.customer)
        self.assertEqual(form.hint, "Vasilisa Ivanova is archived. Linking unarchives the contact.")
        form.save().action_link()
        self.assertEqual(self.chat.partner_id, self.customer)
        self.assertTrue(self.customer.active)

    def test_other_chat(self):
        """That the contact has another chat already, even an archived one, is told, and no
        obstacle."""
        other = self.env["telegram.chat"]._get_or_create(self.instance, "555", name="Old one")
        other.write({"partner_id": self.customer.id, "active": False})
        form = self.dialog(self.as_operator(self.chat).action_link_partner())
        form.partner_id = self.customer
        self.assertIn("Old one", form.hint)
        form.save().action_link()
        self.assertEqual(self.chat.partner_id, other.partner_id)

    def test_unlink(self):
        """A wrong link is undone, the conversation has the chat's name again; the next message
        with the contact's phone does not link them again."""
        self.customer.phone = "+79998887766"
        self.chat.partner_id = self.customer
        self.as_operator(self.chat).action_unlink_partner()
        self.ingest(self.notification("Again", idMessage="2"))
        self.assertFalse(self.chat.partner_id)
        self.assertEqual(self.channel.name, "Vasilisa")

    def test_missing_addresses(self):
        """A contact without phone number and username gets those of the chat; others are kept."""
        self.customer.phone = False
        self.chat.username = "@vasilisa"
        form = self.dialog(self.as_operator(self.chat).action_link_partner())
        form.partner_id = self.customer
        self.assertIn("gets this one", form.hint)
        form.save().action_link()
        self.assertEqual(self.customer.phone_sanitized, "+79998887766")
        self.assertEqual(self.customer.telegram_username, "@vasilisa")
        self.customer.write({"phone": "+79990001122", "telegram_username": "@other"})
        self.as_operator(self.chat)._link_to_partner(self.customer)
        self.assertEqual(self.customer.phone_sanitized, "+79990001122")
        self.assertEqual(self.customer.telegram_username, "@other")

    def test_may_not_complete(self):
        """Who may not edit contacts links the chat, and changes nothing on the contact."""
        self.customer.phone = False
        form = self.dialog(
            self.chat.with_user(self.colleague).action_link_partner(), self.colleague
        )
        form.partner_id = self.customer
        self.assertFalse(form.hint)
        form.save().action_link()
        self.assertEqual(self.chat.partner_id, self.customer)
        self.assertFalse(self.customer.phone)

    def test_odd_username(self):
        """A username that cannot be entered by hand is no reason to refuse a contact."""
        self.chat.username = "@abc"
        self.as_operator(self.chat).action_create_partner()
        self.assertFalse(self.chat.partner_id.telegram_username)

    def test_unlink_same_number(self):
        """That messages still go to the chat by the phone number of the contact is said."""
        self.customer.phone = "+79998887766"
        self.chat.partner_id = self.customer
        notice = self.as_operator(self.chat).action_unlink_partner()
        self.assertIn("Vasilisa Ivanova still has the phone number +7", notice["params"]["message"])
        self.chat.partner_id = self.customer
        self.customer.phone = False
        self.assertFalse(self.as_operator(self.chat).action_unlink_partner())

    def test_deleted(self):
        """The conversation of a deleted contact has the chat's name again."""
        self.chat.partner_id = self.customer
        self.assertEqual(self.channel.name, "Vasilisa Ivanova")
        self.customer.unlink()
        self.assertEqual(self.channel.name, "Vasilisa")

    def test_create(self):
        """A new contact has the name and the phone of the chat, and opens."""
        action = self.as_operator(self.message).action_create_partner()
        partner = self.chat.partner_id
        self.assertEqual((action["res_model"], action["res_id"]), ("res.partner", partner.id))
        self.assertEqual((partner.name, partner.phone_sanitized), ("Vasilisa", "+79998887766"))
        with self.assertRaisesRegex(UserError, "already"):
            self.as_operator(self.chat).action_create_partner()

    def test_may_not_create(self):
        """Who may make no contacts makes none this way either."""
        with self.assertRaises(AccessError):
            self.chat.with_user(self.colleague).action_create_partner()
        self.assertFalse(self.chat.partner_id)

    def test_other_company(self):
        """A contact of another company is refused, and so is a group."""
        company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self.env["res.partner"].create({"name": "X", "company_id": company.id})
        with self.assertRaisesRegex(UserError, "another company"):
            self.chat._link_to_partner(stranger)
        group = self.env["telegram.chat"]._get_or_create(self.instance, "-100")
        with self.assertRaisesRegex(UserError, "group"):
            group._link_to_partner(self.customer)
        with self.assertRaisesRegex(UserError, "group"):
            group.action_create_partner()

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_not_an_operator(self):
        """Who does not operate the account links nothing."""
        stranger = self.create_user("telegram_no_operator", "user")
        for button in (
            lambda: self.chat.with_user(stranger).action_unlink_partner(),
            lambda: self.chat.with_user(stranger)._link_to_partner(self.customer),
            lambda: self.message.with_user(stranger)._link_to_record(self.customer),
            lambda: self.message.with_user(stranger).action_unlink_record(),
        ):
            with self.assertRaises(AccessError):
                button()
        self.assertFalse(self.chat.partner_id)


@tagged("post_install", "-at_install")
class TestLinkRecord(LinkCase):
    """A person says which record a message belongs to."""

    def setUp(self):
        super().setUp()
        partners = self.env["res.partner"]
        self.order, self.other = partners.create([{"name": "Order 7"}, {"name": "Order 8"}])

    def link(self, messages, record):
        form = self.dialog(self.as_operator(messages).action_link_record())
        form.record = f"{record._name},{record.id}"
        form.save().action_link()

    def shown_on(self, record, text="Who are you?"):
        return [m for m in record.message_ids if str(m.body.striptags()) == text]

    def test_link(self):
        """The message is shown on the record with its author and date, once; answers follow."""
        self.link(self.message, self.order)
        self.assertEqual(self.message.record_name, "Order 7")
        [shown] = self.shown_on(self.order)
        self.assertEqual((shown.email_from, shown.date), ("Vasilisa", self.message.date))
        self.link(self.message, self.order)
        self.assertEqual(len(self.shown_on(self.order)), 1)
        self.ingest(self.notification("And when?", idMessage="2"))
        self.assertEqual(len(self.shown_on(self.order, "And when?")), 1)

    def test_move(self):
        """Moved to another record, it leaves the former one and stays in Discuss."""
        self.link(self.message, self.order)
        self.link(self.message, self.other)
        self.assertEqual((len(self.shown_on(self.order)), len(self.shown_on(self.other))), (0, 1))
        self.assertEqual(self.texts(), ["Who are you?"])
        self.ingest(self.notification("And when?", idMessage="2"))
        self.assertEqual(len(self.shown_on(self.other, "And when?")), 1)

    def test_own_contact(self):
        """On its own contact, where each message stands, it is not shown twice, nor taken off."""
        self.chat.partner_id = self.customer
        self.ingest(self.notification("Second", idMessage="2"))
        message = self.chat.message_ids.filtered(lambda m: m.text == "Second")
        self.link(message, self.customer)
        self.assertEqual(len(self.shown_on(self.customer, "Second")), 1)
        self.link(message, self.order)
        self.assertEqual(len(self.shown_on(self.customer, "Second")), 1)
        self.assertEqual(len(self.shown_on(self.order, "Second")), 1)

    def test_written_since(self):
        """What is written from another record after that takes the answers again."""
        self.link(self.message, self.order)
        self.message.link_date -= timedelta(hours=1)
        self.env["telegram.message"]._queue(self.chat, {"text": "About 8"}, self.other)
        self.send_queue()
        self.ingest(self.notification("Fine", idMessage="2"))
        self.assertEqual(len(self.shown_on(self.other, "Fine")), 1)
        self.assertFalse(self.shown_on(self.order, "Fine"))

    def test_scheduled_message(self):
        """A message that was scheduled long ago and went out last lost to one written meanwhile."""
        messages = self.env["telegram.message"]
        values = {"text": "Ready", "scheduled_date": fields.Datetime.now() + timedelta(hours=1)}
        scheduled = messages._queue(self.chat, values, self.order)
        written = messages._queue(self.chat, {"text": "About 8"}, self.other)
        self.send_queue()
        written.date -= timedelta(hours=1)
        scheduled.action_send_now()
        self.send_queue()
        self.ingest(self.notification("Fine", idMessage="2"))
        self.assertEqual(len(self.shown_on(self.order, "Fine")), 1)
        self.assertFalse(self.shown_on(self.other, "Fine"))

    def test_long_ago(self):
        """A link that is older than the instance's days takes no answers."""
        self.link(self.message, self.order)
        self.message.link_date -= timedelta(days=self.instance.reply_days, hours=1)
        self.ingest(self.notification("Who else?", idMessage="2"))
        self.assertFalse(self.shown_on(self.order, "Who else?"))

    def test_quote(self):
        """An answer that quotes the message goes where that was moved to."""
        self.link(self.message, self.order)
        self.message.link_date = fields.Datetime.now() - timedelta(days=99)
        quoting = self.notification("Yes", idMessage="2")
        quoting["messageData"]["quotedMessage"] = {"stanzaId": "1", "participant": "1"}
        self.ingest(quoting)
        self.assertEqual(len(self.shown_on(self.order, "Yes")), 1)

    def test_several_messages(self):
        """Several messages go to a record at once, in their order."""
        self.ingest(self.notification("Second", idMessage="2"))
        self.link(self.chat.message_ids, self.order)
        texts = [str(m.body.striptags()) for m in self.order.message_ids.sorted("id")][-2:]
        self.assertEqual(texts, ["Who are you?", "Second"])

    def test_unlink(self):
        """Taken off the record, it is there no more, and nothing follows it."""
        self.link(self.message, self.order)
        self.as_operator(self.message).action_unlink_record()
        self.assertFalse(self.message.res_id)
        self.assertFalse(self.shown_on(self.order))
        self.ingest(self.notification("And when?", idMessage="2"))
        self.assertFalse(self.shown_on(self.order, "And when?"))
        self.assertEqual(len(self.texts()), 2)

    def test_sent_stays(self):
        """What was sent from a record stays in its chatter, wherever answers go from now on."""
        self.chat.partner_id = self.order
        message = self.write_from(self.order, "Ours")
        self.link(message, self.other)
        self.assertEqual(len(self.shown_on(self.order, "Ours")), 1)
        self.assertEqual(len(self.shown_on(self.other, "Ours")), 1)

    def test_models(self):
        """Only models with a chatter that the person may read are offered."""
        wizard = self.as_operator(self.env["telegram.link.record"])
        offered = dict(wizard._selection_record())
        self.assertIn("res.partner", offered)
        self.assertFalse({"discuss.channel", "telegram.instance", "account.move"} & offered.keys())

    def test_refused(self):
        """No chatter, no right to write in it, or another company: the message stays."""
        message = self.as_operator(self.message)
        with self.assertRaises(AccessError):
            self.message.with_user(self.colleague)._link_to_record(
                self.order.with_user(self.colleague)
            )
        with self.assertRaisesRegex(UserError, "no chatter"):
            message._link_to_record(self.as_operator(self.channel))
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.salesperson.company_ids = [Command.link(company.id)]
        self.order.company_id = company
        with self.assertRaisesRegex(UserError, "another company"):
            message._link_to_record(self.as_operator(self.order))
        self.assertFalse(self.message.res_id)
