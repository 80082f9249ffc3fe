# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.base.models.ir_actions import ServerActionWithWarningsError

from ..common import CUSTOMER_CHAT, TelegramCase
from .test_programmers_pages import read_blocks


class SendTelegramCase(TelegramCase):
    """A server action that writes to contacts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.env["telegram.template"].create(
            {
                "name": "Welcome",
                "model_id": cls.env["ir.model"]._get_id("res.partner"),
                "body": "Welcome, {{ object.name }}!",
            }
        )
        cls.action = cls._create_action()

    @classmethod
    def _create_action(cls, **values):
        return cls.env["ir.actions.server"].create(
            {
                "name": "Send Welcome",
                "model_id": cls.template.model_id.id,
                "state": "telegram",
                "telegram_template_id": cls.template.id,
                "telegram_user_id": cls.salesperson.id,
                **values,
            }
        )

    def create_contacts(self, count, **values):
        """Create contacts with phone numbers of their own."""
        return self.env["res.partner"].create(
            [
                {"name": f"Contact {number}", "phone": f"+7910000{number:04}", **values}
                for number in range(count)
            ]
        )

    def run_action(self, records, action=None):
        """Run the server action as Odoo does, and then the scheduled action that composes."""
        action = (action or self.action).with_context(
            active_model=records._name, active_ids=records.ids, active_id=records[:1].id
        )
        action.run()
        self.compose()

    def compose(self):
        """Run the scheduled action that composes automatic messages."""
        self._run(self.env.ref("telegram_green_api.ir_cron_automatic_messages"))

    def get_texts(self, records):
        """Return the texts that are in the queue for contacts."""
        messages = self.env["telegram.message"].search(
            [("partner_id", "in", records.ids)], order="id"
        )
        return messages.mapped("text")

    def get_requests(self, records):
        """Return the automatic messages of records."""
        return self.env["telegram.automatic.message"].search(
            [("res_model", "=", records._name), ("res_id", "in", records.ids)], order="id"
        )


@tagged("post_install", "-at_install")
class TestSendTelegram(SendTelegramCase):
    """The server action *Send Telegram*, from its form to the customer's phone."""

    def test_reaches_the_phone(self):
        """An action that only fills a table of Odoo would write to nobody."""
        self.run_action(self.customer)
        self.send_queue()
        [message] = self.phone.ledger(count=1)
        self.assertEqual(message["message"], "Welcome, Vasilisa Ivanova!")
        request = self.get_requests(self.customer)
        self.assertEqual((request.state, request.partner_id), ("composed", self.customer))
        self.assertEqual(request.chat_id.partner_id, self.customer)
        note = self.customer.message_ids[0]
        self.assertEqual(note.author_id, self.salesperson.partner_id)

    def test_once_per_record(self):
        """A rule that fires twice, in one transaction or a later one, would write twice."""
        contacts = self.create_contacts(3)
        self.action.with_context(
            active_model="res.partner", active_ids=contacts.ids, active_id=contacts[0].id
        ).run()
        self.run_action(contacts)
        self.run_action(contacts)
        self.assertEqual(len(self.get_texts(contacts)), 3)

    def test_every_time(self):
        """A limit that was not asked for would swallow messages."""
        self.action.telegram_once = "always"
        self.run_action(self.customer)
        self.run_action(self.customer)
        self.assertEqual(len(self.get_texts(self.customer)), 2)

    def test_once_per_contact_within_days(self):
        """A contact with two records, or the same one a day later, would be written to again."""
        self.action.write({"telegram_once": "partner", "telegram_once_days": 7})
        self.run_action(self.customer)
        self.run_action(self.customer)
        self.assertEqual(len(self.get_texts(self.customer)), 1)
        states = self.get_requests(self.customer).mapped("state")
        self.assertEqual(states, ["composed", "left_out"])
        self.assertIn("Days before the next one: 7", self.customer.message_ids[0].body)
        week = timedelta(days=7, seconds=1)
        self.get_requests(self.customer)[0].composed_date = fields.Datetime.now() - week
        self.run_action(self.customer)
        self.assertEqual(len(self.get_texts(self.customer)), 2)

    def test_once_per_person_within_days(self):
        """A person who is there twice, by a chat and by its phone number, was written to twice."""
        self.action.write({"telegram_once": "partner", "telegram_once_days": 7})
        first, second = self.create_contacts(2, phone="+79100000001")
        self.env["telegram.chat"].create(
            {
                "instance_id": self.instance.id,
                "telegram_id": "10000077",
                "chat_type": "user",
                "name": "One person",
                "phone": "+79100000001",
                "partner_id": first.id,
            }
        )
        for contact in (first, second):
            self.run_action(contact)
        self.assertEqual(
            self.get_requests(first | second).mapped("state"), ["composed", "left_out"]
        )

    def fire_twice(self):
        """Let the action fire twice before the messages are composed."""
        context = {"active_model": "res.partner", "active_ids": self.customer.ids}
        action = self.action.with_context(active_id=self.customer.id, **context)
        action.run()
        action.run()
        self.compose()

    def test_fired_twice_in_one_batch(self):
        """The message that was sent would not count, and the contact would get another one."""
        self.action.write({"telegram_once": "partner", "telegram_once_days": 7})
        self.fire_twice()
        self.assertEqual(len(self.get_texts(self.customer)), 1)
        states = self.get_requests(self.customer).mapped("state")
        self.assertEqual(states, ["composed", "left_out"])
        self.run_action(self.customer)
        self.assertEqual(len(self.get_texts(self.customer)), 1)

    def test_every_time_in_one_batch(self):
        """A limit that was not asked for would swallow the second message of a batch."""
        self.action.telegram_once = "always"
        self.fire_twice()
        self.assertEqual(len(self.get_texts(self.customer)), 2)

    def test_action_of_another_model(self):
        """A record with the ID of one of another model would get no message."""
        request = self.env["telegram.automatic.message"]
        company = self.env.company
        request._request(self.action, company)
        request._request(self.action, self.env["res.partner"].browse(company.id))
        found = request.search([("action_id", "=", self.action.id)])
        self.assertEqual({each.res_model for each in found}, {"res.company", "res.partner"})
        self.assertEqual(len(request._find_batch()), 1)

    def test_left_out_with_reason(self):
        """A contact without a phone number must not vanish, nor stop the others."""
        contacts = self.create_contacts(2)
        nowhere = self.env["res.partner"].create({"name": "Nowhere Man"})
        self.run_action(contacts[0] | nowhere | contacts[1])
        self.assertEqual(len(self.get_texts(contacts)), 2)
        self.assertEqual(self.get_requests(nowhere).state, "left_out")
        note = nowhere.message_ids[0]
        self.assertIn("Neither a Telegram chat nor a phone number", note.body)
        self.assertFalse(note.notification_ids)

    def test_reason_in_the_language_of_the_author(self):
        """A Russian company would find English notes on its records."""
        self.env["res.lang"]._activate_lang("ru_RU")
        self.salesperson.lang = "ru_RU"
        nowhere = self.env["res.partner"].create({"name": "Nowhere Man"})
        self.run_action(nowhere)
        self.assertIn("не отправлено", nowhere.message_ids[0].body)

    def test_left_out_is_tried_again(self):
        """A contact whose phone number came later would never be written to."""
        nowhere = self.env["res.partner"].create({"name": "Nowhere Man"})
        self.run_action(nowhere)
        self.run_action(nowhere)
        notes = nowhere.message_ids.filtered(lambda note: "was not sent" in note.body)
        self.assertEqual(len(notes), 1, "the same reason is logged once")
        nowhere.phone = "+79100000001"
        self.run_action(nowhere)
        self.assertEqual(self.get_texts(nowhere), ["Welcome, Nowhere Man!"])

    def test_opted_out(self):
        """A rule would write to contacts who want no mailings."""
        chats = self.env["telegram.chat"]
        chats._get_or_create_for_partner(self.instance, self.customer).opted_out = True
        self.run_action(self.customer)
        self.assertFalse(self.get_texts(self.customer))
        self.assertIn("Wants no mailings", self.get_requests(self.customer).reason)

    @mute_logger("odoo.addons.mail.models.mail_render_mixin")
    def test_bad_placeholder_stops_one_only(self):
        """One record whose text cannot be rendered would stop all others of its batch."""
        self.template.body = "{{ object.name[2] }} is your letter"
        contacts = self.create_contacts(3)
        contacts[1].name = "X"
        self.run_action(contacts)
        self.assertEqual(len(self.get_texts(contacts)), 2)
        self.assertEqual(self.get_requests(contacts[1]).state, "left_out")
        self.assertTrue(self.get_requests(contacts[1]).reason)

    def test_deleted_record(self):
        """A record that was deleted meanwhile would stop the scheduled action for ever."""
        contacts = self.create_contacts(2)
        self.action.with_context(
            active_model="res.partner", active_ids=contacts.ids, active_id=contacts[0].id
        ).run()
        contacts[0].unlink()
        self.compose()
        self.assertEqual(self.get_texts(contacts[1]), ["Welcome, Contact 1!"])
        deleted = self.env["telegram.automatic.message"].search([("res_id", "=", contacts[0].id)])
        self.assertEqual(deleted.state, "left_out")

    def test_author_without_access(self):
        """A rule must not write what its author could not send by hand."""
        self.action.telegram_user_id = self.create_user("stranger", "user")
        self.run_action(self.customer)
        self.assertFalse(self.get_texts(self.customer))
        self.assertEqual(self.get_requests(self.customer).state, "left_out")

    def test_records_that_the_author_cannot_read(self):
        """Each of thousands of records would get a note that its readers can do nothing about."""
        contacts = self.create_contacts(2)
        self.env["ir.rule"].create(
            {
                "name": "Not these",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": repr([("id", "not in", contacts.ids)]),
                "groups": [],
            }
        )
        before = contacts.message_ids
        self.run_action(contacts)
        self.assertEqual(contacts.message_ids, before)
        self.assertIn("no access", self.get_requests(contacts)[0].reason)

    def test_fired_by_a_user_without_telegram(self):
        """An employee without Telegram rights would get an error from confirming an order."""
        employee = self.create_user("employee", "contacts")
        self.action.with_user(employee).with_context(
            active_model="res.partner", active_ids=self.customer.ids, active_id=self.customer.id
        ).run()
        self.compose()
        self.assertEqual(self.get_texts(self.customer), ["Welcome, Vasilisa Ivanova!"])

    def test_rolled_back_with_its_transaction(self):
        """A transaction that is repeated after a conflict would leave a second request."""
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self.action.with_context(
                active_model="res.partner",
                active_ids=self.customer.ids,
                active_id=self.customer.id,
            ).run()
            raise ZeroDivisionError
        self.compose()
        self.assertFalse(self.get_requests(self.customer))

    def create_group(self, record):
        """Create a group that is linked to a record, and let the action write to such groups."""
        self.action.telegram_recipient = "group"
        return self.env["telegram.chat"].create(
            {
                "instance_id": self.instance.id,
                "telegram_id": f"-100{record.id}",
                "chat_type": "supergroup",
                "name": "Project",
                "res_model": record._name,
                "res_id": record.id,
            }
        )

    def get_group_message(self, group):
        return self.env["telegram.message"].search([("chat_id", "=", group.id)])

    def test_group_of_the_record(self):
        """A message for a project's group would go to one contact instead."""
        group = self.create_group(self.customer)
        self.run_action(self.customer)
        message = self.get_group_message(group)
        self.assertEqual(message.text, "Welcome, Vasilisa Ivanova!")
        self.assertTrue(message.is_automatic, "it answers nobody")
        without = self.create_contacts(1)
        self.run_action(without)
        self.assertEqual(self.get_requests(without).state, "left_out")

    def test_counts_as_an_answer(self):
        """A customer to whom a rule has written all there is to say would wait on."""
        self.ingest(self.notification())
        chat = self.env["telegram.chat"]._find(self.instance, CUSTOMER_CHAT)
        self.run_action(self.customer)
        self.send_queue()
        self.assertEqual(chat.inbox_state, "waiting", "it says that it counts only if it does")
        action = self._create_action(telegram_is_answer=True)
        self.run_action(self.customer, action)
        self.assertEqual(chat.inbox_state, "waiting", "it may wait until the morning")
        self.send_queue()
        self.assertEqual(chat.inbox_state, "answered")
        self.assertFalse(chat.user_id, "the author of the rule did not take it")

    def test_group_message_counts_as_an_answer(self):
        """The same in the group of the record."""
        self.action.telegram_is_answer = True
        group = self.create_group(self.customer)
        self.run_action(self.customer)
        self.assertFalse(self.get_group_message(group).is_automatic)

    def test_scheduled_action(self):
        """The example of doc/automation.rst would write to nobody, or not be allowed."""
        [block] = [each for each in read_blocks("automation.rst") if "with_context" in each]
        self.env["ir.model.data"].create(
            {
                "module": "my_module",
                "name": "send_welcome",
                "model": "ir.actions.server",
                "res_id": self.action.id,
            }
        )
        self.customer.ref = "new"
        cron = self.env["ir.cron"].create(
            {
                "name": "Welcome",
                "model_id": self.template.model_id.id,
                "state": "code",
                "code": block,
                "interval_type": "days",
            }
        )
        for _time in range(2):
            self._run(cron)
            self.compose()
        self.assertEqual(self.get_texts(self.customer), ["Welcome, Vasilisa Ivanova!"])

    def test_without_note(self):
        """The chatter would be full of what a rule writes every day; an answer gets lost."""
        before = self.customer.message_ids
        self.action.telegram_is_logged = False
        self.run_action(self.customer)
        self.assertEqual(self.customer.message_ids, before)
        self.send_queue()
        [message] = self.phone.ledger(count=1)
        self.assertEqual(message["message"], "Welcome, Vasilisa Ivanova!")
        self.ingest(self.notification("Thank you"))
        self.assertIn("Thank you", self.customer.message_ids[0].body)

    def test_group_with_formatting(self):
        """The formatting of the template was sent as typed, and marks in names were doubled."""
        self.template.write({"formatting": True, "body": "*Welcome*, {{ object.name }}!"})
        self.customer.name = "Agent *007*"
        group = self.create_group(self.customer)
        self.run_action(self.customer)
        message = self.get_group_message(group)
        self.assertEqual(message.text, "Welcome, Agent *007*!")
        self.assertEqual(message.text_entities, [{"type": "bold", "offset": 0, "length": 7}])

    @mute_logger("odoo.addons.telegram_green_api.models.automation.telegram_automatic_message")
    def test_report_that_fails(self):
        """An error in a report stopped the automatic messages of all actions, each time."""
        self.template.report_template_ids = self.make_report(
            print_report_name="object.name.split('/')[1]"
        )
        bad, good = self.create_contacts(2)
        good.name = "a/b"
        self.create_group(bad)
        group = self.create_group(good)
        self.run_action(bad | good)
        self.assertEqual(self.get_requests(bad).state, "left_out")
        self.assertIn("index out of range", self.get_requests(bad).reason)
        self.assertEqual(self.get_requests(good).state, "composed")
        self.assertEqual(self.get_group_message(group).file_name, "b.txt")

    def test_form(self):
        """A template of another model, or a missing one, is named before the action runs."""
        administrator = self.env.ref("base.user_admin")
        form = Form(self.env["ir.actions.server"].with_user(administrator))
        form.model_id = self.env["ir.model"]._get("res.partner")
        form.state = "telegram"
        form.telegram_template_id = self.template
        action = form.save()
        self.assertEqual(action.name, "Send Welcome")
        self.assertEqual(action.telegram_user_id, administrator)
        self.assertFalse(action.warning)
        action.telegram_template_id = False
        self.assertIn("Choose a Telegram template.", action.warning)
        with self.assertRaises(ServerActionWithWarningsError):
            self.run_action(self.customer, action)
        with self.assertRaises(ValidationError):
            action.write({"telegram_once": "partner", "telegram_once_days": 0})

    def test_archived_template(self):
        """A text that was put away would go out."""
        self.template.active = False
        self.run_action(self.customer)
        self.assertEqual(self.get_requests(self.customer).reason, "The template is archived.")
