# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, models
from odoo.exceptions import UserError


class TelegramMessage(models.Model):
    """What the service has of a message.

    https://green-api.com/en/telegram/docs/api/journals/GetMessage/
    """

    _inherit = "telegram.message"

    def action_look_up(self):
        """Ask the service for this message, and show what it has."""
        self.ensure_one()
        self.check_access("read")
        if not self.id_message:
            raise UserError(self.env._("The service has not told the id of this message yet."))
        return self._look_up(self.instance_id, self.chat_id.chat_id, self.id_message)

    @api.model
    def _look_up(self, instance, chat_id, id_message):
        """Ask the service for a message by its id.

        :param instance: the ``telegram.instance``
        :return: an action that shows the answer, in words and raw
        :raise UserError: it does not have it, or cannot be asked
        """
        row = instance._ask("get_message", chat_id, id_message)
        _ = self.env._
        status = {"sent": _("sent"), "delivered": _("delivered"), "read": _("read")}
        if row.is_incoming:
            text = _("The service has it, from %s.", row.sender_name or row.chat_id)
        elif row.status:
            text = _("The service has it: %s.", status.get(row.status, row.status))
        else:
            text = _("The service has it; it has not been delivered yet.")
        return instance._answer(text, row)
