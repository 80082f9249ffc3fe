# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .. import const
from ..models.connection.user_requests import has_no_effect
from ..tools.transactions import write_in_own_transaction


class TelegramOnceMixin(models.AbstractModel):
    """A dialog whose buttons act once, however often they are pressed.

    A button is pressed again by a double click, and after a gateway gave up waiting for the first
    press. A later press returns what the first one did. Two presses at the same time wait for each
    other at the row of the dialog.
    """

    _name = "telegram.once.mixin"
    _inherit = ["telegram.wizard.mixin", "telegram.protected.mixin"]
    _protected = {"presses"}
    _description = "Telegram Dialog That Acts Once"

    presses = fields.Json(
        "Clicks",
        readonly=True,
        copy=False,
        help="The buttons that were clicked, each with the action that a later click returns, or "
        "with the problem of the first click. Without both, the first click has not ended.",
    )

    def _act_once(self, button, act):
        """Act if this is the first press of a button. For effects in this transaction.

        :param str button: name of the method
        :param act: it acts, and returns the action of this press and that of later ones
        :return: an action
        """
        self._lock_dialog()
        if earlier := (self.presses or {}).get(button):
            return earlier
        action, later_action = act()
        self._store_press(button, later_action)
        return action

    def _call_once(self, button, call):
        """Call GREEN-API if this is the first press of a button. The transaction wrote nothing.

        The press is stored before the call, and its result afterwards, in separate transactions. A
        call that failed without any effect does not count. After any other failure, a later press
        calls nothing and raises it again.

        :param str button: name of the method
        :param call: it calls GREEN-API, and returns an action
        :return: an action
        :raise UserError: the call failed, or an earlier press has not ended or has failed
        """
        self._hold_calls()
        known = write_in_own_transaction(self, lambda own: own.exists()._begin_press(button))
        if known is not None:
            if not known or "problem" in known:
                return self._process_unfinished_press(known.get("problem"))
            return known
        try:
            action = call()
        except UserError as error:
            self._process_failed_press(button, error)
            raise
        write_in_own_transaction(self, lambda own: own.exists()._store_press(button, action))
        return action

    def _hold_calls(self):
        """Return whether no other transaction is calling GREEN-API for this dialog.

        Others are kept from it until the end of this transaction, however it ends.
        """
        query = SQL("SELECT pg_try_advisory_xact_lock(%s, %s)", const.LOCK_DIALOG, self.id)
        [[is_held]] = self.env.execute_query(query)
        return is_held

    def _process_failed_press(self, button, error):
        """Store why a press failed, or forget the press if it had no effect.

        :param UserError error: raised by the call
        """
        if has_no_effect(error):
            write_in_own_transaction(self, lambda own: own.exists()._forget_press(button))
            return
        result = {"problem": str(error)}
        write_in_own_transaction(self, lambda own: own.exists()._store_press(button, result))

    def _process_unfinished_press(self, problem=None):
        """Raise a UserError: an earlier press has not ended, or has failed.

        :param str problem: why it has failed
        """
        if problem:
            raise UserError(
                self.env._(
                    "This button was already clicked, and nothing was repeated. The first click "
                    "failed: %s",
                    problem,
                )
            )
        raise UserError(
            self.env._(
                "This button was already clicked, and the result is not known yet. Wait a minute "
                "and check whether the action was completed before you open the dialog again."
            )
        )

    def _lock_dialog(self):
        """Wait until no other transaction uses the dialog. Odoo repeats the request then."""
        query = SQL(
            "SELECT id FROM %s WHERE id IN %s FOR UPDATE",
            SQL.identifier(self._table),
            tuple(self.ids) or (0,),
        )
        self.flush_recordset()
        self.env.cr.execute(query, log_exceptions=False)  # a conflict is no error
        self.invalidate_recordset(["presses"])

    def _begin_press(self, button):
        """Store the first press of a button.

        :return: the action of later presses or ``problem``, why the first one failed; an empty
            dict if that has not ended; None if this is the first press
        """
        self._lock_dialog()
        known = (self.presses or {}).get(button)
        if known is None:
            self._store_press(button, {})
        return known

    def _store_press(self, button, action):
        # sudo: the presses - users do not change them
        self.sudo().presses = {**(self.presses or {}), button: action}

    def _forget_press(self, button):
        # sudo: the presses - users do not change them
        self.sudo().presses = {k: v for k, v in (self.presses or {}).items() if k != button}
