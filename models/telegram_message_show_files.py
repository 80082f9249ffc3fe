# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from markupsafe import Markup

from odoo import api, models
from odoo.fields import Command

from odoo.addons.mail.tools.discuss import Store


class TelegramMessage(models.Model):
    """How a file that came in is shown, wherever its message is; or why it is not there."""

    _inherit = "telegram.message"

    @api.model
    def _post(self, places):
        fetched = self.union(*(message for message, _record in places))
        fetched = fetched.filtered(lambda message: message.download_state == "fetched")
        before = {message: message.mail_message_ids for message in fetched}
        result = super()._post(places)
        for message, shown in before.items():
            message._share_file(message.mail_message_ids - shown)
        return result

    def _leave_record(self, record):
        if self.download_state != "fetched":
            return super()._leave_record(record)
        # sudo: mail.message, ir.attachment - the file leaves with the message
        files = {shown.id: shown.attachment_ids for shown in self.sudo().mail_message_ids}
        result = super()._leave_record(record)
        for shown_id in files.keys() - set(self.sudo().mail_message_ids.exists().ids):
            files[shown_id].unlink()
        return result

    def _share_file(self, places):
        """Give the file that was fetched to records on which the message is shown only now.

        :param places: the ``mail.message`` records there
        """
        self.ensure_one()
        if self.download_state != "fetched" or not self.attachment_id or not places:
            return
        # sudo: ir.attachment, mail.message - the file follows the message, whoever shows it
        file_sudo = self.attachment_id.sudo()
        for shown_sudo in places.sudo():
            copied = file_sudo._telegram_copy_to(shown_sudo.model, shown_sudo.res_id)
            shown_sudo.attachment_ids = [Command.link(copied.id)]
        self._show_file()

    def _get_body(self):
        body = super()._get_body()
        if self.download_state in (False, "waiting", "fetched"):
            return body
        words = Markup("<br/><i>%s</i>") % self._explain_file()
        if self.download_state in ("too_large", "failed"):
            link = Markup(' <a href="#" data-oe-model="%s" data-oe-id="%s">%s</a>')
            again = self.download_state == "failed"
            title = self.env._("Try again") if again else self.env._("Fetch anyway")
            words += link % (self._name, self.id, title)
        return body + words

    def _show_file(self):
        """Show where the message is shown what became of its file."""
        self.ensure_one()
        if self.is_edited or self.is_deleted:
            self._show_text()
        else:
            # sudo: mail.message - it follows the message in Telegram
            self.sudo().mail_message_ids.body = self._get_body()
        for shown in self.sudo().mail_message_ids:
            files = Store.Many("attachment_ids", sort="id", sudo=True)
            Store(bus_channel=shown._bus_channel()).add(shown, ["body", files]).bus_send()
