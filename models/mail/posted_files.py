# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import models
from odoo.fields import Command

from odoo.addons.mail.tools.discuss import Store


class TelegramMessage(models.Model):
    """Extend ``telegram.message``: show its file in the posts of the message."""

    _inherit = "telegram.message"

    def _copy_file_to(self, mail_messages):
        """Attach a copy of the downloaded file to further posts of this message.

        :param mail_messages: the ``mail.message`` records that were created after the download
        """
        self.ensure_one()
        if self.download_state != "fetched" or not self.attachment_id or not mail_messages:
            return
        # sudo: ir.attachment, mail.message - readers of the message may read its file
        file_sudo = self.attachment_id.sudo()
        for mail_message_sudo in mail_messages.sudo():
            copied = file_sudo._telegram_copy_to(mail_message_sudo.model, mail_message_sudo.res_id)
            mail_message_sudo.attachment_ids = [Command.link(copied.id)]
        self._update_posted_file()

    def _update_posted_file(self):
        """Update the posts of this message after its file was downloaded, or not."""
        self.ensure_one()
        if self.is_edited or self.is_deleted:
            self._update_posted_body()
        else:
            # sudo: mail.message - the posts show the message
            self.sudo().mail_message_ids.body = self._get_body()
        for mail_message in self.sudo().mail_message_ids:
            files = Store.Many("attachment_ids", sort="id", sudo=True)
            store = Store(bus_channel=mail_message._bus_channel())
            store.add(mail_message, ["body", files]).bus_send()
