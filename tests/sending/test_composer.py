# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import format_date

from ..common import TelegramCase


class ComposerCase(TelegramCase):
    """Opens the window as a salesperson, and looks at what was queued."""

    def open(self, record, **context):
        composer = self.env["telegram.composer"].with_user(self.salesperson)
        place = {"default_res_model": record._name, "default_res_id": record.id}
        form = Form(composer.with_context(**place, **context))
        form.show_more = True
        return form

    def make(self, record, **values):
        """Make a composer as a program does."""
        composers = self.env["telegram.composer"].with_user(self.salesperson)
        return composers.create({"res_model": record._name, "res_id": record.id, **values})

    def queued(self):
        domain = [("instance_id", "=", self.instance.id), ("direction", "=", "outgoing")]
        return self.env["telegram.message"].search(domain, order="id")

    def attach(self, name="price.pdf", content=b"content", **values):
        values = {"name": name, "raw": content, **values}
        return self.env["ir.attachment"].with_user(self.salesperson).create(values)


@tagged("post_install", "-at_install")
class TestComposer(ComposerCase):
    """The window behind the chatter's Telegram button."""

    def test_braces_that_are_no_placeholder(self):
        """A placeholder that was not finished would reach the customer as it was typed."""
        for body in ("Dear {{object.name}, hello", "Dear {{", "{{ object.name }} and {{"):
            with self.assertRaisesRegex(UserError, "One of the two is missing"):
                self.make(self.customer, body=body).action_send()
        self.assertFalse(self.queued())

    def test_sends_from_the_record(self):
        """The window knows whom it writes to, and the message stands on the record."""
        form = self.open(self.customer)
        self.assertEqual(form.partner_ids[:], self.customer)
        self.assertIn("+79998887766", form.preview)
        self.assertFalse(form.warning)
        form.body = "Hello"
        form.save().action_send()
        message = self.queued()
        self.assertEqual((message.text, message._get_record()), ("Hello", self.customer))
        self.assertIn("Hello", self.customer.message_ids[0].body)

    def test_made_by_a_program(self):
        """A program says only from which record and what; the rest is found as on the screen."""
        self.make(self.customer, body="Hello").action_send()
        self.assertEqual((self.queued().text, self.queued().partner_id), ("Hello", self.customer))

    def test_warns_before_writing(self):
        """Who cannot be reached is told when the window opens, not after the text is written."""
        nobody = self.env["res.partner"].create({"name": "No phone"})
        form = self.open(nobody)
        self.assertEqual(form.recipient_count, 0)
        self.assertIn("Neither a Telegram chat nor a phone", form.preview)
        form.body = "Hello"
        with self.assertRaisesRegex(UserError, "Neither a Telegram chat nor a phone"):
            form.save().action_send()

    def test_record_without_contact(self):
        """A record without a contact says so, and somebody may be chosen."""
        place = {"default_res_model": "telegram.instance", "default_res_id": self.instance.id}
        form = Form(self.env["telegram.composer"].with_context(**place))
        self.assertIn("has no contact", form.preview)
        form.body = "Hello"
        with self.assertRaisesRegex(UserError, "There is no recipient"):
            form.save().action_send()
        form.partner_ids.set(self.customer)
        form.save().action_send()
        self.assertEqual(self.queued().partner_id, self.customer)

    def test_opening_makes_no_chat(self):
        """Looking at the window leaves nothing behind."""
        self.open(self.customer)
        self.assertFalse(self.env["telegram.chat"].search([("instance_id", "=", self.instance.id)]))

    def test_warns_about_the_account(self):
        """A message that will wait for the account says so; it may be sent all the same."""
        self.instance._update_state("notAuthorized")
        form = self.open(self.customer)
        self.assertIn("The message is queued", form.warning)
        form.body = "Later"
        form.save().action_send()

    def test_empty(self):
        """An empty message is refused and nothing is queued."""
        form = self.open(self.customer)
        form.body = "   "
        with self.assertRaisesRegex(UserError, "empty"):
            form.save().action_send()

    # --- What is sent --------------------------------------------------------------------

    def test_files(self):
        """Files go with the text as the first one's caption, and stand in the chatter."""
        uploaded = self.attach(res_model="telegram.composer", res_id=0)
        own = self.attach("photo.jpg", res_model="res.partner", res_id=self.customer.id)
        form = self.open(self.customer)
        form.body = "Our prices"
        form.attachment_ids.add(uploaded)
        form.record_attachment_ids.add(own)
        form.save().action_send()
        self.assertEqual(self.queued().mapped("text"), ["Our prices", ""])
        self.assertEqual(self.queued().attachment_id, uploaded | own)
        self.assertEqual(uploaded.res_model, "res.partner")
        self.assertEqual(self.customer.message_ids.attachment_ids, uploaded | own)

    def test_files_of_another_record_are_not_offered(self):
        """The pick list shows the record's own files only."""
        self.attach(res_model="res.partner", res_id=self.salesperson.partner_id.id)
        own = self.attach(res_model="res.partner", res_id=self.customer.id)
        composer = self.make(self.customer)
        self.assertEqual(composer.available_attachment_ids, own)

    def test_long_text_goes_before_the_file(self):
        """A text too long for a caption becomes a message of its own, before the file."""
        file = self.attach()
        values = {"body": "x" * 1025, "attachment_ids": [Command.set(file.ids)]}
        self.make(self.customer, **values).action_send()
        kinds = self.queued().mapped("type_message")
        self.assertEqual(kinds, ["textMessage", "documentMessage"])

    def test_file_by_address(self):
        """A file on the web goes by its address, with the text as its caption."""
        values = {"url_file": "https://example.com/a/price%20list.pdf", "body": "Our prices"}
        self.make(self.customer, **values).action_send()
        message = self.queued()
        self.assertEqual(message.url_file, "https://example.com/a/price%20list.pdf")
        self.assertEqual((message.file_name, message.text), ("price list.pdf", "Our prices"))

    def test_location_of_the_contact(self):
        """The contact's coordinates are taken; of a contact without them, the address."""
        self.customer.write({"partner_latitude": 55.7558, "partner_longitude": 37.6173})
        form = self.open(self.customer)
        form.kind = "location"
        self.assertFalse(form.as_address)
        form.save().action_send()
        content = self.queued().content
        self.assertEqual((content["latitude"], content["longitude"]), (55.7558, 37.6173))

    def test_address_without_coordinates(self):
        """An address that no coordinates are known of goes as a text with a link to the map."""
        self.customer.write({"street": "Red Square 1", "city": "Moscow"})
        form = self.open(self.customer)
        form.kind = "location"
        self.assertTrue(form.as_address)
        form.save().action_send()
        message = self.queued()
        self.assertEqual(message.type_message, "textMessage")
        self.assertIn("Red Square 1", message.text)
        self.assertIn("https://www.openstreetmap.org/search?query=Red%20Square%201", message.text)

    def test_typed_location(self):
        """Typed coordinates win over the address."""
        self.customer.write({"street": "Red Square 1", "city": "Moscow"})
        form = self.open(self.customer)
        form.kind = "location"
        form.as_address = False
        form.coordinates = "-33.8568, 151.2153"
        form.save().action_send()
        content = {"latitude": -33.8568, "longitude": 151.2153}
        self.assertEqual(self.queued().content, content)

    def test_contact_card(self):
        """The card has the contact's phone in international form, and a first and a last name."""
        company = self.env["res.partner"].create({"name": "Hut Ltd", "is_company": True})
        self.customer.parent_id = company
        form = self.open(self.customer)
        form.kind = "contact"
        form.contact_partner_id = self.customer
        form.save().action_send()
        expected = {
            "phoneContact": "+79998887766",
            "firstName": "Vasilisa",
            "lastName": "Ivanova",
            "company": "Hut Ltd",
        }
        self.assertEqual(self.queued().content, expected)

    def test_names_of_contact_cards(self):
        """Names are split where they are; a company keeps its whole name."""
        for name, is_company, expected in (
            ("Vasilisa", False, ("Vasilisa", False)),
            ("Anna  Maria Braun", False, ("Anna", "Maria Braun")),
            ("Braun, Anna Maria", False, ("Anna Maria", "Braun")),
            ("Braun and Sons", True, ("Braun and Sons", False)),
        ):
            partner = self.env["res.partner"].new({"name": name, "is_company": is_company})
            names = self.env["telegram.composer"]._split_name(partner)
            with self.subTest(name):
                self.assertEqual((names[0], names[1] or False), expected)

    def test_contact_card_of_a_colleague(self):
        """A colleague's card is the one of the colleague's contact."""
        self.salesperson.partner_id.phone = "+79991112233"
        form = self.open(self.customer)
        form.kind = "contact"
        form.contact_user_id = self.salesperson
        self.assertEqual(form.contact_partner_id, self.salesperson.partner_id)
        form.save().action_send()
        self.assertEqual(self.queued().content["phoneContact"], "+79991112233")

    def test_poll(self):
        """A poll's options are the lines; empty lines are none."""
        form = self.open(self.customer)
        form.kind = "poll"
        form.poll_question = "When?"
        form.poll_options = "Today\n\n Tomorrow \n"
        form.poll_multiple_answers = True
        form.save().action_send()
        message = self.queued()
        self.assertEqual((message.type_message, message.text), ("pollMessage", "When?"))
        expected = {"options": ["Today", "Tomorrow"], "multipleAnswers": True, "isAnonymous": True}
        self.assertEqual(message.content, expected)

    # --- How it is sent ------------------------------------------------------------------

    def test_later(self):
        """What is to be sent later waits; a moment that has passed is refused."""
        tomorrow = fields.Datetime.now() + timedelta(days=1)
        self.make(self.customer, body="Later", scheduled_date=tomorrow).action_send()
        self.send_queue()
        self.assertEqual((self.queued().state, self.queued().scheduled_date), ("queued", tomorrow))
        past = fields.Datetime.now() - timedelta(minutes=1)
        with self.assertRaisesRegex(UserError, "Send Later is in the past"):
            self.make(self.customer, body="Too late", scheduled_date=past).action_send()

    def test_reply(self):
        """A message of the chat can be answered, by default the one the window was opened for."""
        message = self.ingest(self.notification("When do you open?")).message_id
        form = self.open(self.customer, default_quoted_message_id=message.id)
        self.assertEqual(form.quoted_message_id, message)
        self.assertEqual(form.chat_id, message.chat_id)
        form.body = "At nine"
        form.save().action_send()
        self.assertEqual(self.queued().quoted_id_message, message.id_message)

    def test_reply_to_another_chat(self):
        """A message of another chat cannot be answered here."""
        self.ingest(self.notification("Hello"))
        other = self.env["res.partner"].create({"name": "Other", "phone": "+79995554433"})
        message = self.env["telegram.message"].search([("instance_id", "=", self.instance.id)])
        composer = self.make(other, body="Hello", quoted_message_id=message.id)
        with self.assertRaisesRegex(UserError, "answered message"):
            composer.action_send()

    # --- Bad input -----------------------------------------------------------------------

    def test_refused_before_queueing(self):
        """What cannot be sent is refused with the field named, and nothing is queued."""
        contact = {"kind": "contact", "contact_first_name": "Anna", "contact_phone": "+79991112233"}
        poll = {"kind": "poll", "poll_question": "When?", "poll_options": "Today\nTomorrow"}
        place = {"kind": "location", "as_address": False}
        thirteen = "\n".join(map(str, range(13)))
        empty = self.attach(content=b"")
        nameless = self.attach(name="...")
        for values, words in (
            ({"body": "x" * 4097}, "4097"),
            ({"attachment_ids": [Command.set(empty.ids)]}, "is empty"),
            ({"attachment_ids": [Command.set(nameless.ids)]}, "file name"),
            ({"url_file": "ftp://example.com/a.pdf"}, "is not a URL"),
            ({"url_file": "https://example.com/"}, "file name"),
            ({"file_name": "a.pdf", "body": "Hello"}, "Enter the File URL"),
            ({**place, "coordinates": "90.1, 1"}, "Latitude"),
            ({**place, "coordinates": "1, -180.1"}, "Longitude"),
            ({**place, "coordinates": False}, "latitude and longitude"),
            ({**place, "coordinates": "55.7558"}, "latitude and longitude"),
            ({**place, "coordinates": "https://maps.app.goo.gl/a1B2c3"}, "latitude and longitude"),
            ({**contact, "contact_phone": "ring twice"}, "of the contact card"),
            ({**contact, "contact_phone": False}, "of the contact card"),
            ({**contact, "contact_first_name": " "}, "first name for the contact card"),
            ({**poll, "poll_question": " "}, "Question"),
            ({**poll, "poll_options": "Today"}, "options"),
            ({**poll, "poll_options": False}, "options"),
            ({**poll, "poll_options": thirteen}, "options"),
            ({**poll, "poll_options": "Today\nToday"}, "options"),
            ({**poll, "poll_options": "Today\n" + "x" * 101}, "Option"),
        ):
            with self.subTest(words, **values), self.assertRaisesRegex(UserError, words):
                self.make(self.customer, **values).action_send()
        self.assertFalse(self.queued())

    def test_files_of_others(self):
        """A file that the person may not read cannot be sent."""
        secret = self.env["ir.attachment"].create({"name": "salaries.txt", "raw": b"1"})
        with self.assertRaises(AccessError):
            values = {"attachment_ids": [Command.set(secret.ids)]}
            self.make(self.customer, **values).action_send()
        self.assertFalse(self.queued())


@tagged("post_install", "-at_install")
class TestComposerRecipients(ComposerCase):
    """To whom it goes from one record, and by which account."""

    def test_several_recipients(self):
        """Who is chosen gets the message; who cannot, or has it already, is told and left out."""
        twin = self.customer.copy({"name": "Twin", "phone": self.customer.phone})
        nobody = self.env["res.partner"].create({"name": "No phone"})
        odd = self.env["res.partner"].create({"name": "Odd", "phone": "ring twice"})
        other = self.env["res.partner"].create({"name": "Other", "phone": "+79995554433"})
        form = self.open(self.customer)
        for partner in (twin, nobody, odd, other):
            form.partner_ids.add(partner)
        self.assertEqual((form.recipient_count, form.left_out_count), (2, 3))
        for words in ("Neither a Telegram chat", "cannot be read", "Already in the list"):
            self.assertIn(words, form.preview)
        form.body = "Hello"
        action = form.save().action_send()
        self.assertEqual(self.queued().partner_id, self.customer | other)
        self.assertEqual(self.queued().mapped("res_id"), [self.customer.id] * 2)
        self.assertEqual(action["params"]["message_ids"], self.queued().ids)
        self.assertIn("Messages queued: 2.", action["params"]["message"])
        self.assertIn("1 left out: The phone number cannot be read", action["params"]["message"])

    def test_bad_phone(self):
        """The number that cannot be read is shown, and what to do about it."""
        self.customer.phone = "ring twice"
        preview = self.open(self.customer).preview
        self.assertIn("ring twice", preview)
        self.assertIn("in international form", preview)

    def test_own_number(self):
        """The account's own number is no new contact: it is refused before anything is sent."""
        self.instance.account_phone = self.customer.phone_sanitized
        form = self.open(self.customer)
        self.assertEqual(form.left_out_count, 1)
        self.assertIn("phone number of the Telegram account itself", form.preview)
        form.body = "Hello"
        with self.assertRaisesRegex(UserError, "account itself"):
            form.save().action_send()

    def test_no_mailings(self):
        """Who wants no mailings may be written to alone, with a warning, not with others."""
        chat = self.env["telegram.chat"]._get_or_create_for_partner(self.instance, self.customer)
        chat.opted_out = True
        other = self.env["res.partner"].create({"name": "Other", "phone": "+79995554433"})
        form = self.open(self.customer)
        self.assertEqual(form.recipient_count, 1)
        self.assertIn("wants no mailings", form.warning)
        form.partner_ids.add(other)
        self.assertEqual((form.recipient_count, form.left_out_count), (1, 1))
        self.assertIn("Wants no mailings", form.preview)

    def test_no_account(self):
        """A number without Telegram account may be tried again alone, and is told."""
        chat = self.env["telegram.chat"]._get_or_create_for_partner(self.instance, self.customer)
        chat.sudo().no_account = True
        form = self.open(self.customer)
        self.assertEqual(form.recipient_count, 1)
        self.assertIn("found no Telegram account", form.warning)

    def test_ceiling_for_new_people(self):
        """Who will have to wait because too many are new is told before sending."""
        self.instance.daily_new_contact_limit = 0
        form = self.open(self.customer)
        self.assertIn("The recipient is a new contact.", form.warning)
        self.instance.daily_new_contact_limit = 2
        others = self.env["res.partner"].create(
            [{"name": f"N{number}", "phone": f"+7999777000{number}"} for number in range(4)]
        )
        for partner in others:
            form.partner_ids.add(partner)
        tomorrow = fields.Date.context_today(self.env.user) + timedelta(days=2)
        self.assertIn(f"around {format_date(self.env, tomorrow)}", form.warning)
        self.instance.daily_new_contact_limit = 0
        self.ingest(self.notification("Hello"))
        self.assertFalse(self.open(self.customer).warning)

    def test_accounts_of_the_record(self):
        """Only accounts of the record's company can be chosen, and no other is used."""
        company = self.env["res.company"].create({"name": "Subsidiary"})
        other = self._create_instance(self._create_phone(), name="Other", company_id=company.id)
        self.salesperson.company_ids += company
        self.customer.company_id = self.env.company
        composer = self.make(self.customer, body="Hello")
        self.assertEqual(composer.available_instance_ids, self.instance)
        composer.instance_id = other
        with self.assertRaisesRegex(UserError, "another company"):
            composer.with_context(
                allowed_company_ids=(self.env.company | company).ids
            ).action_send()

    def test_branch_writes_by_its_parent(self):
        """A branch without an account writes by that of its company; an own one comes first."""
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.env.company.id}
        )
        self.salesperson.write({"company_ids": [Command.link(branch.id)], "company_id": branch.id})
        self.customer.company_id = branch
        form = self.open(self.customer, allowed_company_ids=branch.ids)
        self.assertEqual(form.instance_id, self.instance)
        form.body = "Hello"
        form.save().action_send()
        self.assertEqual(self.queued().partner_id, self.customer)
        own = self._create_instance(self._create_phone(), name="Branch", company_id=branch.id)
        form = self.open(self.customer, allowed_company_ids=branch.ids)
        self.assertEqual(form.instance_id, own)

    def test_branch_sees_only_what_it_operates(self):
        """An administrator of a branch neither reads nor changes the account of its company."""
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.env.company.id}
        )
        manager = self.create_user(
            "telegram_branch_manager",
            "manager",
            company_id=branch.id,
            company_ids=[Command.set(branch.ids)],
        )
        instance = self.instance.with_user(manager)
        with self.assertRaises(AccessError):
            instance.check_access("read")
        self.instance.operator_ids += manager
        instance.check_access("read")
        with self.assertRaises(AccessError):
            instance.name = "Mine"

    def test_chat_of_another_company(self):
        """A chat is never linked to a contact of a company that is not the account's."""
        company = self.env["res.company"].create({"name": "Subsidiary"})
        chat = self.env["telegram.chat"]._get_or_create(self.instance, "10000001")
        self.customer.company_id = company
        with self.assertRaisesRegex(ValidationError, "Subsidiary"):
            chat.partner_id = self.customer
