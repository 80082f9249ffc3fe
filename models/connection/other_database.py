# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.transactions import write_and_commit
from .state import STOPPED_ACTIVITY


class TelegramInstance(models.Model):
    """Extend ``telegram.instance`` with the detection of copied, restored and moved databases.

    Each account knows in which database it works. In another one, its scheduled actions stand
    still, and nobody can call GREEN-API except to check the state, until an administrator says
    that this is the one. Otherwise a copy would work beside the original: what waits would be sent
    twice, each would receive half of the messages, and a button would sign the original out.

    The fingerprint is that of the place: the PostgreSQL cluster, the database in it, and a table.

    * It is new in a duplicate, in a restored dump, after a move by dump, and after pg_upgrade.
    * It stays after the database was renamed, and on a standby server that takes over.
    * A copy of a whole PostgreSQL server, such as a snapshot, has the same one: it cannot be told
      from its original, only from the time that has passed (``unsure.py``).
    """

    _inherit = "telegram.instance"
    _protected = {"database_fingerprint"}

    database_fingerprint = fields.Char(
        readonly=True,
        copy=False,
        help="Identifies the database in which the account works. It differs in a copy.",
    )
    is_other_database = fields.Boolean(
        "Other Database",
        compute="_compute_is_other_database",
        help="The account has worked in another database, of which this one is a copy.",
    )

    # === COMPUTE METHODS === #

    @api.depends("database_fingerprint")
    def _compute_is_other_database(self):
        fingerprint = self._get_database_fingerprint()
        for instance in self:
            known = instance.database_fingerprint
            instance.is_other_database = bool(known) and known != fingerprint

    # === ACTION METHODS === #

    def action_confirm_database(self):
        """Update all accounts that the user administrates to work in this database.

        For use after the original was switched off. Messages that it may have sent are checked
        before they are sent from here. Messages that were written here meanwhile wait for a user.

        :return: an action that shows these messages, if there are any
        """
        self.ensure_one()
        self.check_access("write")
        accounts = self.with_context(active_test=False).search([])  # pylint: disable=no-search-all
        user, note = self.env.user, self.env._("This database now works with the account.")
        for account in accounts._filtered_access("write").filtered("is_other_database"):
            account_sudo = account.sudo()  # sudo: telegram.message - of the user's own accounts
            account_sudo._resume_after_restart(
                fields.Datetime.now(), self._get_database_fingerprint()
            )
            account_sudo._log_user_action(user, note)
            account_sudo._close_stopped_activity()
            for cron_sudo in account_sudo._get_crons():
                cron_sudo._trigger()
        held = [("instance_id", "in", accounts.ids), ("is_held", "=", True)]
        held += [("state", "=", "unsure")]
        if not self.env["telegram.message"].search_count(held, limit=1):
            return None
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Messages Written in the Copied Database"),
            "res_model": "telegram.message",
            "views": [[False, "list"], [False, "form"]],
            "domain": held,
        }

    # === BUSINESS METHODS === #

    @api.model
    def _get_database_fingerprint(self):
        """Return a text that identifies this database and differs in a copy."""
        return get_fingerprint(self.env.cr)

    def _check_database(self):
        """Check that the account works in this database.

        :raise UserError: it works in another one, of which this is a copy
        """
        if self.is_other_database:
            raise UserError(self._get_other_database_message())

    def _alert_other_database(self):
        """Alert the administrator that the account stands still. Commits."""
        # sudo: mail.activity - of the administrator of the account
        write_and_commit(
            self.env, self.sudo()._schedule_activity, STOPPED_ACTIVITY, self._prepare_copy_activity
        )

    def _prepare_copy_activity(self, instance):
        _ = instance.env._
        return _("Telegram does not work in a copied database"), instance.state_message

    def _get_other_database_message(self):
        return self.env._(
            "This database is a copy, or it was restored or moved. Only one database may work with "
            "the account, so nothing is sent or received here. If the original is switched off, "
            "click Use This Database."
        )


def get_fingerprint(cr):
    """Return a text that identifies the database of a cursor and differs in a copy."""
    cr.execute(
        """
        SELECT oid,
               'telegram_message'::regclass::oid,
               has_function_privilege('pg_control_system()', 'EXECUTE')
          FROM pg_database
         WHERE datname = current_database()
        """
    )
    [[database, table, has_access]] = cr.fetchall()
    cluster = ""
    if has_access:  # two new clusters may give their first databases the same number
        cr.execute("SELECT system_identifier FROM pg_control_system()")
        [[cluster]] = cr.fetchall()
    return f"{cluster}.{database}.{table}"
