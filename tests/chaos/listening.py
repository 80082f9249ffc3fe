# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Customers write to many polled accounts while processes that listen are killed and stopped."""

import random
import signal
import threading
import time
from contextlib import closing

from .letters import Letter
from .storm import LONGEST_LIFE, SHORTEST_LIFE, wait_until_settled
from .verdict import Verdict

PER_ACCOUNT = 3  # messages of a round, before and after something happens
PATIENCE = 120  # seconds; the scheduler of Odoo begins its work up to a minute after its start
STOP_SECONDS = (0.5, 4)
WAKING = 5  # seconds in which a process that was stopped has noticed what it has lost
WAYS = ("kill", "stop", "lose")  # killed; stopped; stopped and without its connections
HEARD = """
    SELECT pid, count(*) FROM pg_locks
     WHERE locktype = 'advisory' AND classid = %s AND objsubid = 2 AND granted
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
     GROUP BY pid
"""
APPLICATIONS = "SELECT application_name, pid FROM pg_stat_activity WHERE pid = ANY(%s)"
END_CONNECTIONS = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = %s
"""


class Listeners:
    """Odoo processes that share the accounts, and what happens to them.

    :param connect: function that takes the name of a database and gives a psycopg2 connection
    :param str database: Odoo's
    :param service: ``Service``
    :param customers: the ``Customer`` who write
    :param workers: ``Worker`` that listen, not started
    :param int lock: first key of the accounts' locks
    :param int seed: of the choices
    """

    def __init__(self, connect, database, service, customers, workers, lock, seed):
        self._connect, self._database, self._lock = connect, database, lock
        self._service, self._customers, self._workers = service, customers, workers
        self._chance = random.Random(seed)
        self._lost = []  # times in which a stopped process has lost its locks
        self.letters = []
        self.takeovers = []  # seconds until all accounts were heard again
        self.happened = dict.fromkeys(WAYS, 0)

    def live(self, rounds, deadline, say):
        """Let customers write, and something happen to a process that listens, in each round.

        :param float deadline: on ``time.monotonic``; after it nothing happens any more
        :param say: function that takes a line for a person
        """
        for worker in self._workers:
            worker.start()
        self._wait_until_heard()
        for number in range(rounds):
            say(f"round {number + 1} of {rounds}")
            self._write(f"Round {number}")
            way = WAYS[number % len(WAYS)]
            if time.monotonic() < deadline:
                self._workers[0].live(self._chance.uniform(SHORTEST_LIFE, LONGEST_LIFE))
                getattr(self, f"_{way}")(self._find_listener(), f"Round {number} later")
                self.happened[way] += 1

    def end(self):
        """Kill what still runs."""
        for worker in self._workers:
            worker.signal(signal.SIGCONT)
            worker.kill()

    def count_heard_together(self):
        """Return how often two processes heard the same account.

        A stopped process is still connected when another one has to take over. It hears nothing.
        """
        times = [at for phone in self._service.phones for at in phone.instance()["heardTogether"]]
        return sum(not any(begin <= at <= end for begin, end in self._lost) for at in times)

    # What happens

    def _kill(self, worker, name):
        worker.kill()
        self._take_over(lambda: self._write(name))
        worker.start()

    def _stop(self, worker, name):
        worker.signal(signal.SIGSTOP)
        self._write(name)
        threading.Event().wait(self._chance.uniform(*STOP_SECONDS))
        worker.signal(signal.SIGCONT)

    def _lose(self, worker, name):
        begin = self._service.phones[0].now()
        worker.signal(signal.SIGSTOP)
        with closing(self._connect(self._database)) as connection, connection.cursor() as cursor:
            cursor.execute(END_CONNECTIONS, [f"odoo-{worker.pid}"])
            connection.commit()
        self._take_over(lambda: self._write(name))
        worker.signal(signal.SIGCONT)
        self._lost.append((begin, self._service.phones[0].now() + WAKING))
        threading.Event().wait(WAKING)
        worker.kill()  # Odoo's scheduler may not outlive that
        worker.start()

    def _take_over(self, meanwhile):
        started = time.monotonic()
        meanwhile()
        self._wait_until_heard()
        self.takeovers.append(time.monotonic() - started)

    def _write(self, words):
        for account, phone in enumerate(self._service.phones):
            writers = [each for each in self._customers if each.account == account]
            self._chance.shuffle(writers)
            phone.burst(PER_ACCOUNT, *(each.chat_id for each in writers), text=words)
            self.letters += [
                Letter(writers[number % len(writers)], f"{words} {number + 1}")
                for number in range(PER_ACCOUNT)
            ]

    # Who listens

    def _wait_until_heard(self):
        deadline = time.monotonic() + PATIENCE
        amount = len(self._service.phones)
        if not wait_until_settled(lambda: sum(self._get_heard().values()) == amount, deadline):
            raise RuntimeError(f"Not all accounts are heard: {self._get_heard()}")

    def _get_heard(self):
        """Return the numbers of accounts by the process of Odoo that hears them."""
        with closing(self._connect(self._database)) as connection, connection.cursor() as cursor:
            cursor.execute(HEARD, [self._lock])
            counts = dict(cursor.fetchall())
            cursor.execute(APPLICATIONS, [list(counts)])
            return {name: counts[pid] for name, pid in cursor.fetchall()}

    def _find_listener(self):
        """Return one of the workers that hear accounts, as soon as two of them do.

        A process that has just been started loads its modules before it can take over.
        """
        if not wait_until_settled(lambda: len(self._get_heard()) > 1, time.monotonic() + PATIENCE):
            raise RuntimeError("No second process listens.")
        heard = self._get_heard()
        return self._chance.choice(
            [worker for worker in self._workers if f"odoo-{worker.pid}" in heard]
        )


def run(listeners, service, inbox, *, rounds, seconds, say):
    """Let it happen, and judge what was taken in.

    :param Listeners listeners: not begun yet
    :param Inbox inbox: of the accounts
    :param int seconds: after which nothing happens any more; as long again for settling
    :param say: function that takes a line for a person
    :return: Verdict
    """
    try:
        listeners.live(rounds, time.monotonic() + seconds, say)
        say("settle")
        wait_until_settled(
            lambda: not (service.count_notifications() or inbox.count_unsettled()),
            time.monotonic() + seconds,
        )
        together = listeners.count_heard_together()
    finally:
        listeners.end()
    verdict = Verdict()
    verdict.judge_ledger(listeners.letters, inbox.shown())
    verdict.judge_ledger(listeners.letters, inbox.received())
    verdict.judge_events(0, *inbox.events())
    if together:
        verdict.details.append(f"heard together: {together} times")
    return verdict
