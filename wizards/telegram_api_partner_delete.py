# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import fields, models

from ..tools.actions import get_dialog_action
from ..tools.transactions import write_as_user


class TelegramApiPartnerDelete(models.TransientModel):
    """The dialog that deletes an instance at GREEN-API, after signing it out."""

    _name = "telegram.api.partner.delete"
    _inherit = "telegram.wizard.mixin"
    _description = "Delete Instance"

    line_id = fields.Many2one("telegram.api.partner.instance", required=True, ondelete="cascade")
    name = fields.Char(related="line_id.name")
    id_instance = fields.Char(related="line_id.id_instance")
    instance_id = fields.Many2one(related="line_id.instance_id")
    waiting_count = fields.Integer(related="line_id.instance_id.waiting_count")
    problem = fields.Char(readonly=True, help="The reason why the account could not be signed out.")

    def action_delete(self):
        """Sign out the account, then delete the instance. Ask again if the sign-out fails.

        https://green-api.com/en/telegram/docs/partners/deleteInstanceAccount/
        """
        return self._delete(must_log_out=True)

    def action_delete_anyway(self):
        """Delete the instance although its account could not be signed out."""
        return self._delete(must_log_out=False)

    def _delete(self, must_log_out):
        """Delete the instance at GREEN-API and display the result."""
        self.ensure_one()
        line, partner = self.line_id, self.line_id.api_partner_id
        partner.check_access("write")
        row = partner._fetch_instance(line.id_instance)
        if must_log_out and (problem := line._log_out(row)):
            self.problem = problem
            return get_dialog_action(self._name, self.env._("Delete Instance"), res_id=self.id)
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
                "%(message)s Queued messages that will not be sent: %(count)s. Cancel them, or "
                "send them from another account.",
                message=message,
                count=waiting,
            )
        close = {"type": "ir.actions.act_window_close"}
        return partner._display_result(message, step.raw, next=close)
