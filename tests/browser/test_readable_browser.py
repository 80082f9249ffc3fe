# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
# pylint: disable=translation-required  # what users write

from markupsafe import Markup

from odoo.tests import tagged

from ..common import CUSTOMER_CHAT
from .test_kinds_browser import KindsCase

NAMELESS = "10000055"
LINK = Markup('<p>See <a href="http://%(url)s">%(url)s</a></p>')
ENCODED = "https://ru.wikipedia.org/wiki/%D0%9C%D0%BE%D1%81%D0%BA%D0%B2%D0%B0_%5B1%5D"
PDF = b"%PDF-1.4\n%%EOF"
# A message with some words is on the screen.
IN_SIGHT = """[...document.querySelectorAll(".o-mail-Message")].some((message) => {
    const { top, bottom } = message.getBoundingClientRect();
    const isVisible = message.checkVisibility({ opacityProperty: true });
    return /%s/.test(message.innerText) && isVisible && bottom > 0 && top < innerHeight;
})"""
CARDS = ("+7 912 345-67-89", "112", "89123456789")


class ReadableCase(KindsCase):
    """What people read, on the customer's phone and in Odoo, as pictures to look at."""

    def notify(self, number, data, chat_id=CUSTOMER_CHAT, name="Vasilisa", **values):
        """Let GREEN-API report a message as it stands."""
        sender = {"chatId": chat_id, "sender": chat_id, "chatType": "user", "senderName": name}
        body = {
            "typeWebhook": "incomingMessageReceived",
            "instanceData": {"idInstance": int(self.instance.id_instance)},
            "timestamp": int(self.phone.now()),
            "idMessage": f"900000{number}",
            "senderData": {**sender, "chatName": name},
            "messageData": data,
            **values,
        }
        self.env["telegram.event"]._ingest(self.instance, body)

    def process(self):
        """Process what has been reported, and send what was written."""
        self.instance.receive_cron_id.method_direct_trigger()
        self.instance.send_cron_id.method_direct_trigger()
        self.env.invalidate_all()

    def write_to_customer(self):
        """Write what was changed on its way: addresses, and files with a dot in their name."""
        chat = self.env["telegram.chat"].search([("telegram_id", "=", CUSTOMER_CHAT)])
        admin = self.env.ref("base.user_admin")
        channel = chat._open_channel().with_user(admin)
        channel.message_post(body=LINK % {"url": "www.example.com/price"}, message_type="comment")
        channel.message_post(
            body=Markup('<p><a href="%s">%s</a></p>') % (ENCODED, ENCODED), message_type="comment"
        )
        for name in ("Договор от 01.02.2026", "Invoice v1.2"):
            file = self.env["ir.attachment"].create(
                {"name": name, "raw": PDF, "mimetype": "application/pdf"}
            )
            channel.message_post(attachment_ids=file.ids, message_type="comment")
        self.customer.comment = "<p>Likes <b>blue</b></p>"
        self.env["telegram.composer"].with_user(admin).create(
            {
                "res_model": "res.partner",
                "res_ids": repr(self.customer.ids),
                "instance_id": self.instance.id,
                "body": "Dear {{ object.name }}: {{ object.comment }}",
            }
        ).action_send()
        return channel

    def write_as_customer(self):
        """Let the customer write what has been hard to read."""
        for card in CARDS:
            self.phone.write_contact(CUSTOMER_CHAT, card, "Ivan", card)
        self.phone.write(CUSTOMER_CHAT, "Where are you?")
        self.notify(
            1, {"typeMessage": "storyReplyMessage", "storyReplyMessageData": {"text": "Nice!"}}
        )
        place = {"latitude": "55.7558", "longitude": "37.6173", "nameLocation": "Red Square"}
        self.notify(2, {"typeMessage": "locationMessage", "locationMessageData": place})
        text = {"typeMessage": "textMessage", "textMessageData": {"textMessage": "Anybody there?"}}
        self.notify(3, text, NAMELESS, "\u3164\u200f")
        self.notify(
            4, {**text, "textMessageData": {"textMessage": "In 2100"}}, timestamp=4102444800
        )
        edit = {"typeMessage": "editedMessage", "editedMessageData": {"stanzaId": "9000004"}}
        self.notify(5, edit)

    def check_readable(self):
        self.instance.operator_ids |= self.env.ref("base.user_admin")
        self.phone.write(CUSTOMER_CHAT, "Hello")
        self.process()
        channel = self.write_to_customer()
        self.write_as_customer()
        self.process()
        shown = [
            message["text"] or message["data"].get("fileMessageData", {}).get("fileName", "")
            for message in self.phone.messages(CUSTOMER_CHAT)
        ]
        self.assertIn("See www.example.com/price", shown)
        self.assertIn("Dear Vasilisa Ivanova: Likes blue", shown)
        self.look_at_phone(
            CUSTOMER_CHAT,
            "document.querySelector('#messages')?.textContent.includes('Likes blue')",
            "readable_phone",
        )
        nameless = self.env["telegram.chat"].search([("telegram_id", "=", NAMELESS)])
        self.assertEqual(nameless.name, NAMELESS)
        for url, words, name in (
            (f"/odoo/discuss?active_id=discuss.channel_{channel.id}", "Anybody|Nice!", "discuss"),
            ("/odoo/action-telegram_green_api.telegram_chat_action", NAMELESS, "chats"),
            ("/odoo/action-telegram_green_api.telegram_message_action", "112", "messages"),
            (f"/odoo/res.partner/{self.customer.id}", "Likes blue", "contact"),
        ):
            self.look_in_odoo(url, words, f"readable_{name}")

    def look_in_odoo(self, url, words, name, shown="true"):
        """Open a page of Odoo and wait for some words on it, and a JavaScript expression.

        In a conversation, a message on the screen contains the words: a list behind it may, too.
        """
        if "/odoo/discuss" in url:
            shown = f"{IN_SIGHT % words} && {shown}"
        with self.take_pictures():
            self.browser_js(
                url,
                f"console.log('picture: {name}'); console.log('test successful');",
                ready=f"/{words}/.test(document.body.innerText) && {shown}",
                login="admin",
            )


@tagged("post_install", "-at_install")
class TestReadableDesktop(ReadableCase):
    browser_size = "1400x900"

    def test_readable(self):
        """On a desktop: addresses, names of files, cards, places and new kinds."""
        self.check_readable()


@tagged("post_install", "-at_install")
class TestReadableMobile(ReadableCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_readable(self):
        """The same on a phone."""
        self.check_readable()
