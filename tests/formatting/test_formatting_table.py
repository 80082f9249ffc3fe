# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from markupsafe import Markup

from odoo.fields import Command
from odoo.tests import tagged

from ...tools.formatting import TYPED, FormattedText, to_marks
from ...tools.html import from_html
from ..common import CUSTOMER_CHAT
from ..invoices.invoice_case import InvoiceCase
from ..mail.discuss_case import DiscussCase
from .formatting_case import MODES, set_formatting
from .test_formatting_ways import WaysCase
from .texts import FORMATTED, LINKS, LITERAL

TEXTS = [text.strip() for text in (*LITERAL, *LINKS) if text.strip()]
# HTML as Discuss writes it, and the same as people type it where Formatting is checked
RICH = [(html, to_marks(from_html(html), TYPED).text) for html, _text, _pieces in FORMATTED]


class TableCase(WaysCase):
    """Queues all texts of the table by one way of Odoo.

    What is queued is the text as people shall see it. From there on, each way is the same: the
    marks are added when the message is sent, as the account's formatting demands. What the phone
    shows of them is the test of the texts.
    """

    def find_new(self, queue, texts):
        """Queue texts one by one, and return their messages."""
        messages = self.env["telegram.message"]
        for text in texts:
            before = self.queued()
            queue(text)
            messages |= (self.queued() - before)[:1]
        return messages

    def queued(self):  # pylint: disable=missing-return
        """Return all messages to the customer's chat that have a text."""
        return self.env["telegram.message"].search(
            [("instance_id", "=", self.instance.id), ("text", "!=", False)], order="id"
        )

    def check_literal(self, queue):
        """Check that nothing of a text is taken for formatting, in each mode of the service."""
        messages = self.find_new(queue, TEXTS)
        self.assertEqual(messages.mapped("text"), TEXTS)
        for message in messages.filtered("text_entities"):
            # Among marks that format, code is the only way to keep these characters.
            self.assertTrue(message.text.startswith(">> "), message.text)
            self.assertEqual([each["type"] for each in message.text_entities], ["code"])
        literal = messages.filtered(lambda message: not message.text_entities)
        self.check_sent(literal, [FormattedText(text) for text in literal.mapped("text")])

    def check_formatted(self, queue, texts):
        """Check that what is formatted is queued so, and sent with marks in each mode.

        :param list texts: the table's formatted texts as this way takes them
        """
        messages = self.find_new(queue, texts)
        formatted = [from_html(html) for html, _typed in RICH]
        self.assertEqual(messages.mapped("text"), [each.text for each in formatted])
        self.check_sent(messages, formatted)

    def check_sent(self, messages, formatted):
        for mode, rules in MODES.items():
            set_formatting(self.instance, rules)
            for message, each in zip(messages, formatted, strict=True):
                with self.subTest(mode=mode, text=each.text):
                    self.assertEqual(message._get_sent_text(), to_marks(each, rules).text)


@tagged("post_install", "-at_install")
class TestTable(TableCase):
    """A way that changes one of the texts, or forgets what is formatted."""

    def compose(self, body, **values):
        self.make(self.customer, body=body, **values).action_send()

    def test_composer(self):
        self.check_literal(self.compose)
        typed = [typed for _html, typed in RICH]
        self.check_formatted(lambda text: self.compose(text, formatting=True), typed)

    def test_caption(self):
        files = [Command.set(self.attach().ids)]
        self.check_literal(lambda text: self.compose(text, attachment_ids=files))
        self.assertEqual(set(self.queued().mapped("type_message")), {"documentMessage"})

    def test_mailing(self):
        person = self.env["res.partner"].create({"name": "Person", "phone": "+79101110001"})
        values = {"res_model": "res.partner", "res_ids": repr((self.customer | person).ids)}
        composers = self.env["telegram.composer"].with_user(self.salesperson)
        self.check_literal(lambda text: composers.create({**values, "body": text}).action_send())
        typed = [typed for _html, typed in RICH]
        self.check_formatted(
            lambda text: composers.create(
                {**values, "body": text, "formatting": True}
            ).action_send(),
            typed,
        )

    def test_template(self):
        """The texts as values of a placeholder, which format nothing, also beside what does."""
        template = self.env["telegram.template"].create(
            {
                "name": "Table",
                "model_id": self.env.ref("base.model_res_partner").id,
                "body": "{{ object.ref }}",
                "formatting": True,
            }
        )

        def queue(text):
            self.customer.ref = text
            self.open(self.customer, default_template_id=template.id).save().action_send()

        self.check_literal(queue)

    def test_edit(self):
        message = self.instance.send_text(CUSTOMER_CHAT, "Before")
        message.sudo().write({"state": "sent", "id_message": "1", "attempts": 1})
        message.sudo().last_attempt_date = message.date
        self.check_literal(message.edit)
        typed = [typed for _html, typed in RICH]
        self.check_formatted(lambda text: message.edit(text, formatting=True), typed)

    def test_python(self):
        operated = self.instance.with_user(self.salesperson)
        self.check_literal(lambda text: operated.send_text(CUSTOMER_CHAT, text))
        typed = [typed for _html, typed in RICH]
        self.check_formatted(
            lambda text: operated.send_text(CUSTOMER_CHAT, text, formatting=True), typed
        )


@tagged("post_install", "-at_install")
class TestDiscussTable(DiscussCase, TableCase):
    """What is typed in Discuss is changed, or what is bold there is not bold on the phone."""

    def test_discuss(self):
        self.ingest(self.notification("Hello", idMessage="1"))
        self.check_literal(lambda text: self.post(Markup("<br>").join(text.split("\n"))))
        self.check_formatted(self.post, [html for html, _typed in RICH])


@tagged("post_install", "-at_install")
class TestInvoiceTable(InvoiceCase, TableCase):
    """The dialog for invoices changes a text."""

    def test_invoice(self):
        """A few texts at once: each invoice takes a while."""
        parts = [TEXTS[number : number + 16] for number in range(0, len(TEXTS), 16)]
        for part in parts:
            body = "\n".join(part)
            with self.subTest(body):
                before = self.queued()
                self.send(self._create_invoice(), telegram_body=body)
                message = (self.queued() - before)[:1]
                self.assertEqual((message.text, message.text_entities), (body, False))
                self.check_sent(message, [FormattedText(body)])
