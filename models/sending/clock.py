# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import time
from datetime import timedelta, timezone

from odoo import fields, models

from ... import const
from ...tools.clock import get_database_time
from ...tools.transactions import write_and_commit

# Seconds of difference between a stored and a measured clock that are not worth a write.
CLOCK_TOLERANCE = 2
# Seconds by which GREEN-API's time of a message may be before our time of the attempt, besides the
# difference of both clocks: if it was measured at the attempt, and if it was not.
CLOCK_SKEW = 120
UNMEASURED_SKEW = 3600


class TelegramInstance(models.Model):
    """Extend ``telegram.instance`` with the difference of the clocks.

    Odoo servers have clocks of their own, which may be wrong and set right at any time. So dates
    that decide whether a message is sent again are by the clock of the database, which all servers
    share, and by that of GREEN-API, which dates the messages in its journal.
    """

    _inherit = "telegram.instance"
    _protected = {"clock_offset"}

    clock_offset = fields.Integer(
        "Clock Difference (s)",
        readonly=True,
        copy=False,
        help="Seconds by which GREEN-API's clock is ahead of that of Odoo's database, as measured.",
    )

    def _get_clock_offset(self, client):
        """Return by how many seconds GREEN-API's clock is ahead of that of the database.

        :param client: it measures the difference to the clock of this server
        :return: float; None if the client has not had any response yet
        """
        if client.clock_offset is None:
            return None
        database = get_database_time(self.env.cr).replace(tzinfo=timezone.utc)
        return client.clock_offset + time.time() - database.timestamp()

    def _store_clock_offset(self, client):
        """Store the difference of the clocks that a client has measured. Commits if it changed.

        :param client: after a call of GREEN-API
        """
        offset = self._get_clock_offset(client)
        if offset is not None and abs(offset - self.clock_offset) > CLOCK_TOLERANCE:
            write_and_commit(self.env, self.write, {"clock_offset": round(offset)})

    def _get_service_time(self):
        """Return the present time by GREEN-API's clock, as it was last measured (UTC)."""
        self.ensure_one()
        return get_database_time(self.env.cr) + timedelta(seconds=self.clock_offset)


class TelegramMessage(models.Model):
    """Extend ``telegram.message`` with the time of an attempt by GREEN-API's clock."""

    _inherit = "telegram.message"

    clock_offset = fields.Integer(
        readonly=True,
        copy=False,
        help="Seconds by which GREEN-API's clock was ahead of that of the database at an attempt "
        "with an unknown outcome.",
    )
    clock_skew = fields.Integer(
        readonly=True,
        copy=False,
        help="Seconds by which the difference of the clocks may have been another one at an "
        "attempt with an unknown outcome.",
    )

    def _store_attempt_clock(self, clock_offset=None):
        """Store the difference of the clocks at the attempts of messages.

        :param float clock_offset: as measured at the attempt; None if it was not
        """
        for instance, messages in self.grouped("instance_id").items():
            known = instance.clock_offset if clock_offset is None else round(clock_offset)
            skew = UNMEASURED_SKEW if clock_offset is None else CLOCK_SKEW
            messages.write({"clock_offset": known, "clock_skew": skew})

    def _get_attempt_period(self, skew=CLOCK_SKEW):
        """Return the period in which GREEN-API may have sent what the last attempt gave it.

        It sends within a day what it has accepted. The clock may have been set since the attempt.

        :param int skew: seconds by which the clocks may have differed besides
        :return: tuple of the first and the last time, UNIX seconds by GREEN-API's clock
        """
        self.ensure_one()
        attempt = self._get_last_attempt_date().replace(tzinfo=timezone.utc).timestamp()
        offsets = (0, self.clock_offset, self.instance_id.clock_offset)
        latest = attempt + max(offsets) + skew + const.JOURNAL_HOURS * 3600
        return attempt + min(offsets) - skew, latest
