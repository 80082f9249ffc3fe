# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import CUSTOMER_CHAT, TelegramCase
from .browser_case import TourCase


class ComposerCase(TelegramCase, TourCase):
    """Write from the form of a contact."""

    def _run(self, cron):
        self.assertIs(cron.method_direct_trigger(), True, "the scheduled action failed")

    def setUp(self):
        super().setUp()
        self.instance.operator_ids |= self.env.ref("base.user_admin")

    def write_as_administrator(self, tour):
        self.tour(tour, f"/odoo/res.partner/{self.customer.id}")
        self.send_queue()
        return self.phone.ledger()

    def check_changed_number(self):
        """Check that the person with the former number gets nothing meant for the new one."""
        self.phone.write(CUSTOMER_CHAT, "Hello")
        self.receive()
        former = self.env["telegram.chat"].search([("partner_id", "=", self.customer.id)])
        self.customer.phone = "+7 999 888-00-99"
        self.write_as_administrator("telegram_changed_number")
        sent = self.env["telegram.message"].search([("text", "=", "To the new number")])
        self.assertNotEqual(sent.chat_id, former)
        self.assertEqual(sent.chat_id.phone, "+79998880099")
        self.assertEqual(former.partner_id, self.customer)

    def check_files(self):
        """Check that the customer gets the files in the order in which they were added."""
        self.write_as_administrator("telegram_files")
        sent = [message["data"] for message in self.phone.messages(CUSTOMER_CHAT)]
        names = [data["fileMessageData"]["fileName"] for data in sent]
        self.assertEqual(names, ["a-first.txt", "b-second.txt"])

    def check_live(self):
        """Check that a message appears on the open contact by itself."""
        self.tour("telegram_live", f"/odoo/res.partner/{self.customer.id}")

    def check_chatter_actions(self):
        """Check that a message in the chatter is edited and deleted for the customer, too."""
        self.write_as_administrator("telegram_chatter_actions")
        [message] = self.phone.messages(CUSTOMER_CHAT)
        self.assertEqual(message["text"], "From the composer, edited")
        self.assertTrue(message["isDeleted"])

    def check_draft(self):
        """Check that a text is kept until it is sent or discarded."""
        self.assertEqual(len(self.write_as_administrator("telegram_draft")), 1)

    def check_scheduled(self):
        """Check that a scheduled message can be found, changed, sent and canceled."""
        self.tour("telegram_scheduled", f"/odoo/res.partner/{self.customer.id}")
        [message] = self.phone.messages(CUSTOMER_CHAT)
        self.assertEqual(message["text"], "Our offer of autumn")

    def check_many(self):
        """Check that the composer for many stays short, and shows what one of them gets."""
        people = [{"name": f"Person {n}", "phone": f"+7999777000{n}"} for n in range(1, 6)]
        people = self.env["res.partner"].create([*people, {"name": "Silent"}])
        action = self.env["ir.actions.act_window"].create(
            {
                "name": "People",
                "path": "telegram_test_people",
                "res_model": "res.partner",
                "view_mode": "list",
                "domain": f"[('id', 'in', {people.ids})]",
            }
        )
        with mute_logger("odoo.addons.mail.models.mail_render_mixin"):  # a wrong placeholder
            self.tour("telegram_many", f"/odoo/{action.path}")
        sent = self.env["telegram.message"].search([("partner_id", "in", people.ids)])
        self.assertEqual(len(sent), 5)
        self.assertIn("Dear Person 3, come tomorrow", sent.mapped("text"))

    def check_proposed(self):
        """Check that Telegram is proposed for a customer without an e-mail address."""
        self.phone.write(CUSTOMER_CHAT, "Hello")
        self.receive()
        self.customer.email = False
        self.tour("telegram_proposed", f"/odoo/res.partner/{self.customer.id}")

    def check_remove_file(self):
        """Check that a file removed in Odoo is known to stay with the customer."""
        file = self.env["ir.attachment"].create(
            {"name": "a-first.txt", "raw": b"1", "res_model": "res.partner"}
        )
        file.res_id = self.customer.id
        self.customer._message_telegram("Both offers", instance=self.instance, attachments=file)
        self.send_queue()
        self.tour("telegram_remove_file", f"/odoo/res.partner/{self.customer.id}")
        self.assertFalse(file.exists())
        [message] = self.phone.messages(CUSTOMER_CHAT)
        self.assertFalse(message["isDeleted"])

    def check_delete_chat(self):
        """Check that the question before a deletion names what is lost."""
        self.phone.write(CUSTOMER_CHAT, "Hello")
        self.phone.write(CUSTOMER_CHAT, "Are you there?")
        self.receive()
        chat = self.env["telegram.chat"]._find(self.instance, CUSTOMER_CHAT)
        self.tour("telegram_delete_chat", f"/odoo/telegram.chat/{chat.id}")
        self.assertFalse(chat.exists())

    def check_location(self):
        """Check that the sent point is the pasted one, and that half of one is refused."""
        with mute_logger("odoo.http"):  # refused in a dialog
            self.assertEqual(len(self.write_as_administrator("telegram_location")), 1)
        content = self.env["telegram.message"].search([], order="id desc", limit=1).content
        self.assertEqual(content, {"latitude": 55.7558, "longitude": 37.6173})


@tagged("post_install", "-at_install")
class TestComposerOnDesktop(ComposerCase):
    browser_size = "1400x900"

    def test_changed_number(self):
        """Before anything is sent to a chat with a former phone number, the user is asked."""
        self.check_changed_number()

    def test_files(self):
        """Files do not arrive in the reverse order."""
        self.check_files()

    def test_live(self):
        """Nobody has to reload a contact to see the answer."""
        self.check_live()

    def test_chatter_actions(self):
        """A message can be handled where it is shown."""
        self.check_chatter_actions()

    def test_location(self):
        """A location with a zero that nobody typed is not sent."""
        self.check_location()

    def test_draft(self):
        """A text is not lost when the composer is closed by accident."""
        self.check_draft()

    def test_counter(self):
        """A text that is too long is seen while it is typed."""
        self.tour("telegram_counter", f"/odoo/res.partner/{self.customer.id}")

    def test_scheduled(self):
        """A scheduled message is not hidden among those that were sent."""
        self.check_scheduled()

    def test_many(self):
        """The names of many recipients do not push the text out of sight."""
        self.check_many()

    def test_proposed(self):
        """Nobody writes an e-mail to a customer who has no address, but Telegram."""
        self.check_proposed()

    def test_remove_file(self):
        """Nobody believes that the customer does not have the file any more."""
        self.check_remove_file()

    def test_delete_chat(self):
        """Nobody loses the messages of a chat unawares."""
        self.check_delete_chat()


@tagged("post_install", "-at_install")
class TestComposerOnMobile(ComposerCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_changed_number(self):
        """The same on a phone."""
        self.check_changed_number()

    def test_live(self):
        """The same on a phone."""
        self.check_live()

    def test_location(self):
        """The same on a phone."""
        self.check_location()

    def test_draft(self):
        """The same on a phone."""
        self.check_draft()

    def test_scheduled(self):
        """The same on a phone."""
        self.check_scheduled()

    def test_proposed(self):
        """The same on a phone."""
        self.check_proposed()

    def test_remove_file(self):
        """The same on a phone."""
        self.check_remove_file()

    def test_delete_chat(self):
        """The same on a phone."""
        self.check_delete_chat()
