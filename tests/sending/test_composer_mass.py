# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .test_composer import ComposerCase


@tagged("post_install", "-at_install")
class TestComposerMass(ComposerCase):
    """Writing from many records at once, as from the Action menu of a list."""

    def partners(self, count, **values):
        """Make contacts with phones of their own."""
        ComposerCase.phones = getattr(ComposerCase, "phones", 79100000000) + count
        return self.env["res.partner"].create(
            [
                {"name": f"Person {number}", "phone": f"+{ComposerCase.phones + number}", **values}
                for number in range(count)
            ]
        )

    def open_many(self, records, **context):
        """Open the window as the Action menu does."""
        composer = self.env["telegram.composer"].with_user(self.salesperson)
        place = {"default_res_model": records._name, "default_res_ids": records.ids}
        form = Form(composer.with_context(active_ids=records.ids, **place, **context))
        form.show_more = True
        return form

    def create_many(self, records, **values):
        composers = self.env["telegram.composer"].with_user(self.salesperson)
        values = {"res_model": records._name, "res_ids": repr(records.ids), **values}
        return composers.create(values)

    def test_writes_to_each(self):
        """Everybody gets the text, with the placeholders filled, and it stands on each record."""
        people = self.partners(3)
        form = self.open_many(people)
        self.assertTrue(form.is_mass)
        self.assertIn("Recipients: 3 of 3", form.preview)
        form.body = "Hello {{ object.name }}"
        action = form.save().action_send()
        self.assertEqual(self.queued().mapped("text"), [f"Hello Person {n}" for n in range(3)])
        self.assertEqual(self.queued().partner_id, people)
        for person in people:
            self.assertIn(f"Hello {person.name}", person.message_ids[0].body)
            self.assertEqual(person.message_ids[0].author_id, self.salesperson.partner_id)
        self.assertEqual(action["params"]["message_ids"], self.queued().ids)
        params = action["params"]
        self.assertEqual((params["type"], params["sticky"]), ("success", False))

    def test_name_of_the_mailing(self):
        """A colleague read “Dear {{ object.name }}, hello: The mailing was paused”."""
        for body, name in (
            ("Dear {{ object.name }}, hello\nSecond line", "Dear …, hello"),
            ("{{ object.name }}\nHello", "Contact"),
        ):
            self.create_many(self.partners(2), body=body).action_send()
            mailing = self.env["telegram.mailing"].search([], order="id desc", limit=1)
            self.assertEqual(mailing.name, name)

    def test_the_notes_follow_their_messages(self):
        """Each note has the notification of its own message, also with several on a record."""
        people = self.partners(2)
        file = self.attach(res_model="telegram.composer", res_id=0)
        values = {"body": "x" * 1025, "attachment_ids": [Command.set(file.ids)]}
        self.create_many(people, **values).action_send()
        self.assertEqual(len(self.queued()), 4)
        for message in self.queued():
            note = message.mail_message_ids
            self.assertEqual((note.model, note.res_id), ("res.partner", message.partner_id.id))
            self.assertEqual(note.attachment_ids, message.attachment_id)
            self.assertEqual(note.notification_ids.telegram_message_id, message)
            self.assertEqual(note.notification_ids.res_partner_id, message.partner_id)

    def test_one_record_is_no_mass(self):
        """Chosen in a list, one record is written to as from its own form."""
        form = self.open_many(self.customer)
        self.assertFalse(form.is_mass)
        self.assertEqual(form.partner_ids[:], self.customer)

    def test_who_is_left_out(self):
        """Who does not get the message is told before sending, with the reason, and after it."""
        company = self.env["res.company"].create({"name": "Subsidiary"})
        able, opted_out, no_account, twin, foreign = self.partners(5)
        twin.phone = able.phone
        chats = self.env["telegram.chat"]
        chats._get_or_create_for_partner(self.instance, opted_out).opted_out = True
        chats._get_or_create_for_partner(self.instance, no_account).sudo().no_account = True
        foreign.company_id = company
        self.salesperson.company_ids += company
        silent, odd = self.env["res.partner"].create(
            [{"name": "No phone"}, {"name": "Odd", "phone": "ring twice"}]
        )
        people = able | opted_out | no_account | twin | foreign | silent | odd
        companies = (self.env.company | company).ids
        form = self.open_many(people, allowed_company_ids=companies)
        self.assertEqual((form.recipient_count, form.left_out_count), (1, 6))
        for words in (
            "Recipients: 1 of 7",
            "Neither a Telegram chat nor a phone number",
            "The phone number cannot be read",
            "No Telegram account",
            "Wants no mailings",
            "Already in the list",
            "Belongs to another company",
        ):
            self.assertIn(words, form.preview)
        form.body = "Hello"
        action = form.save().action_send()
        self.assertEqual(self.queued().partner_id, able)
        params = action["params"]
        self.assertEqual((params["type"], params["sticky"]), ("warning", True))
        self.assertIn("1 left out: Wants no mailings", action["params"]["message"])

    def make_twin(self):
        """Make a second contact with the phone number of the customer, who has a chat."""
        self.ingest(self.notification())
        chat = self.env["telegram.chat"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual(chat.phone, self.customer.phone_sanitized)
        twin = self.env["res.partner"].create({"name": "Vasya", "phone": chat.phone})
        return chat, twin

    def test_one_person_with_two_contacts(self):
        """A chat and its phone number are one recipient, whose name the preview says."""
        chat, twin = self.make_twin()
        for people in (self.customer | twin, twin | self.customer):
            with self.subTest(people.mapped("name")):
                form = self.open_many(people)
                self.assertIn("Recipients: 1 of 2", form.preview)
                text = f"the same chat or phone number as {self.customer.name}"
                self.assertIn(text, form.preview)
                form.body = "Hello"
                sent = self.queued()
                form.save().action_send()
                self.assertEqual(len(self.queued() - sent), 1)
        self.assertEqual(self.queued().chat_id, chat, "no second chat was made")

    def test_chosen_contacts_of_one_person(self):
        """The same among contacts that are chosen for one record."""
        _chat, twin = self.make_twin()
        self.make(
            self.customer, body="Hello", partner_ids=[Command.set((self.customer | twin).ids)]
        ).action_send()
        self.assertEqual(self.queued().partner_id, self.customer)

    def test_no_mailings_at_one_address(self):
        """Whoever wants no mailings at one of their addresses gets none at another one."""
        chat, twin = self.make_twin()
        other = self.env["telegram.chat"]._get_or_create(self.instance, "777000")
        blacklist = self.env["phone.blacklist"].sudo()

        def unwanted(people):
            form = self.open_many(people)
            return form.left_out_count if "Wants no mailings" in form.preview else 0

        with self.subTest("the number is blacklisted, and known from the chat only"):
            self.customer.phone = False
            blacklist._add([chat.phone])
            self.assertEqual(unwanted(self.customer | self.partners(1)), 1)
            blacklist._remove([chat.phone])
            self.assertEqual(unwanted(self.customer | self.partners(1)), 0)
            self.customer.phone = chat.phone
        with self.subTest("another contact's chat with the number opted out"):
            chat.opted_out = True
            self.assertEqual(unwanted(twin | self.partners(1)), 1)
            chat.opted_out = False
        with self.subTest("another chat of the contact opted out"):
            other.write({"partner_id": self.customer.id, "opted_out": True})
            self.assertEqual(unwanted(self.customer | self.partners(1)), 1)

    def test_archived_contact(self):
        """The archived contact of one record is as good as those of several."""
        self.customer.active = False
        form = self.open(self.customer)
        self.assertIn("archived: Vasilisa Ivanova", form.warning)
        form.body = "Hello"
        form = form.save()
        self.env.invalidate_all()
        self.assertEqual(form.recipient_count, 1)
        form.action_send()
        self.assertEqual(self.queued().partner_id, self.customer)

    def test_many_who_are_left_out(self):
        """Many recipients take one line, and one for each reason, until a user asks for all."""
        people = self.env["res.partner"].create([{"name": f"Silent {n}"} for n in range(15)])
        form = self.open_many(people)
        self.assertIn("15 left out", form.preview)
        self.assertNotIn("Silent", form.preview)
        self.assertTrue(form.has_many)
        form.show_all = True
        for number in range(15):
            self.assertIn(f"Silent {number} ", form.preview)
        form.body = "Hello"
        with self.assertRaisesRegex(UserError, "cannot be sent to any recipient:\n15 left out"):
            form.save().action_send()

    def test_text_of_one_cannot_be_sent(self):
        """One whose text comes out empty is left out and told; the others get theirs."""
        people = self.partners(3)
        self.salesperson.group_ids += self.env.ref("mail.group_mail_template_editor")
        (people[0] | people[2]).website = "https://example.com"
        action = self.create_many(people, body="{{ object.website or '' }}").action_send()
        self.assertEqual(self.queued().partner_id, people[0] | people[2])
        self.assertIn("1 left out: The message is empty", action["params"]["message"])
        with self.assertRaisesRegex(UserError, "The message is empty"):
            self.create_many(people, body="{{ object.ref or '' }}").action_send()

    def test_complicated_placeholders(self):
        """Who may not edit templates cannot run code by placeholders of one's own."""
        composer = self.create_many(self.partners(2), body="{{ object.env.user.password }}")
        self.assertIn("{{ object.name }}", composer.allowed_placeholders)
        self.assertNotIn("object.partner_id }}", composer.allowed_placeholders, "a record, no text")
        # The reason names the placeholder, and those that can be used instead.
        words = r"\{\{ object.env.user.password \}\}.*You can use: \{\{ object.name \}\}"
        self.assertRegex(composer.example_problem, words)
        with self.assertRaisesRegex(AccessError, words):
            composer.action_send()
        self.assertFalse(self.queued())

    def test_example(self):
        """The message of one recipient is shown filled in, of one who gets it."""
        people = self.env["res.partner"].create({"name": "Silent"}) | self.partners(2)
        form = self.open_many(people)
        form.body = "Hello"
        self.assertFalse(form.example, "the text itself is enough")
        form.body = "Hello *{{ object.name }}*\n5 < 6"
        self.assertEqual(form.example_name, "Person 0")
        self.assertIn("Hello *Person 0*<br/>5 &lt; 6", form.example.replace("<br>", "<br/>"))
        form.formatting = True
        self.assertIn("<strong>Person 0</strong>", form.example)
        form.body = "{{ object.nothing }}"
        self.assertFalse(form.example)
        self.assertTrue(form.example_problem)
        self.assertFalse(self.open(self.customer).example)

    def test_contacts_and_records_are_named(self):
        """Who gets a message about an invoice and who does not are named in the same way."""
        silent = self.env["res.partner"].create({"name": "Silent"})
        moves = self.env["account.move"].create(
            [{"move_type": "entry", "partner_id": p.id} for p in (self.customer, silent)]
        )
        self.salesperson.group_ids += self.env.ref("account.group_account_invoice")
        preview = self.open_many(moves).preview
        for move in moves:
            self.assertIn(f"{move.partner_id.name} ({move.display_name})", preview)

    def test_placeholders_for_one(self):
        """What is filled for many is filled for one, also with a file by its URL."""
        form = self.open_many(self.customer)
        form.body = "Dear {{ object.name }}"
        form.save().action_send()
        self.assertEqual(self.queued()[-1].text, "Dear Vasilisa Ivanova")
        values = {"body": "For {{ object.name }}", "url_file": "https://example.com/a.pdf"}
        self.make(self.customer, **values).action_send()
        self.assertEqual(self.queued()[-1].text, "For Vasilisa Ivanova")
        with self.assertRaises(AccessError):
            self.make(self.customer, body="{{ object.env.user.password }}").action_send()
        self.assertEqual(len(self.queued()), 2)

    @mute_logger("odoo.addons.mail.models.mail_render_mixin")
    def test_placeholder_fails_for_one_of_three(self):
        """That one is left out, with its name and the reason, and the others get theirs."""
        people = self.partners(3)
        self.salesperson.group_ids += self.env.ref("mail.group_mail_template_editor")
        (people[0] | people[2]).ref = "a"
        body = "{{ object.ref.upper() }}"
        action = self.create_many(people, body=body).action_send()
        self.assertEqual(self.queued().partner_id, people[0] | people[2])
        self.assertEqual(self.queued().mapped("text"), ["A", "A"])
        self.assertRegex(action["params"]["message"], "1 left out: .*“Person 1”.*before “.upper”")
        with self.assertRaisesRegex(UserError, "“Person 1”.*before “.upper”"):
            self.make(people[1], body=body).action_send()
        template = self.env["telegram.template"].create(
            {
                "name": "Card",
                "model_id": self.env.ref("base.model_res_partner").id,
                "body": "{{ object.ref.upper() if object.name.startswith('Person') else 'A' }}",
            }
        )
        composer = self.create_many(people, template_id=template.id)
        self.assertIn("“Person 1”", composer.action_send()["params"]["message"])

    def test_html_field(self):
        """An HTML field arrives as text, typed and in a template, for one and for many."""
        self.customer.comment = "<p>Come <b>soon</b></p><p>&lt;3</p>"
        self.salesperson.group_ids += self.env.ref("mail.group_mail_template_editor")
        for body, expected in (
            ("{{ object.comment }}!", "Come soon\n<3!"),
            ("{{ object.comment or '' }}!", "Come soon\n<3!"),
            ("{{ object.parent_id.comment ||| none}}!", "none!"),
        ):
            with self.subTest(body):
                self.make(self.customer, body=body).action_send()
                self.create_many(self.customer | self.partners(1), body=body).action_send()
                template = self.make_template(body=body, report_template_ids=False)
                form = self.open_many(self.customer)
                form.template_id = template
                self.assertEqual(form.body, expected)
                texts = self.queued().filtered(lambda m: m.partner_id == self.customer)
                self.assertEqual(texts[-2:].mapped("text"), [expected] * 2)

    def test_braces_in_the_data(self):
        """What looks like a placeholder in the data of a record is text, and is not carried out."""
        self.salesperson.group_ids += self.env.ref("mail.group_mail_template_editor")
        self.customer.name = "{{ 7 * 7 }}"
        form = self.open_many(self.customer)
        form.template_id = self.make_template(report_template_ids=False)
        form.body += " {{ object.id }}"
        form.template_id = self.env["telegram.template"]
        form.save().action_send()
        self.assertEqual(self.queued()[-1].text, f"Your card, {{{{ 7 * 7 }}}} {self.customer.id}")
        address = {"kind": "location", "as_address": True, "address": "{{ 7 * 7 }} Street"}
        self.create_many(self.partners(2), **address).action_send()
        self.assertEqual(self.queued()[-1].text, "{{ 7 * 7 }} Street")

    def test_other_kinds(self):
        """A location, a contact card and a poll go to everybody."""
        people = self.partners(2)
        card = {"contact_phone": "+79991112233", "contact_first_name": "Anna"}
        for values in (
            {"kind": "location", "as_address": False, "coordinates": "1.5, 2.5"},
            {"kind": "contact", **card},
            {"kind": "poll", "poll_question": "When?", "poll_options": "Today\nTomorrow"},
        ):
            self.create_many(people, **values).action_send()
        kinds = ["locationMessage", "contactMessage", "pollMessage"]
        self.assertEqual(self.queued().mapped("type_message"), [k for k in kinds for _p in people])
        self.assertIn("openstreetmap", people[0].message_ids[2].body)

    def test_a_file_for_all_is_uploaded_once(self):
        """The file of a mailing is uploaded once, and outlives the window."""
        people = self.partners(3)
        file = self.attach(res_model="telegram.composer", res_id=0)
        values = {"body": "Our prices", "attachment_ids": [Command.set(file.ids)]}
        composer = self.create_many(people, **values)
        composer.action_send()
        composer.sudo().unlink()
        self.assertEqual((file.res_model, file.res_id), ("telegram.instance", self.instance.id))
        self.instance.daily_new_contact_limit = 10
        self.send_queue()
        self.assertEqual(len(self.phone.requests("uploadFile")), 1)
        self.assertEqual(len(self.phone.requests("sendFileByUrl")), 3)

    def test_only_who_may_write_on_the_records(self):
        """A note is put only where the person may write one."""
        reader = self.create_user("telegram_reader", "user")
        self.instance.operator_ids += reader
        people = self.partners(2)
        with self.assertRaises(AccessError):
            self.create_many(people, body="Hello").with_user(reader).action_send()
        with self.assertRaises(AccessError):
            people.with_user(reader)._message_telegram_batch(
                dict.fromkeys(people.ids, "Hello"), instance=self.instance.with_user(reader)
            )

    def test_invoices_of_one_customer(self):
        """A customer gets a message about each invoice; equal texts do not make them duplicates."""
        moves = self.env["account.move"].create(
            [{"move_type": "entry", "partner_id": self.customer.id} for _number in range(2)]
        )
        self.salesperson.group_ids += self.env.ref("account.group_account_invoice")
        self.create_many(moves, body="Please look at {{ object.name }}").action_send()
        self.assertEqual(self.queued().mapped("res_id"), moves.ids)
        self.assertEqual(self.queued().partner_id, self.customer)

    def make_template(self, **values):
        """Make a template of contacts with a report that needs no program to make PDF files."""
        view = self.env["ir.ui.view"].create(
            {
                "name": "telegram_card",
                "key": "telegram_green_api.test_card",
                "type": "qweb",
                "arch": "<t t-name='telegram_green_api.test_card'>"
                "<t t-foreach='docs' t-as='o'>Card of <t t-out='o.name'/></t></t>",
            }
        )
        report = self.env["ir.actions.report"].create(
            {
                "name": "Card",
                "model": "res.partner",
                "report_type": "qweb-text",
                "report_name": view.key,
            }
        )
        return self.env["telegram.template"].create(
            {
                "name": "Card",
                "model_id": self.env.ref("base.model_res_partner").id,
                "body": "Your card, {{ object.name }}",
                "report_template_ids": [Command.set(report.ids)],
                **values,
            }
        )

    def test_template_for_one(self):
        """The template's text is filled for the one record, and its report made at once."""
        form = self.open_many(self.customer)
        form.template_id = self.make_template()
        self.assertEqual(form.body, "Your card, Vasilisa Ivanova")
        form.save().action_send()
        message = self.queued()
        self.assertEqual(message.text, "Your card, Vasilisa Ivanova")
        self.assertEqual(message.attachment_id.raw, b"Card of Vasilisa Ivanova")

    def test_template_for_many(self):
        """The reports of many are made when they are sent, each with the text as its caption."""
        people = self.partners(2)
        form = self.open_many(people)
        form.template_id = self.make_template()
        self.assertEqual(form.body, "Your card, {{ object.name }}")
        form.save().action_send()
        self.assertFalse(self.queued().attachment_id)
        self.assertIn("Your card, Person 1", people[1].message_ids[0].body)
        self.send_queue()
        self.assertEqual(set(self.queued().mapped("state")), {"sent"})
        contents = self.queued().mapped(lambda message: message.attachment_id.raw)
        self.assertEqual(contents, [b"Card of Person 0", b"Card of Person 1"])
        self.assertEqual(people[0].message_ids[0].attachment_ids, self.queued()[0].attachment_id)

    def test_report_that_cannot_be_made(self):
        """A report that fails is told on its message; the next one goes out all the same."""
        people = self.partners(2)
        template = self.make_template()
        self.create_many(people, template_id=template.id).action_send()
        view = self.env["ir.ui.view"].search([("key", "=", "telegram_green_api.test_card")])
        view.arch = view.arch.replace("o.name", "1 // (len(o.name) - len('Person 0'))", 1)
        people[1].name = "Person 10"
        self.send_queue()
        self.assertEqual(self.queued().mapped("state"), ["error", "sent"])
        self.assertTrue(self.queued()[0].failure_reason)

    def test_files_of_a_template(self):
        """A template's files go with the message as copies: they outlive the template."""
        file = self.env["ir.attachment"].create({"name": "prices.pdf", "raw": b"prices"})
        template = self.make_template(
            report_template_ids=[Command.clear()], attachment_ids=[Command.set(file.ids)]
        )
        people = self.partners(2)
        self.create_many(people, template_id=template.id).action_send()
        copy = self.queued().attachment_id
        self.assertEqual(len(copy), 1)
        self.assertNotEqual(copy, file)
        template.unlink()
        self.assertEqual(copy.raw, b"prices")

    def test_queries_do_not_grow(self):
        """Each recipient more costs a fixed number of queries, for the preview none."""
        counts = []
        self.create_many(self.partners(2), body="Warm {{ object.name }}").action_send()
        for number in (10, 40):
            people = self.partners(number)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            composer = self.create_many(people, body="Hello {{ object.name }}")
            self.assertEqual(composer.recipient_count, number)
            self.env.flush_all()
            preview = self.cr.sql_log_count - before
            composer.action_send()
            self.env.flush_all()
            counts.append((preview, self.cr.sql_log_count - before - preview))
        (few_preview, few), (many_preview, many) = counts
        self.assertLessEqual(many_preview, few_preview + 3)
        self.assertLessEqual((many - few) / 30, 1, f"{few} queries for 10, {many} for 40")
