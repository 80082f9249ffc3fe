# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import logging
import threading
import time
from contextlib import contextmanager, suppress
from datetime import timedelta

import psycopg2
from psycopg2.errors import LockNotAvailable, SerializationFailure

from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Domain
from odoo.http import request
from odoo.tools import SQL

from ... import const
from ...tools import advisory_lock
from ...tools.cron import get_server_key, get_time_left, is_odoo_stopping
from ...tools.transactions import CONFLICTS, hide_conflicts
from .listener import Listener

_logger = logging.getLogger(__name__)

RUN_MAX_SECONDS = 300  # of one run of the action; a new run knows modules installed meanwhile
UNSETTLED_INTERVAL = timedelta(minutes=1)  # between two looks at an account that does not work yet
OUTAGE_PAUSE = 1  # seconds between two attempts to connect to PostgreSQL
WAKE_UP_PAUSE = 2  # seconds after which a scheduler thread has certainly connected again
OTHERS_PATIENCE = 600  # seconds for which other actions wait while this one listens
MODULES_PATIENCE = 10  # seconds to wait for the end of listening before modules are installed


class TelegramInstance(models.Model):
    """Extend ``telegram.instance``: all polled accounts are listened to by one scheduled action.

    The work itself is done by ``Listener``. A second action does the same in a second Odoo server:
    they share the accounts, and one takes over what the other one leaves.
    """

    _inherit = "telegram.instance"

    @api.model
    def _cron_listen(self):
        """Receive the notifications of all polled accounts and process them. Commits.

        A run lasts half of the time that Odoo lets it. The next one follows at once.
        """
        if request:
            self._trigger_listen()  # started by a user, who should not have to wait
            return
        if self._is_left_to_first_action():
            self._get_listen_crons()[:1]._telegram_trigger_now()
            return
        # Progress: after three runs that were killed without any, Odoo would leave one out.
        self.env["ir.cron"]._commit_progress(1)
        ends_at = time.monotonic() + min(get_time_left() / 2, RUN_MAX_SECONDS)
        env = self.with_context(cron_end_time=ends_at).env
        listener = Listener(env, ends_at, get_server_key())
        try:
            listener.run()
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            if not self.env.cr.connection.closed:
                raise
            _logger.warning("Telegram: no connection to the database, listening is interrupted")
            self._listen_after_outage(env, ends_at)
            raise
        if listener.has_accounts and not listener.is_paused:
            self.env["ir.cron"].browse(self.env.context.get("cron_id"))._telegram_trigger_now()
            self.env.cr.commit()  # pylint: disable=invalid-commit
            self._wake_scheduler_later()
            if not listener.has_given_way and not self._have_others_waited_long():
                # The accounts would not be heard until the other actions have run.
                self.env["ir.cron"]._telegram_leave_list()

    def _is_left_to_first_action(self):
        """Return whether this is the second action, while the first one does not run. Rolls back.

        One after the other in the same worker, they would exceed the time that Odoo lets it.
        """
        crons = self._get_listen_crons()
        first = crons[:1]
        if self.env.context.get("cron_id") not in crons[1:].ids or not first.active:
            return False
        try:
            with hide_conflicts():
                is_running = not first.try_lock_for_update(allow_referencing=True)
        except CONFLICTS:
            is_running = False  # it has ended just now
        self.env.cr.rollback()
        return not is_running

    def _have_others_waited_long(self):
        """Return whether other actions wait for so long that listening has to wait for them."""
        try:
            with hide_conflicts():
                return self.env["ir.cron"]._telegram_is_another_waiting(OTHERS_PATIENCE)
        except CONFLICTS:
            return False  # an action has begun or ended just now
        finally:
            self.env.cr.rollback()

    def _listen_after_outage(self, env, ends_at):
        """Listen on with another connection as soon as PostgreSQL can be reached.

        Odoo's scheduler would do nothing for up to a minute.
        """
        while time.monotonic() < ends_at and not is_odoo_stopping():
            try:
                with self.pool.cursor() as cr:
                    listener = Listener(env(cr=cr), ends_at, get_server_key())
                    listener.run()
                    if listener.has_accounts and not listener.is_paused:
                        # Another worker ran the action meanwhile, in vain: it is not ready.
                        self.with_env(env(cr=cr))._get_listen_crons()[:1]._telegram_trigger_now()
                break  # such as for modules that are to be installed
            except (psycopg2.OperationalError, psycopg2.InterfaceError):
                time.sleep(OUTAGE_PAUSE)
        self._wake_scheduler_later()

    def _wake_scheduler_later(self):
        """Notify the scheduler in a moment, so that it looks for ready actions.

        After an outage, or at the age of ``limit_time_worker_cron``, a thread connects anew when
        its list is done. It misses the present notification, and would do nothing for a minute.
        """
        wake_up = threading.Timer(WAKE_UP_PAUSE, self.env["ir.cron"]._notifydb)
        wake_up.daemon = True
        wake_up.start()

    def _trigger_listen(self):
        """Trigger the listening action when this transaction commits."""
        # sudo: ir.cron - it is not the users' own
        if cron_sudo := self.sudo()._get_listen_crons()[:1]:
            cron_sudo._telegram_trigger()

    def _offer_listening(self):
        """Trigger the action that does not run, for another server to share the accounts."""
        for cron in self._get_listen_crons():
            if cron.id != self.env.context.get("cron_id"):
                cron._telegram_trigger()

    @api.model
    def _get_listen_crons(self):
        names = ("ir_cron_listen", "ir_cron_listen_second")
        crons = [self.env.ref(f"telegram_green_api.{name}", False) for name in names]
        return self.env["ir.cron"].union(*filter(None, crons))

    @contextmanager
    def _hold_receiving(self, wait=0):
        """Hold the lock of the account for receiving; give whether it could be obtained.

        Only its owner fetches notifications and processes the inbox. It outlasts commits.

        :param float wait: seconds to wait for another owner. The listener gives way to those who
            wait.
        """
        self.ensure_one()
        with advisory_lock.hold(self.env.cr, const.LOCK_RECEIVING, self.id, wait) as is_held:
            yield is_held

    @api.model
    def _get_polled_accounts(self):
        """Return the accounts to listen to; none of them in a copied database.

        :return: dict of fingerprints by ID; another fingerprint calls for another client
        """
        query = SQL(
            """
            SELECT instance.id,
                   md5(concat_ws('|', instance.id_instance, instance.api_url, instance.company_id,
                                 instance.call_log, secret.value))
              FROM telegram_instance AS instance
              JOIN telegram_secret AS secret
                ON secret.res_model = 'telegram.instance'
               AND secret.res_id = instance.id
               AND secret.name = 'api_token'
             WHERE instance.active
               AND instance.receive_mode = 'polling'
               AND secret.value IS NOT NULL
               AND COALESCE(instance.database_fingerprint, %(fingerprint)s) = %(fingerprint)s
             ORDER BY instance.id
            """,
            fingerprint=self._get_database_fingerprint(),
        )
        return dict(self.env.execute_query(query))

    def _count_waiting_receive_actions(self):
        """Return how many receive actions of these accounts are triggered and have not run."""
        query = SQL(
            """
            SELECT count(DISTINCT waiting.cron_id)
              FROM telegram_instance AS instance
              JOIN ir_cron_trigger AS waiting
                ON waiting.cron_id = instance.receive_cron_id
             WHERE instance.id = ANY(%s)
               AND waiting.call_at <= %s
            """,
            self.ids,
            fields.Datetime.now(),
        )
        [(amount,)] = self.env.execute_query(query)
        return amount

    def _find_unsettled(self):
        """Return those of the accounts whose state or settings have to be fetched again."""
        limit = fields.Datetime.now() - UNSETTLED_INTERVAL
        return self.search(
            Domain("id", "in", self.ids)
            & (
                Domain("state", "!=", const.STATE_AUTHORIZED)
                | Domain("settings_sent_date", "!=", False)
            )
            & (Domain("last_check_date", "=", False) | Domain("last_check_date", "<", limit))
        )

    @contextmanager
    def _pause_listening(self):
        """End listening until the block ends, and trigger it then. Commits.

        Odoo installs no modules while a scheduled action runs.
        """
        query = SQL(
            "SELECT FROM ir_cron WHERE id = ANY(%s) FOR UPDATE", self._get_listen_crons().ids
        )
        with self.env.registry.cursor() as cr:
            try:
                with advisory_lock.hold(cr, const.LOCK_MODULES, 0):
                    cr.execute(SQL("SET LOCAL lock_timeout = %s", MODULES_PATIENCE * 1000))
                    # After a failure, an action still runs, as Odoo will tell, or has just ended.
                    with suppress(LockNotAvailable, SerializationFailure):
                        cr.execute(query, log_exceptions=False)
                    cr.rollback()
                    # Odoo's own check must see the actions as they are now.
                    self.env.cr.commit()  # pylint: disable=invalid-commit
                    yield
            finally:
                # The modules are others now: even this one may be uninstalled.
                env = api.Environment(cr, SUPERUSER_ID, {})
                if cron := env.ref("telegram_green_api.ir_cron_listen", False):
                    cron._telegram_trigger_now()
                cr.commit()  # pylint: disable=invalid-commit
