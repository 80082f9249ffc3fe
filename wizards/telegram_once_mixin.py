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
        help="The buttons that were clicked, each with the action that a later click returns. "
        "Without an action, the first click has not ended, or its outcome is unknown.",
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
        call that failed without any effect does not count.

        :param str button: name of the method
        :param call: it calls GREEN-API, and returns an action
        :return: an action
        :raise UserError: an earlier press has not ended, or its outcome is unknown
        """
        self._hold_calls()
        known = write_in_own_transaction(self, lambda own: own.exists()._begin_press(button))
        if known is not None:
            return known or self._process_unfinished_press()
        try:
            action = call()
        except UserError as error:
            if has_no_effect(error):
                write_in_own_transaction(self, lambda own: own.exists()._forget_press(button))
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

    def _process_unfinished_press(self):
        """Raise a UserError: an earlier press has not ended, or its outcome is unknown."""
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

        :return: the action of later presses, an empty one if it is not known; None if this is the
            first press
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
