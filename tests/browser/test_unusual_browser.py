# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
# pylint: disable=translation-required  # what users write

import json

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import CUSTOMER_CHAT
from ..groups.group_case import IVAN, draw
from .test_readable_browser import ReadableCase

STRANGER = "10000077"
EVENTS = "/odoo/action-telegram_green_api.telegram_event_action"
CHATS = "/odoo/action-telegram_green_api.telegram_chat_action"
E_MAILS = "/odoo/action-mail.action_view_mail_mail"
LOADED = "[...document.images].every((image) => image.complete)"
# Opens a dialog of Odoo, clicks a button in it, and waits for words on the page.
DIALOG = """(async () => {
    const until = async (isThere) => {
        while (!isThere()) {
            await new Promise((resolve) => setTimeout(resolve, 50));
        }
    };
    const { action } = odoo.__WOWL_DEBUG__.root.env.services;
    await action.doAction(%(action)s);
    const button = "footer button[name='%(button)s']:not([disabled])";
    await until(() => document.querySelector(button));
    if (%(is_clicked)s) {
        document.querySelector(button).click();
    }
    await until(() => /%(words)s/.test(document.body.innerText));
    console.log("picture: %(name)s");
    console.log("test successful");
})()"""


class UnusualCase(ReadableCase):
    """What happens seldom: new statuses, albums, supergroups, merged contacts, failed texts.

    Each is brought on the screen, as a picture to look at.
    """

    def setUp(self):
        super().setUp()
        self.admin = self.env.ref("base.user_admin")
        self.instance.operator_ids |= self.admin
        self.phone.write(CUSTOMER_CHAT, "Hello")
        self.process()
        self.chat = self.env["telegram.chat"].search([("telegram_id", "=", CUSTOMER_CHAT)])

    def look_at_dialog(self, model, values, words, name, button, is_clicked=False):
        """Open a dialog with default values, click a button if wanted, and wait for some words."""
        action = {
            "type": "ir.actions.act_window",
            "res_model": model,
            "views": [[False, "form"]],
            "target": "new",
            "context": {f"default_{field}": value for field, value in values.items()},
        }
        code = DIALOG % {
            "action": json.dumps(action),
            "button": button,
            "is_clicked": json.dumps(is_clicked),
            "words": words,
            "name": name,
        }
        ready = "odoo.isReady && !!document.querySelector('.o_action_manager > *')"
        with self.take_pictures():
            self.browser_js(EVENTS, code, ready=ready, login="admin")

    def look_at_channel(self, chat, words, name):
        channel = chat._open_channel()
        url = f"/odoo/discuss?active_id=discuss.channel_{channel.id}"
        self.look_in_odoo(url, words, name, LOADED)

    def look_at_messages(self, chat_id, words, name):
        shown = f"document.querySelector('#messages')?.textContent.includes('{words}')"
        self.look_at_phone(chat_id, f"{shown} && {LOADED}", name)

    def check_statuses(self):
        """Set statuses that are new aside, with a reason."""
        message = self.instance.send_text(CUSTOMER_CHAT, "Our offer")
        self.process()
        for status in ("notInGroup", "yellowCard"):
            body = {
                "typeWebhook": "outgoingMessageStatus",
                "instanceData": {"idInstance": int(self.instance.id_instance)},
                "timestamp": int(self.phone.now()),
                "chatId": CUSTOMER_CHAT,
                "idMessage": message.id_message,
                "status": status,
                "sendByApi": True,
            }
            self.env["telegram.event"]._ingest(self.instance, body)
        self.process()
        self.look_in_odoo(EVENTS, "Ignored", "unusual_events")
        event = self.env["telegram.event"].search([("state", "=", "ignored")], limit=1)
        self.look_in_odoo(f"/odoo/telegram.event/{event.id}", "yellowCard", "unusual_event")
        self.look_at_messages(CUSTOMER_CHAT, "Our offer", "unusual_status_phone")

    def check_album(self):
        """Show all pictures of an album that have one ID."""
        self.phone.add_customer("Guest", chatId=STRANGER)
        for name in ("red", "green", "blue"):
            self.phone.write_file(STRANGER, f"{name}.png", draw("PNG"), name)
            self.notify(100, self.phone.messages(STRANGER)[-1]["data"])
        self.process()
        self.instance.receive_cron_id.method_direct_trigger()
        self.assertEqual(len(self.chat.message_ids.filtered("file_name")), 3)
        self.look_at_channel(self.chat, "blue", "unusual_album")
        self.look_at_messages(STRANGER, "blue", "unusual_album_phone")

    def check_supergroup(self):
        """Offer a group that became a supergroup as the same, and merge the two."""
        ivan = self.env["res.partner"].create({"name": "Ivan Petrov"})
        self.env["telegram.chat"]._get_or_create(self.instance, IVAN, name="Ivan").partner_id = ivan
        self.chat.partner_id = self.customer
        group = self.instance.create_group("Renovation", self.customer | ivan)
        group._tie_to_record(self.customer)
        self.phone.write(group.telegram_id, "When do you begin?", sender=CUSTOMER_CHAT)
        self.process()
        self.phone.advance(5)
        chat_id = self.phone.migrate_group(group.telegram_id)["chatId"]
        self.phone.write(chat_id, "At nine?", sender=CUSTOMER_CHAT)
        self.process()
        supergroup = self.env["telegram.chat"].search([("telegram_id", "=", chat_id)])
        words = "turned a group"
        self.look_in_odoo(f"/odoo/telegram.chat/{supergroup.id}", words, "unusual_supergroup")
        self.look_in_odoo(
            f"/odoo/telegram.chat/{group.id}", "turned this group", "unusual_former_group"
        )
        self.look_at_messages(chat_id, "At nine", "unusual_supergroup_phone")
        supergroup.with_user(self.admin).action_merge_group()
        channels = self.env["discuss.channel"].search([("name", "=", "Renovation")])
        self.assertEqual(channels, supergroup.channel_id)
        self.look_at_channel(supergroup, "At nine", "unusual_merged_group")
        self.look_in_odoo(
            f"/odoo/telegram.chat/{supergroup.id}", "Vasilisa Ivanova", "unusual_merged_group_form"
        )

    def check_merged_contacts(self):
        """Name the remaining contact on the messages of one that was merged."""
        other = self.env["res.partner"].create({"name": "Ivanova V. (old)"})
        other.with_user(self.admin)._message_telegram(
            "From the old contact", partner=self.customer, instance=self.instance
        )
        self.process()
        wizards = self.env["base.partner.merge.automatic.wizard"]
        wizards._merge((other | self.customer).ids, self.customer)
        message = self.env["telegram.message"].search([("text", "=", "From the old contact")])
        self.assertEqual(message._get_record(), self.customer)
        self.look_in_odoo(
            f"/odoo/telegram.message/{message.id}", "Vasilisa Ivanova", "unusual_merged_message"
        )
        self.look_in_odoo(
            f"/odoo/res.partner/{self.customer.id}",
            "From the old contact",
            "unusual_merged_record",
            LOADED,
        )

    def check_e_mail(self):
        """Create the e-mail about what a contact without an address wrote."""
        self.env.company.alias_domain_id = self.env.company.email = False
        self.env["ir.config_parameter"].sudo().set_param("mail.default.from", False)
        self.admin.write({"email": "admin@example.com", "telegram_email_delay": 1})
        self.phone.write(CUSTOMER_CHAT, "Nobody answers")
        self.process()
        self.env.flush_all()
        self.cr.execute("UPDATE mail_message SET create_date = create_date - interval '2 minutes'")
        self.env.invalidate_all()
        self.admin._email_unread()
        mail = self.env["mail.mail"].search([], limit=1, order="id desc")
        self.assertIn("admin@example.com", mail.email_from)
        self.look_in_odoo(f"/odoo/mail.mail/{mail.id}", "Nobody answers", "unusual_e_mail")

    @mute_logger("odoo.addons.mail.models.mail_render_mixin", "odoo.http")
    def check_texts(self):
        """Name the text that cannot be filled, and ask for the name of a file."""
        people = self.env["res.partner"].create(
            [{"name": f"Guest {n}", "phone": f"+7999000000{n}"} for n in range(3)]
        )
        people[:2].write({"ref": "A_1"})
        values = {
            "res_model": "res.partner",
            "res_ids": people.ids,
            "instance_id": self.instance.id,
            "body": "Dear {{ object.name }}, your code: {{ object.ref.lower() }}",
        }
        self.look_at_dialog(
            "telegram.composer", values, "Guest", "unusual_placeholder", "action_send"
        )
        self.look_at_dialog(
            "telegram.composer", values, "Queued|queued", "unusual_left_out", "action_send", True
        )
        values = {
            "res_model": "res.partner",
            "res_id": self.customer.id,
            "instance_id": self.instance.id,
            "body": "Our prices",
            "url_file": "https://example.com/download?id=5",
        }
        self.look_at_dialog(
            "telegram.composer", values, "what kind of file", "unusual_url", "action_send", True
        )
        values = {
            "res_model": "res.partner",
            "res_ids": self.customer.ids,
            "instance_id": self.instance.id,
            "body": "Dear {{ object.name }}",
        }
        self.look_at_dialog("telegram.composer", values, "Vasilisa", "unusual_one", "action_send")

    def check_unusual(self):
        self.check_statuses()
        self.check_album()
        self.check_supergroup()
        self.check_merged_contacts()
        self.check_e_mail()
        self.check_texts()
        self.look_in_odoo(CHATS, "Renovation", "unusual_chats")
        self.assertEqual(self.leaks, [], "a token went to the browser")


@tagged("post_install", "-at_install")
class TestUnusualDesktop(UnusualCase):
    browser_size = "1400x900"

    def test_unusual(self):
        """On a desktop."""
        self.check_unusual()


@tagged("post_install", "-at_install")
class TestUnusualMobile(UnusualCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_unusual(self):
        """On a phone."""
        self.check_unusual()
