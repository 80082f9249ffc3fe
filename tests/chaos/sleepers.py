# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Odoo processes that are stopped (SIGSTOP) between a claim and the call, and wake up much later.

As a frozen virtual machine does. Meanwhile others go on with the work, if the stopped one has lost
the lock of its scheduled action.
"""

import os
import signal
import threading
import time
from contextlib import closing

LONGEST_CLAIM = 130  # seconds: longer than the addon waits until it takes a message over
CATCH_PATIENCE = 60  # seconds until a process has claimed something
LOOK = 0.05  # seconds between two looks at who waits for the trap
WAYS = ("lock", "all", "none")  # which of its connections to the database are ended
NAME = "chaos_claim"
LOCK = 4100000900  # what a claim waits for as long as the trap is set
# A claim waits while it is committed. It stays: dropping it would wait for what the stopped
# processes have locked.
TRAP = f"""
    CREATE OR REPLACE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock_shared({LOCK});
        RETURN NULL;
    END $$;
    DROP TRIGGER IF EXISTS {NAME} ON telegram_message;
    CREATE CONSTRAINT TRIGGER {NAME} AFTER UPDATE OF state ON telegram_message
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
        WHEN (NEW.state = 'sending' AND OLD.state != 'sending') EXECUTE FUNCTION {NAME}();
"""
SET_TRAP = f"SELECT pg_advisory_lock({LOCK})"
OPEN_TRAP = f"SELECT pg_advisory_unlock({LOCK})"
IS_TRAPPED = f"""
    SELECT 1 FROM pg_locks JOIN pg_stat_activity USING (pid)
     WHERE locktype = 'advisory' AND objid = {LOCK} AND NOT granted AND application_name = %s
"""
END_CONNECTIONS = """
    SELECT count(pg_terminate_backend(pid))
      FROM pg_stat_activity
     WHERE application_name = %(application)s
       AND (%(all)s OR pid IN (
               SELECT pid FROM pg_locks
                WHERE relation = 'ir_cron'::regclass AND mode = 'RowShareLock'))
"""


class Sleepers:
    """The processes that are stopped, one for each account.

    :param connect: function that takes the name of a database and gives a psycopg2 connection
    :param str database: Odoo's
    :param workers: a ``Worker`` for each account, not started
    """

    def __init__(self, connect, database, workers):
        self._connect = connect
        self._database = database
        self._workers = workers
        self._stopped = []
        self._stopped_at = 0.0
        self.caught = 0

    def stop_some(self, queue, letters):
        """Let each process begin with the letters of one account, and stop it.

        :param queue: function that takes letters and queues them in Odoo, committed
        :param letters: some for each account, in the order of the accounts
        """
        with closing(self._connect(self._database)) as connection:
            connection.autocommit = True
            cursor = connection.cursor()
            cursor.execute(TRAP)
            for number, (worker, batch) in enumerate(zip(self._workers, letters, strict=True)):
                queue(batch)
                if self._catch(cursor, worker):
                    self._end_connections(cursor, worker, WAYS[number % len(WAYS)])
        self._stopped_at = time.monotonic()

    def wake(self):
        """Let all go on, when they have been stopped for long enough."""
        rest = self._stopped_at + LONGEST_CLAIM - time.monotonic()
        if self._stopped and rest > 0:
            threading.Event().wait(rest)
        for worker in self._stopped:
            worker.signal(signal.SIGCONT)

    def kill(self):
        for worker in self._workers:
            worker.kill()

    def _catch(self, cursor, worker):
        """Start a process and stop it between a claim and the call; return whether it claimed."""
        cursor.execute(SET_TRAP)
        worker.start()
        is_trapped = self._is_trapped(cursor, worker)
        if is_trapped:
            os.kill(worker.pid, signal.SIGSTOP)
            os.waitpid(worker.pid, os.WUNTRACED)
            self._stopped.append(worker)
            self.caught += 1
        else:
            worker.kill()
        cursor.execute(OPEN_TRAP)
        cursor.execute(SET_TRAP)  # when the claim is committed
        cursor.execute(OPEN_TRAP)
        return is_trapped

    def _is_trapped(self, cursor, worker):
        """Wait for a process to commit a claim; return whether it does."""
        look, end = threading.Event(), time.monotonic() + CATCH_PATIENCE
        while time.monotonic() < end:
            cursor.execute(IS_TRAPPED, [f"odoo-{worker.pid}"])
            if cursor.fetchall():
                return True
            look.wait(LOOK)
        return False

    def _end_connections(self, cursor, worker, way):
        if way != "none":
            values = {"application": f"odoo-{worker.pid}", "all": way == "all"}
            cursor.execute(END_CONNECTIONS, values)
            [ended] = cursor.fetchone()
            if not ended:
                raise RuntimeError("the stopped process had no connection to end")
