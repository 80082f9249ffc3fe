# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import fields, models

from ..tools.transactions import write_as_user


class TelegramApiPartnerDelete(models.TransientModel):
    """The dialog that deletes an instance at GREEN-API, after signing it out."""

    _name = "telegram.api.partner.delete"
    _inherit = "telegram.wizard.mixin"
    _description = "Delete a GREEN-API Instance"

    line_id = fields.Many2one("telegram.api.partner.instance", required=True, ondelete="cascade")
    name = fields.Char(related="line_id.name")
    id_instance = fields.Char(related="line_id.id_instance")
    instance_id = fields.Many2one(related="line_id.instance_id")
    waiting_count = fields.Integer(related="line_id.instance_id.waiting_count")
    problem = fields.Char(readonly=True, help="Why the account could not be signed out.")

    def action_delete(self):
        """Sign the account out, then delete the instance; ask again when the first fails.

        https://green-api.com/en/telegram/docs/partners/deleteInstanceAccount/
        """
        return self._delete(must_log_out=True)

    def action_delete_anyway(self):
        """Delete the instance though its account could not be signed out."""
        return self._delete(must_log_out=False)

    def _delete(self, must_log_out):
        self.ensure_one()
        line, partner = self.line_id, self.line_id.partner_id
        partner.check_access("write")
        row = partner._find_row(line.id_instance)
        if must_log_out and (problem := line._log_out(row)):
            self.last_error = problem
            return {
                "type": "ir.actions.act_window",
                "name": self.env._("Delete an instance"),
                "res_model": self._name,
                "res_id": self.id,
                "view_mode": "form",
                "target": "new",
            }
        user = self.env.user
        if must_log_out and line.instance_id:
            write_as_user(
                partner, lambda own: line.with_env(own.env).instance_id._process_log_out(user)
            )
        step = partner._call_service("delete_instance_account", line.id_instance)
        waiting = write_as_user(partner, lambda own: line.with_env(own.env)._process_deleted(user))
        message = self.env._("The instance %s was deleted.", line.id_instance)
        if waiting:
            message = self.env._(
                "%(message)s Messages that waited and are not sent: %(count)s. Cancel them, or "
                "queue them for another account.",
                message=message,
                count=waiting,
            )
        close = {"type": "ir.actions.act_window_close"}
        return partner._display_result(message, step.raw, next=close)
