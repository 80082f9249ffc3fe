# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import fields, models
from odoo.exceptions import UserError

from ... import const
from ...client import GreenApiError, OutcomeUnknownError, to_masked_text
from ...tools.transactions import write_in_own_transaction


class TelegramInstance(models.Model):
    """Extends ``telegram.instance`` with calls made for a user, and the display of their result."""

    _inherit = "telegram.instance"

    call_log = fields.Selection(
        [("off", "Nothing"), ("errors", "Failed calls"), ("all", "All calls")],
        default="errors",
        required=True,
        help="Calls of GREEN-API that are logged under Technical → Calls, with the request and "
        "the response. Secrets are not logged.",
    )

    def _call_service(self, method, *args, **kwargs):
        """Call a method of GREEN-API for a user. The transaction must have written nothing.

        :param str method: of the client, such as "get_group_data"
        :return: the result of the client's method; a Step or a CreatedGroup only when it is done
        :raise UserError: the call failed; the text says why and what to do
        """
        self.ensure_one()
        try:
            with self._get_client() as client:
                result = getattr(client, method)(*args, **kwargs)
        except GreenApiError as error:
            self._record_call_failure(error)
            raise UserError(self._get_user_error_message(error)) from None
        if not getattr(result, "done", True):
            raise UserError(self._get_step_message(result))
        return result

    def _record_call_failure(self, error):
        """Store the state that a failed call reveals, in a separate transaction.

        :param GreenApiError error: raised by the client
        """
        if error.code in const.STATE_OF_CODE:
            write_in_own_transaction(self, lambda instance: instance._record_error(error))

    def _display_result(self, message, result=None, *, type="success", next=None):  # pylint: disable=redefined-builtin
        """Return an action that displays a result, and the raw response on demand.

        :param str message: the result in words
        :param result: result of the client, or JSON; secrets in it are masked
        :param str type: "success", "info", "warning" or "danger"
        :param dict next: action to continue with; by default the form is reloaded
        """
        raw = getattr(result, "raw", result)
        is_shown = self.env["telegram.call"].has_access("read")
        return {
            "type": "ir.actions.client",
            "tag": "telegram_green_api.notification",
            "params": {
                "type": type,
                "title": self.name,
                "message": message,
                # For those who may read such answers in the API log, too.
                "raw": to_masked_text(raw) if raw is not None and is_shown else False,
                "next": next or {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _notify(self, message, is_good=True, *, sticky=False):
        """Return an action that displays a short notification and reloads the form.

        :param bool is_good: False for a warning
        :param bool sticky: whether it stays until it is closed
        """
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if is_good else "warning",
                "title": self.name,
                "message": message,
                "sticky": sticky,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }


def has_no_effect(error):
    """Return whether a UserError was raised before a call, or by one that had no effect."""
    # A result that could not be saved has a cause that was not being handled any more.
    cause = error.__cause__ or error.__context__
    return cause is None or (isinstance(cause, GreenApiError) and not is_unsure(error))


def is_unsure(error):
    """Return whether the outcome of the call that raised a UserError is unknown."""
    return isinstance(error.__context__, OutcomeUnknownError)
