# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import logging

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .. import const
from .telegram_instance_journal import NOTE_EVERY
from .transactions import write_and_commit

_logger = logging.getLogger(__name__)


class TelegramInstance(models.Model):
    """Whether this database has gone on without a break, or may be a restored backup.

    A backup holds messages that wait although they went out after it was made. So what waited
    before a break is not sent before the service was asked whether it has it already.
    """

    _inherit = "telegram.instance"
    _protected = {"running_at", "database_mark"}

    running_at = fields.Datetime(
        readonly=True, copy=False, help="Odoo is known to have worked for this instance then."
    )
    database_mark = fields.Char(
        readonly=True, copy=False, help="Where the database was then; it changes by a restore."
    )

    # === SCHEDULED ACTIONS === #

    def _cron_send(self):
        self._note_running()
        return super()._cron_send()

    def _cron_receive(self):
        self._note_running()
        return super()._cron_receive()

    def _note_running(self):
        """Note that Odoo works; after a break, doubt what waited before it. Commits."""
        now, mark = fields.Datetime.now(), self._get_database_mark()
        is_same = self.database_mark == mark
        is_recent = self.running_at and abs(now - self.running_at) < NOTE_EVERY
        if self.active and self.api_token_set and not (is_same and is_recent):
            write_and_commit(self.env, self._go_on, now, mark)

    def _go_on(self, now, mark):
        """Write down where and when Odoo works, and doubt what waited before a break.

        :param datetime now: UTC
        :param str mark: of this database
        """
        is_elsewhere = self.database_mark and self.database_mark != mark
        was_silent = self.running_at and now - self.running_at > self._get_longest_silence()
        if is_elsewhere or was_silent:
            self._doubt_waiting(now)
        vals = {"running_at": now, "database_mark": mark}
        if self.running_at and self.running_at > now:
            vals["send_after"] = False  # the clock was set back: the pause may end in years
        self.write(vals)

    def _doubt_waiting(self, now):
        """Make unsure what was written before the break and could have been sent since.

        A change may be repeated: the message is the same after the second time.
        """
        until = self.running_at + self._get_longest_silence()
        domain = Domain("instance_id", "=", self.id) & Domain("state", "=", "queued")
        domain &= Domain("create_date", "<=", until)
        domain &= Domain("type_message", "not in", list(const.CHANGE_KINDS))
        domain &= Domain("scheduled_date", "=", False) | Domain("scheduled_date", "<=", now)
        messages = self.env["telegram.message"].search(domain)
        for message in messages:
            # The earliest moment at which it may have been sent; so far back the service is asked.
            earliest = max(self.running_at, message.date, message.scheduled_date or message.date)
            message.write({"attempts": max(message.attempts, 1), "attempted_at": earliest})
        messages._mark_unsure(
            self.env._(
                "Odoo was interrupted, or its database restored from a backup, while the message "
                "waited: it may have been sent already."
            )
        )
        if messages:
            self._trigger_send()

    def _get_database_mark(self):
        """Tell this database from one that its backup is restored into."""
        [[database, table]] = self.env.execute_query(
            SQL(
                "SELECT oid, 'telegram_message'::regclass::oid FROM pg_database "
                "WHERE datname = current_database()"
            )
        )
        return f"{database}.{table}"
