# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Days off that are entered, moved or deleted while customers wait move the limits for answers."""

from odoo import api, models
from odoo.fields import Domain


class ResourceCalendarLeaves(models.Model):
    """Extend the days off with the chats whose limits depend on them."""

    _inherit = "resource.calendar.leaves"

    @api.model_create_multi
    def create(self, vals_list):
        leaves = super().create(vals_list)
        leaves._telegram_find_limited_chats()._update_answer_due_date()
        return leaves

    def write(self, vals):
        chats = self._telegram_find_limited_chats()
        result = super().write(vals)
        (chats | self._telegram_find_limited_chats())._update_answer_due_date()
        return result

    def unlink(self):
        chats = self._telegram_find_limited_chats()
        result = super().unlink()
        chats._update_answer_due_date()
        return result

    def _telegram_find_limited_chats(self):
        """Return the waiting chats in whose working time these days off are.

        Days off of one person are not: an account has those of its working time only.

        :return: the ``telegram.chat`` records, in superuser mode
        """
        # sudo: telegram.chat - of all accounts; who enters days off may see none
        chats_sudo = self.env["telegram.chat"].sudo().with_context(active_test=False)
        leaves = self.filtered(lambda leave: not leave.resource_id)
        if not leaves:
            return chats_sudo
        domain = Domain("answer_due_date", "!=", False)
        if all(leave.calendar_id for leave in leaves):  # else they are of all calendars
            domain &= Domain("instance_id.working_calendar_id", "in", leaves.calendar_id.ids)
        return chats_sudo.search(domain)


class TelegramChat(models.Model):
    """Update the limits for answers."""

    _inherit = "telegram.chat"

    def _update_answer_due_date(self):
        """Update the limits of chats that wait, after days off have changed."""
        self.env.add_to_compute(self._fields["answer_due_date"], self)
