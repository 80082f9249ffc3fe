# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from markupsafe import Markup

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ... import const
from ...models.sending.content import CAPTION_MAX_LENGTH
from ..common import CUSTOMER_CHAT
from ..invoices.invoice_case import InvoiceCase
from ..mail.discuss_case import DiscussCase
from ..sending.test_composer import ComposerCase
from .formatting_case import MODES, get_pieces, set_formatting

# Lines that a service which formats everywhere changes.
LITERAL = "1200*600*50 mm\nINV_2026_01, a_b_c@x.org\n~5 ~7\n> 5 years\n*not bold*"
TYPED = "*Sale* of 1200*600*50\n> quoted"
SEEN = "Sale of 1200*600*50\nquoted"
TRIED = (("greedy", "one"), ("greedy", "two"), ("whatsapp", "format"))
PIECES = [("bold", "Sale"), ("blockquote", "quoted")]


class WaysCase(ComposerCase):
    """Sends by one of the ways of Odoo, and looks at the phone."""

    def set_mode(self, mode, doubled, **switches):
        self.phone.change(formatting=mode, doubledMarks=doubled, **switches)
        set_formatting(self.instance, MODES[mode, doubled])

    def look(self, count=1):
        """Send the queue and return the last messages as the phone shows them."""
        self.send_queue()
        return self.phone.ledger()[-count:]

    def assert_literal(self, row, text=LITERAL):
        self.assertEqual(row["shown"], text)
        self.assertLessEqual({kind for kind, _piece in get_pieces(row)}, {"code"})

    def assert_formatted(self, row):
        self.assertEqual(row["shown"], SEEN)
        found = [piece for piece in get_pieces(row) if piece[0] != "code"]
        self.assertCountEqual(found, PIECES)


@tagged("post_install", "-at_install")
class TestWays(WaysCase):
    """One way of sending forgets the formatting, or takes a size for bold."""

    def test_composer(self):
        """A text from the composer is literal unless Formatting is checked there."""
        for mode in TRIED:
            with self.subTest(mode=mode):
                self.set_mode(*mode)
                self.make(self.customer, body=LITERAL).action_send()
                self.assert_literal(self.look()[0])
                self.make(self.customer, body=TYPED, formatting=True).action_send()
                self.assert_formatted(self.look()[0])
                self.assertEqual(self.queued()[-1].text, SEEN)
                self.assertIn("<strong>Sale</strong>", self.customer.message_ids[0].body)

    def test_caption(self):
        """A caption is written as a text is."""
        for mode in TRIED:
            with self.subTest(mode=mode):
                self.set_mode(*mode)
                files = [Command.set(self.attach().ids)]
                self.make(self.customer, body=LITERAL, attachment_ids=files).action_send()
                [row] = self.look()
                self.assertIn("fileMessageData", row["messageData"])
                self.assert_literal(row)
                values = {
                    "body": TYPED,
                    "formatting": True,
                    "url_file": "https://example.com/a.pdf",
                }
                self.make(self.customer, **values).action_send()
                self.assert_formatted(self.look()[0])

    def test_template(self):
        """The text of a template may format, but the values of its placeholders never do."""
        self.customer.write({"name": "*VIP* 1*2*3", "ref": "> _A_"})
        body = "*Dear {{ object.name }}*\n{{ object.ref }}\n_code:_ {{ object.ref }}"
        template = self.env["telegram.template"].create(
            {
                "name": "Greeting",
                "model_id": self.env.ref("base.model_res_partner").id,
                "body": body,
                "formatting": True,
            }
        )
        for mode in TRIED:
            with self.subTest(mode=mode):
                self.set_mode(*mode)
                form = self.open(self.customer, default_template_id=template.id)
                self.assertTrue(form.formatting)
                form.save().action_send()
                [row] = self.look()
                self.assertEqual(row["shown"], "Dear *VIP* 1*2*3\n> _A_\ncode: > _A_")
                self.assertIn(("italic", "code:"), get_pieces(row))
                self.assertIn(("bold", "Dear"), [(k, p[:4]) for k, p in get_pieces(row)])
        template.formatting = False
        form = self.open(self.customer, default_template_id=template.id)
        form.save().action_send()
        self.assertIn("*Dear *VIP* 1*2*3*", self.look()[0]["shown"])

    def test_mailing(self):
        """Each of many recipients gets what was meant, with literal values."""
        people = self.env["res.partner"].create(
            [{"name": f"*{n}*_{n}_", "phone": f"+7910111000{n}"} for n in range(2)]
        )
        for person in people:
            self.phone.add_customer(person.name, phoneNumber=int(person.phone))
        for mode in TRIED:
            with self.subTest(mode=mode):
                self.set_mode(*mode)
                values = {"res_model": "res.partner", "res_ids": repr(people.ids)}
                composers = self.env["telegram.composer"].with_user(self.salesperson)
                composers.create({**values, "body": LITERAL}).action_send()
                for row in self.look(2):
                    self.assert_literal(row)
                body = "_To_ {{ object.name }}: *sale*"
                composers.create({**values, "body": body, "formatting": True}).action_send()
                rows = self.look(2)
                self.assertEqual(
                    [row["shown"] for row in rows], ["To *0*_0_: sale", "To *1*_1_: sale"]
                )
                for row in rows:
                    self.assertIn(("italic", "To"), get_pieces(row))
                    self.assertIn(("bold", "sale"), get_pieces(row))

    def test_mailing_warning(self):
        """The names of fields are no text: only a link that all recipients get is named."""
        self.set_mode("greedy", "two")
        values = {
            "res_model": "res.partner",
            "res_ids": repr((self.customer | self.customer.copy()).ids),
        }
        composer = self.env["telegram.composer"].with_user(self.salesperson).create(values)
        composer.body = "https://x.org/{{ object.commercial_partner_id.id }}"
        self.assertFalse(composer.text_warning)
        composer.body += " https://x.org/a_b_c"
        self.assertIn("“https://x.org/a_b_c”", composer.text_warning)

    def test_mailing_warning_of_values(self):
        """The link of a contact is named by the example, before anything is sent."""
        self.set_mode("greedy", "two")
        people = self.customer | self.customer.copy({"phone": "+79101110000"})
        people.ref = "https://x.org/a_b_c"
        values = {"res_model": "res.partner", "res_ids": repr(people.ids)}
        composer = self.env["telegram.composer"].create(values)
        composer.body = "Your page: {{ object.ref }}"
        self.assertFalse(composer.text_warning)
        self.assertIn("“https://x.org/a_b_c”", composer.example_warning)
        people.ref = "https://x.org/abc"
        composer.body += "."
        self.assertFalse(composer.example_warning)

    def test_planned_mailing_warning(self):
        """A mailing that is planned was the one place that did not warn, in either of its texts."""
        self.set_mode("greedy", "two")
        values = {"name": "Sale", "instance_id": self.instance.id, "is_ab_test": True}
        mailing = self.env["telegram.mailing"].create({**values, "body": "1*2*3 {{ object.name }}"})
        self.assertFalse(mailing.text_warning)
        mailing.body_b = "https://x.org/a_b_c"
        self.assertIn("“https://x.org/a_b_c”", mailing.text_warning)
        mailing.is_ab_test = False
        self.assertFalse(mailing.text_warning)

    def test_python(self):
        """A program sends literally unless it asks for formatting."""
        operated = self.instance.with_user(self.salesperson)
        for mode in TRIED:
            with self.subTest(mode=mode):
                self.set_mode(*mode)
                operated.send_text(CUSTOMER_CHAT, LITERAL)
                operated.send_text(CUSTOMER_CHAT, TYPED, formatting=True)
                literal, formatted = self.look(2)
                self.assert_literal(literal)
                self.assert_formatted(formatted)
                url = "https://example.com/a.png"
                operated.send_file_by_url(CUSTOMER_CHAT, url, caption=TYPED, formatting=True)
                self.assert_formatted(self.look()[0])
                record = self.customer.with_user(self.salesperson)
                record._message_telegram(LITERAL)
                self.assert_literal(self.look()[0])
                record._message_telegram(TYPED, formatting=True)
                self.assert_formatted(self.look()[0])

    def test_edit(self):
        """An edit is written as a text is; the dialog shows the formatting as marks."""
        for mode in TRIED:
            with self.subTest(mode=mode):
                self.set_mode(*mode)
                message = self.instance.send_text(CUSTOMER_CHAT, TYPED, formatting=True)
                self.look()
                dialogs = self.env["telegram.message.edit"].with_user(self.salesperson)
                form = Form(dialogs.with_context(default_message_id=message.id))
                self.assertTrue(form.formatting)
                self.assertEqual(form.text, TYPED)
                form.text = form.text.replace("of", "of _all_")
                form.save().action_save()
                self.send_queue()
                shown = self.phone.messages(CUSTOMER_CHAT)[-1]
                self.assertEqual(shown["shown"], SEEN.replace("of", "of all"))
                self.assertIn(("italic", "all"), get_pieces(shown))
                message.edit(LITERAL)
                self.send_queue()
                self.assert_literal(self.phone.messages(CUSTOMER_CHAT)[-1])
                self.assertFalse(message.text_entities)

    def test_unknown(self):
        """Until a test shows how the service formats, texts go as they are written, as ever."""
        self.phone.change(formatting="off")
        self.make(self.customer, body=LITERAL).action_send()
        self.assertEqual(self.look()[0]["message"], LITERAL)
        form = self.open(self.customer)
        form.body = LITERAL
        for word in ("1200*600*50", "INV_2026_01", "a_b_c@x.org"):
            self.assertIn(f"“{word}”", form.text_warning, "it may be lost, and a user should know")
        form.body = "5 * 3, a_b and ~100"
        self.assertFalse(form.text_warning, "a lone mark formats nothing")
        form.body, form.formatting = TYPED, True
        self.assertIn("without formatting", form.text_warning)
        form.save().action_send()
        self.assertEqual(self.look()[0]["message"], SEEN)


@tagged("post_install", "-at_install")
class TestDiscussWays(DiscussCase, WaysCase):
    """What is bold in Discuss is not bold on the phone, or typed marks are taken for it."""

    def test_discuss(self):
        """Formatting of the editor arrives, typed marks stay letters, and so with an edit."""
        self.ingest(self.notification("Hello", idMessage="1"))
        for mode in (("greedy", "one"), ("greedy", "two"), ("whatsapp", "two")):
            with self.subTest(mode=mode):
                self.set_mode(*mode)
                self.post(Markup("<br>").join(LITERAL.split("\n")))
                self.assert_literal(self.look()[0])
                posted = self.post(
                    "<p><b>Sale</b> of 1200*600*50</p><blockquote>quoted</blockquote>"
                )
                self.assert_formatted(self.look()[0])
                self.receive()
                self.assertIn("<blockquote", posted.body)
                self.channel.with_user(self.salesperson)._message_update_content(
                    posted.with_user(self.salesperson), body=Markup("<i>Sold</i> *out*")
                )
                self.send_queue()
                shown = self.phone.messages(CUSTOMER_CHAT)[-1]
                self.assertEqual(shown["shown"], "Sold *out*")
                self.assertIn(("italic", "Sold"), get_pieces(shown))


@tagged("post_install", "-at_install")
class TestInvoiceWay(InvoiceCase, WaysCase):
    """The text of an invoice is full of codes and links."""

    def test_invoice(self):
        """The caption is literal, or formatted as the dialog says; links keep their letters."""
        for mode in (("greedy", "one"), ("whatsapp", "two")):
            with self.subTest(mode=mode):
                self.set_mode(*mode)
                body = f"{LITERAL}\nhttps://seller.example.com/my_shop/INV_1_a"
                self.send(self._create_invoice(), telegram_body=body)
                self.assert_literal(self.look()[0], body)
                invoice = self._create_invoice()
                self.send(invoice, telegram_body=TYPED, telegram_formatting=True)
                self.assert_formatted(self.look()[0])

    def test_batch(self):
        """Odoo's scheduled action formats as the template says, and never its values."""
        self.set_mode("greedy", "one")
        template = self.env.ref("telegram_green_api.telegram_template_invoice")
        template.write({"body": "*Invoice* {{ object.ref }}", "formatting": True})
        invoice = self._create_invoice(ref="A*1*B_2_C")
        self.open_batch(invoice).action_send_and_print()
        self.run_invoice_action()
        [row] = self.look()
        self.assertEqual(row["shown"], "Invoice A*1*B_2_C")
        self.assertEqual(get_pieces(row), [("bold", "Invoice")])

    def test_batch_warning(self):
        """A link that cannot be kept is named in the dialog for several invoices, too."""
        template = self.env.ref("telegram_green_api.telegram_template_invoice")
        template.write({"body": "{{ object.ref }}: https://x.org/a_b_c"})
        invoice = self._create_invoice(ref="A*1*B_2_C")
        for mode, is_named in ((("greedy", "two"), True), (("greedy", "one"), False)):
            self.set_mode(*mode)
            alerts = self.open_batch(invoice).alerts or {}
            self.assertEqual("telegram_text" in alerts, is_named)
            if is_named:
                self.assertIn("“https://x.org/a_b_c”", alerts["telegram_text"]["message"])


@tagged("post_install", "-at_install")
class TestLimits(WaysCase):
    """The service counts the marks, too: a text that is too long with them is never queued."""

    def setUp(self):
        super().setUp()
        self.set_mode("greedy", "one")

    def test_text(self):
        """A text of 4096 characters with marks is refused, in words, before it is queued."""
        fits = "*" * (const.MESSAGE_MAX_LENGTH // 2)
        self.instance.send_text(CUSTOMER_CHAT, fits)
        self.assertEqual(self.look()[0]["shown"], fits)
        with self.assertRaisesRegex(UserError, "has 4097 characters; the maximum is 4096"):
            self.instance.send_text(CUSTOMER_CHAT, fits + "*")
        with self.assertRaisesRegex(UserError, "has 4097 characters"):
            self.make(self.customer, body=fits + "*").action_send()
        with self.assertRaisesRegex(UserError, "has 4097 characters"):
            self.queued()[0].edit("x" * 4092 + "*a*")
        long = f"*{'x' * 4095}*"
        with self.assertRaisesRegex(UserError, "has 4097 characters"):
            self.instance.send_text(CUSTOMER_CHAT, long, formatting=True)

    def test_caption(self):
        """A caption that is too long with its marks goes before the file, from each way."""
        text = "*" * (CAPTION_MAX_LENGTH // 2 + 1)
        file = self.attach()
        with self.assertRaisesRegex(UserError, "caption has 1025"):
            self.instance.send_file(CUSTOMER_CHAT, file, text)
        for values in (
            {"attachment_ids": [Command.set(file.ids)]},
            {"url_file": "https://example.com/a.pdf"},
        ):
            for place in (
                {"res_id": self.customer.id},
                {"res_id": False, "res_ids": repr((self.customer | self.customer.copy()).ids)},
            ):
                with self.subTest(values=values, place=place):
                    before = self.queued()
                    self.make(self.customer, body=text, **values, **place).action_send()
                    kinds = (self.queued() - before).mapped("type_message")
                    self.assertEqual(kinds[:2], ["textMessage", "documentMessage"])
