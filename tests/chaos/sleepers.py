# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Odoo processes that are stopped (SIGSTOP) between a claim and the call, and wake up much later.

As a frozen virtual machine does. Meanwhile others go on with the work, if the stopped one has lost
the lock of its scheduled action.
"""

import json
import os
import select
import signal
import threading
import time
from contextlib import closing

LONGEST_CLAIM = 130  # seconds: longer than the addon waits until it takes a message over
CATCH_PATIENCE = 60  # seconds until a process has claimed something
CALL_GAP = 0.5  # seconds after which a call that was under way has arrived
CHANNEL = "chaos_claim"
SENDING_METHODS = (
    "sendMessage",
    "sendFileByUrl",
    "sendPoll",
    "sendContact",
    "forwardMessages",
)
WAYS = ("lock", "all", "none")  # which of its connections to the database are ended
# It stays: dropping it would wait for what the stopped processes have locked.
TRAP = f"""
    CREATE OR REPLACE FUNCTION {CHANNEL}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_notify('{CHANNEL}', json_build_object(
            'application', current_setting('application_name'), 'chat', NEW.chat_id)::text);
        RETURN NEW;
    END $$;
    DROP TRIGGER IF EXISTS {CHANNEL} ON telegram_message;
    CREATE TRIGGER {CHANNEL} AFTER UPDATE OF state ON telegram_message FOR EACH ROW
        WHEN (NEW.state = 'sending' AND OLD.state != 'sending') EXECUTE FUNCTION {CHANNEL}();
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
    :param service: ``Service``
    :param workers: a ``Worker`` for each account, not started
    """

    def __init__(self, connect, database, service, workers):
        self._connect = connect
        self._database = database
        self._service = service
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
            cursor.execute(f"LISTEN {CHANNEL}")
            for number, (worker, batch) in enumerate(zip(self._workers, letters, strict=True)):
                queue(batch)
                phone = self._service.phones[number]
                if self._catch(connection, worker, phone):
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

    def _catch(self, connection, worker, phone):
        """Start a process and stop it before it calls; return whether that succeeded."""
        worker.start()
        application = f"odoo-{worker.pid}"
        end = time.monotonic() + CATCH_PATIENCE
        while time.monotonic() < end:
            for claim in _wait_for_claims(connection):
                if claim["application"] != application:
                    continue
                os.kill(worker.pid, signal.SIGSTOP)
                threading.Event().wait(CALL_GAP)
                if not self._has_called(connection, phone, claim["chat"]):
                    self._stopped.append(worker)
                    self.caught += 1
                    return True
                connection.notifies.clear()
                os.kill(worker.pid, signal.SIGCONT)
        worker.kill()
        return False

    def _has_called(self, connection, phone, chat_id):
        """Return whether all that was claimed for a chat was called, too."""
        with connection.cursor() as cursor:
            cursor.execute(
                """SELECT chat.telegram_id, chat.phone, sum(message.attempts)
                     FROM telegram_message AS message
                     JOIN telegram_chat AS chat ON chat.id = message.chat_id
                    WHERE chat.id = %s GROUP BY chat.id""",
                [chat_id],
            )
            telegram_id, number, attempts = cursor.fetchone()
        addresses = {telegram_id, f"{(number or '').strip('+')}@c.us"}
        calls = sum(
            request["body"]["chatId"] in addresses
            for method in SENDING_METHODS
            for request in phone.requests(method)
        )
        return calls >= attempts

    def _end_connections(self, cursor, worker, way):
        if way != "none":
            values = {"application": f"odoo-{worker.pid}", "all": way == "all"}
            cursor.execute(END_CONNECTIONS, values)
            [ended] = cursor.fetchone()
            if not ended:
                raise RuntimeError("the stopped process had no connection to end")


def _wait_for_claims(connection):
    """Return the claims that were told since the last look, after waiting for one."""
    if not connection.notifies:
        select.select([connection], [], [], 1)
    connection.poll()
    claims = [json.loads(each.payload) for each in connection.notifies]
    connection.notifies.clear()
    return claims
