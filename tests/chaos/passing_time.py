# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Let the long pauses pass quickly, without touching the addon's code."""

import threading
from contextlib import closing

TICK = 0.4  # seconds between two looks
JOURNAL_LAG = 300  # seconds that the addon waits for the service's journal
TAKEOVER = 120  # seconds after which the addon takes over what a killed Odoo was sending
STILL_ON_ITS_WAY = 1.5  # seconds after which a request of a killed Odoo has certainly arrived
SECONDS = {
    "journal_lag": JOURNAL_LAG,
    "takeover": TAKEOVER,
    "on_its_way": STILL_ON_ITS_WAY,
}

# Each with the lock of the scheduled action whose pauses it ends: only while that does not run.
PAUSES = {
    "send_cron_id": (
        """UPDATE telegram_instance
              SET send_after = now() AT TIME ZONE 'UTC'
            WHERE id = %(instance)s AND send_after > now() AT TIME ZONE 'UTC'""",
        """UPDATE telegram_instance
              SET check_after = now() AT TIME ZONE 'UTC'
            WHERE id = %(instance)s AND check_after > now() AT TIME ZONE 'UTC'""",
        """UPDATE telegram_message
              SET missing_since_date = missing_since_date - make_interval(secs => %(journal_lag)s)
            WHERE instance_id = %(instance)s AND is_being_checked
              AND missing_since_date > now() AT TIME ZONE 'UTC'
                   - make_interval(secs => %(journal_lag)s - %(ahead)s)
              AND missing_since_date < now() AT TIME ZONE 'UTC'
                   - make_interval(secs => %(on_its_way)s - %(ahead)s)
        """,
        """UPDATE telegram_message
              SET last_attempt_date = last_attempt_date - make_interval(secs => %(takeover)s)
            WHERE instance_id = %(instance)s AND state = 'sending'
              AND last_attempt_date > now() AT TIME ZONE 'UTC'
                   - make_interval(secs => %(takeover)s)
              AND last_attempt_date < now() AT TIME ZONE 'UTC'
                   - make_interval(secs => %(on_its_way)s)
        """,
    ),
    "receive_cron_id": (
        """UPDATE telegram_event
              SET next_attempt_date = now() AT TIME ZONE 'UTC'
            WHERE instance_id = %(instance)s AND state = 'new'
              AND next_attempt_date > now() AT TIME ZONE 'UTC'""",
    ),
}
WAKE = """
    INSERT INTO ir_cron_trigger (cron_id, call_at)
    SELECT cron.id, now() AT TIME ZONE 'UTC'
      FROM ir_cron AS cron
      JOIN telegram_instance AS instance ON cron.id IN (send_cron_id, receive_cron_id)
     WHERE instance.id = ANY(%s)
       AND NOT EXISTS (
               SELECT 1
                 FROM ir_cron_trigger
                WHERE cron_id = cron.id AND call_at <= now() AT TIME ZONE 'UTC'
           )
"""


class PassingTime(threading.Thread):
    """A thread that moves the pauses of instances, messages and events into the past.

    The pauses themselves are not what is proven; each would cost minutes. What an action reads
    while it runs stays as it is. The journal of the service has to be without a lag, and an
    absence is made old only when a request of a killed Odoo has had the time to arrive.

    :param connect: function that takes the name of a database and gives a psycopg2 connection
    :param str database: Odoo's
    :param list instance_ids: ids of the ``telegram.instance`` records
    :ivar ahead: seconds by which the service's clock is ahead; its journal's lag goes by it
    """

    def __init__(self, connect, database, instance_ids):
        super().__init__(name="passing time", daemon=True)
        self._connect = connect
        self._database = database
        self._instance_ids = instance_ids
        self._ended = threading.Event()
        self.ahead = 0
        self.error = None

    def run(self):
        try:
            with (
                closing(self._connect(self._database)) as connection,
                closing(self._connect("postgres")) as listeners,
            ):
                connection.autocommit = listeners.autocommit = False
                while not self._ended.wait(TICK):
                    self._tick(connection, listeners)
        except BaseException as error:
            self.error = error  # whoever waits for something to happen has to know
            raise

    def end(self):
        """Let time pass as usual again."""
        self._ended.set()
        self.join()

    def _tick(self, connection, listeners):
        for instance_id in self._instance_ids:
            for cron, pauses in PAUSES.items():
                with connection, connection.cursor() as cursor:
                    self._end_pauses(cursor, instance_id, cron, pauses)
        with connection, connection.cursor() as cursor:
            cursor.execute(WAKE, [self._instance_ids])
        with listeners, listeners.cursor() as cursor:
            cursor.execute("SELECT pg_notify('cron_trigger', %s)", [self._database])

    def _end_pauses(self, cursor, instance_id, cron, pauses):
        cursor.execute(
            f"""SELECT 1 FROM ir_cron
                 WHERE id = (SELECT {cron} FROM telegram_instance WHERE id = %s)
                   FOR NO KEY UPDATE SKIP LOCKED""",
            [instance_id],
        )
        if not cursor.fetchone():
            return
        for pause in pauses:
            cursor.execute(pause, {"instance": instance_id, "ahead": self.ahead, **SECONDS})
