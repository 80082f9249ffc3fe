# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, models
from odoo.fields import Domain

from .. import const
from .retention import find_overdue

# Files that are there for a conversation only; those of records belong to these.
OWN_PLACES = ("discuss.channel", "telegram.message")
SETTLED = Domain("state", "not in", ("queued", "sending")) & Domain("is_settling", "=", False)


class TelegramMessage(models.Model):
    """Removing messages for good: after their time, or because the person wants it."""

    _inherit = "telegram.message"

    def _erase(self):
        """Remove messages, with what shows them and their raw notifications. As superuser.

        :raise UserError: one of them still waits to be sent
        """
        shown = self.mail_message_ids
        files = self._get_own_files()
        self.env["telegram.event"].search([("message_id", "in", self.ids)]).unlink()
        self.unlink()
        shown.unlink()
        files.exists().unlink()

    def _erase_files(self):
        """Remove the files that came with messages; these say that they were removed."""
        fetched = self.filtered(lambda message: message.download_state == "fetched")
        fetched._get_own_files().unlink()
        fetched.download_state = "removed"
        for message in fetched:
            instance = message.instance_id._in_company()
            message.with_env(instance.env)._show_file()

    def _get_own_files(self):
        """Return the files that are there because of these messages only."""
        came_in = self.filtered(lambda message: message.download_state == "fetched")
        files = self.attachment_id | self.mail_message_ids.attachment_ids
        own = files.filtered(lambda file: file.res_model in OWN_PLACES)
        own |= came_in.attachment_id | came_in.mail_message_ids.attachment_ids
        others = self.search([("attachment_id", "in", own.ids), ("id", "not in", self.ids)])
        return own - others.attachment_id

    @api.autovacuum
    def _gc_messages(self):
        """Remove messages that are older than their instance keeps them."""
        overdue = find_overdue(self, "instance_id", "keep_messages_days", SETTLED, "date")
        overdue._erase()
        return len(overdue), len(overdue) == const.REMOVED_AT_ONCE

    @api.autovacuum
    def _gc_files(self):
        """Remove files that are older than their instance keeps them."""
        fetched = Domain("download_state", "=", "fetched")
        overdue = find_overdue(self, "instance_id", "keep_files_days", fetched, "date")
        overdue._erase_files()
        return len(overdue), len(overdue) == const.REMOVED_AT_ONCE
