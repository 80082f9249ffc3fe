# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import logging

from psycopg2 import Error as DatabaseError

from odoo import api, fields, models

from .. import const
from ..tools.transactions import own_transaction
from .method_names import METHOD_NAMES, get_known_method

_logger = logging.getLogger(__name__)

# Short names of the reasons why a call failed.
ERRORS = [
    (const.CODE_UNAUTHORIZED, "Wrong Token"),
    (const.CODE_FORBIDDEN, "Wrong ID or Address"),
    (const.CODE_NOT_FOUND, "Unknown Method"),
    (const.CODE_NOT_AUTHORIZED, "Not Signed In"),
    (const.CODE_STARTING, "Starting"),
    (const.CODE_EXPIRED, "Expired"),
    (const.CODE_DELETED, "Deleted"),
    (const.CODE_WEBHOOK_SET, "Webhook Is Set"),
    (const.CODE_BAD_REQUEST, "Invalid Request"),
    (const.CODE_RATE_LIMIT, "Too Many Requests"),
    (const.CODE_QUOTA, "Quota Used Up"),
    (const.CODE_CHECK_LIMIT, "Limit of Number Checks"),
    (const.CODE_SERVER, "GREEN-API Unavailable"),
    (const.CODE_HTTP, "Other HTTP Status"),
    (const.CODE_NOT_JSON, "Unexpected Response"),
    (const.CODE_HOST_UNKNOWN, "Unknown Host"),
    (const.CODE_UNREACHABLE, "No Connection"),
    (const.CODE_TIMEOUT, "No Response in Time"),
    (const.CODE_UPLOAD_TIMEOUT, "Upload Too Slow"),
    (const.CODE_CONNECTION_LOST, "Connection Lost"),
    (const.CODE_HOST_NOT_ALLOWED, "File Host Not Allowed"),
    (const.CODE_FILE_GONE, "File Link Expired"),
    (const.CODE_TOO_LARGE, "File Too Large"),
    (const.CODE_LOST, "Content No Longer Exists"),
]


class TelegramCall(models.Model):
    """One logged call of a GREEN-API method, with its request and response.

    The client masks all secrets before a call is logged.
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
    user_id = fields.Many2one("res.users", readonly=True, ondelete="set null")
    operation = fields.Selection(
        METHOD_NAMES, compute="_compute_operation", store=True, readonly=True
    )
    method = fields.Char(readonly=True, help="Name of the method in GREEN-API's documentation.")
    duration = fields.Integer("Duration (ms)", readonly=True, aggregator="avg")
    status = fields.Integer("HTTP Status", readonly=True, aggregator=None)
    code = fields.Selection(ERRORS, "Error", readonly=True, help="Empty if the call worked.")
    request = fields.Text(readonly=True)
    answer = fields.Text("Response", readonly=True)

    # === COMPUTE METHODS === #

    @api.depends("method")
    def _compute_operation(self):
        for call in self:
            call.operation = get_known_method(call.method)

    @api.depends("method")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for call in self:
            call.display_name = self._get_method_label(call.method)

    # === BUSINESS METHODS === #

    @api.model
    def _get_method_label(self, method):
        """Return the readable name of a method of GREEN-API, or itself if it is not known."""
        labels = dict(self._fields["operation"]._description_selection(self.env))
        return labels.get(method, method)

    def _get_observer(self, owner):
        """Return a function that the client reports each call to, or None if none is logged.

        :param owner: the calling ``telegram.instance`` or ``telegram.api.partner``
        """
        # sudo: telegram.instance, telegram.api.partner - the setting holds for every user
        call_log = owner.sudo().call_log
        if call_log == "off":
            return None

        def observe(call):
            if call.code or call_log == "all":
                self._log_call(owner, call)

        return observe

    def _log_call(self, owner, call):
        """Log the call in a separate transaction, so that it survives a rollback of the caller.

        :param Call call: as reported by the client
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
            # The call was made. Its result counts more than its line in the log.
            _logger.warning("A call of %s was not logged: %s", call.method, error)
