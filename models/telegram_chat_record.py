# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError


class TelegramChat(models.Model):
    """The record that a group is about: what is written in the group stands in its chatter, too,
    and from there one writes to the group."""

    _inherit = "telegram.chat"
    _protected = {"res_model", "res_id"}

    res_model = fields.Char("Record Model", readonly=True, copy=False)
    res_id = fields.Many2oneReference(
        "Record Id", model_field="res_model", readonly=True, copy=False
    )
    record_name = fields.Char("Record", compute="_compute_record_name", compute_sudo=False)

    _tied_index = models.Index("(res_model, res_id) WHERE res_id IS NOT NULL")

    # === COMPUTE METHODS === #

    @api.depends("res_model", "res_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_record_name(self):
        for chat in self:
            record = chat._get_record()
            # A record that the reader may not see keeps its name to itself.
            chat.record_name = record.has_access("read") and record.display_name

    def _get_record(self):
        """Return the record that the group is tied to; empty when there is none any more."""
        self.ensure_one()
        if self.res_model not in self.env or not self.res_id:
            return self.env["res.partner"]
        return self.env[self.res_model].browse(self.res_id).exists()

    # === ACTION METHODS === #

    def action_tie_record(self):
        """Open the dialog that ties the group to a record."""
        self._check_group()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Tie to a Record"),
            "res_model": "telegram.group.record",
            "view_mode": "form",
            "target": "new",
            "context": {"default_chat_id": self.id},
        }

    def action_untie_record(self):
        """Undo that; what stands on the record stays there."""
        self._tie_to_record(self.env["res.partner"])

    def action_open_record(self):
        """Open the record that the group is tied to."""
        self.ensure_one()
        record = self._get_record()
        if not record:
            raise UserError(self.env._("The record is not there any more. Choose another one."))
        return record.get_formview_action()

    # === BUSINESS METHODS === #

    def _tie_to_record(self, record):
        """Tie the group to a record: from now on its messages are shown there.

        :param record: of a model with a chatter; empty: tied to none any more
        :raise AccessError: the user may not see the group, or not write in that chatter
        :raise UserError: it is no group, or the record has no chatter or is of another company
        """
        self._check_group()
        if record:
            record.ensure_one()
            self.env["telegram.message"]._check_may_show_on(record, self.instance_id)
        # sudo: telegram.chat - whoever reads a group says what it is about
        self.sudo().write(
            {
                "res_model": record._name if record else False,
                "res_id": record.id if record else False,
            }
        )

    @api.model
    def _find_tied(self, record):
        """Return the groups tied to a record in which the user may write."""
        return self.search(
            [
                ("res_model", "=", record._name),
                ("res_id", "=", record.id),
                ("left_at", "=", False),
            ]
        )
