# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from markupsafe import Markup

from odoo.addons.mail.tools.discuss import Store

from ..common import CUSTOMER_CHAT, TelegramCase


class DiscussCase(TelegramCase):
    """A second operator, and short ways to what stands in a conversation."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = cls.create_user("telegram_colleague", "user")
        cls.instance.operator_ids = cls.salesperson | cls.colleague

    @property
    def chat(self):
        return self.env["telegram.chat"].search(
            [("instance_id", "=", self.instance.id), ("telegram_id", "=", CUSTOMER_CHAT)]
        )

    @property
    def channel(self):
        return self.chat.channel_id

    def conversation(self, channel=None):
        """Return the messages of a conversation, the oldest first."""
        channel = channel or self.channel
        domain = [("model", "=", "discuss.channel"), ("res_id", "=", channel.id)]
        return self.env["mail.message"].search(domain, order="id")

    def texts(self, channel=None):
        return [str(message.body.striptags()) for message in self.conversation(channel)]

    def post(self, text, user=None, **values):
        """Write in the conversation as the browser does."""
        channel = self.channel.with_user(user or self.salesperson)
        values = {"subtype_xmlid": "mail.mt_comment", **values}
        return channel.sudo().message_post(body=Markup(text), message_type="comment", **values)

    def queued(self):
        domain = [("instance_id", "=", self.instance.id), ("state", "=", "queued")]
        return self.env["telegram.message"].search(domain, order="id")

    def store_of(self, records, user):
        """Return what the browser of a user gets of records."""
        return Store().add(records.with_user(user).sudo(False)).get_result()
