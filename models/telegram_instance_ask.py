# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import fields, models
from odoo.exceptions import UserError

from .. import const
from ..client import GreenApiError, OutcomeUnknown, to_text
from .transactions import write_in_own_transaction


class TelegramInstance(models.Model):
    """What a person asks the service by a button, and how the answer is shown."""

    _inherit = "telegram.instance"

    call_log = fields.Selection(
        [("off", "Nothing"), ("errors", "Failed calls"), ("all", "All calls")],
        default="errors",
        required=True,
        help="Which calls of the service are kept under Technical → Calls, with what was sent and "
        "what came back. Secrets are not kept.",
    )

    def _ask(self, method, *args, **kwargs):
        """Call a method of the service for a person, in a transaction that has written nothing.

        :param str method: of the client, such as "get_group_data"
        :return: what the client's method returns; a Step, or a group, only when it is done
        :raise UserError: it failed; the text says why and what to do
        """
        self.ensure_one()
        try:
            with self._get_client() as client:
                result = getattr(client, method)(*args, **kwargs)
        except GreenApiError as error:
            self._note_failure(error)
            raise UserError(self._explain_to_person(error)) from None
        if not getattr(result, "done", True):
            raise UserError(self._explain_step(result))
        return result

    def _note_failure(self, error):
        """Keep what a failed call tells about the instance, in a transaction of its own.

        :param GreenApiError error: what the client raised
        """
        if error.code in const.STATE_OF_CODE:
            write_in_own_transaction(self, lambda instance: instance._take_error(error))

    def _answer(self, message, result=None, *, type="success", next=None):  # pylint: disable=redefined-builtin
        """Show a person what came of a button: in words, and on demand the raw answer.

        :param str message: in words
        :param result: what the client returned, or JSON; secrets in it are masked
        :param str type: "success", "info", "warning" or "danger"
        :param dict next: the action to go on with; by default the form is read again
        :return: an action
        """
        raw = getattr(result, "raw", result)
        return {
            "type": "ir.actions.client",
            "tag": "telegram_green_api.notification",
            "params": {
                "type": type,
                "title": self.name,
                "message": message,
                "raw": to_text(raw) if raw is not None else False,
                "next": next or {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _notify(self, message, is_good=True, *, sticky=False):
        """Show a person what came of a button in a few words, and read the form again.

        :param bool is_good: False for a warning
        :param bool sticky: whether it stays until it is closed
        :return: an action
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

    # === TEXTS === #

    def _explain_to_person(self, error):
        """Say why a call failed, and what to do when it may have been carried out."""
        if not isinstance(error, OutcomeUnknown):
            return self._explain(error)
        return self.env._(
            "%s It may have been carried out all the same: look before you do it again.",
            self._explain(error),
        )

    def _explain_step(self, step):
        """Say in plain words why the service did not do what it was asked.

        :param step: a Step, or a group, that is not done
        """
        reason = getattr(step, "reason", "")
        seconds = getattr(step, "retry_after", None)
        if seconds:
            return self.env._("It is too early: the service asks to wait %s seconds.", seconds)
        if known := self._get_reason_texts().get(reason):
            return known
        if reason:
            return self.env._("The service did not do it (%s).", reason)
        return self.env._("The service did not do it, and gave no reason. Try again later.")

    def _get_reason_texts(self):
        """Give the sentence for each reason the service may have: ``{reason: text}``."""
        _ = self.env._
        return {
            "rate_limit_exceeded": _("Too many attempts. Telegram asks to wait before the next."),
            "timeout": _("Telegram did not answer in time. Try again."),
        }
