# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import logging

from psycopg2 import Error as DatabaseError

from odoo import fields, models

from ..tools.transactions import own_transaction

_logger = logging.getLogger(__name__)


class TelegramCall(models.Model):
    """The call log: one call of a method of the service, what was sent and what came back.

    The client masks the secrets before they come here.
    """

    _name = "telegram.call"
    _description = "Telegram Call"
    _order = "id desc"
    _rec_name = "method"

    instance_id = fields.Many2one(
        "telegram.instance", "Account", readonly=True, index=True, ondelete="cascade"
    )
    api_partner_id = fields.Many2one(
        "telegram.api.partner", "Partner", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", readonly=True)
    user_id = fields.Many2one("res.users", "User", readonly=True, ondelete="set null")
    method = fields.Char(readonly=True, help="As the service's documentation names it.")
    duration = fields.Integer("Duration (ms)", readonly=True, aggregator="avg")
    status = fields.Integer("HTTP Status", readonly=True, aggregator=None)
    code = fields.Char("Error", readonly=True, help="Empty when it worked.")
    request = fields.Text(readonly=True)
    answer = fields.Text("Response", readonly=True)

    def _get_observer(self, owner):
        """Give what the client tells its calls to, or None when none is to be kept.

        :param owner: the ``telegram.instance`` or ``telegram.api.partner`` that calls
        """
        # sudo: telegram.instance, telegram.api.partner - the same for everybody who calls
        call_log = owner.sudo().call_log
        if call_log == "off":
            return None

        def observe(call):
            if call.code or call_log == "all":
                self._log_call(owner, call)

        return observe

    def _log_call(self, owner, call):
        """Write a call down in a transaction of its own, whatever becomes of the caller's.

        :param Call call: as the client tells it
        """
        is_partner = owner._name == "telegram.api.partner"
        try:
            with own_transaction(owner) as owner_sudo:
                if owner_sudo.exists():
                    owner_sudo.env["telegram.call"].create(
                        {
                            "api_partner_id" if is_partner else "instance_id": owner_sudo.id,
                            "company_id": owner_sudo.company_id.id,
                            "user_id": self.env.uid,
                            "method": call.method,
                            "duration": call.duration,
                            "status": call.status,
                            "code": call.code,
                            "request": call.request,
                            "answer": call.answer,
                        }
                    )
        except DatabaseError as error:
            # The call was made: what came of it counts for more than its line in the log.
            _logger.warning("A call of %s was not logged: %s", call.method, error)
