# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""A mailing that is paused, resumed and stopped while Odoo and the service are killed."""

import threading
import time
from contextlib import closing

LOOK = 0.1  # seconds between two looks at the figures
STILL = 1.0  # seconds in which a paused mailing is watched
PARTS = ("waiting", "sent", "failed", "left_out", "canceled", "deleted")
FIGURES = [f"{part}_count" for part in PARTS] + ["total_count", "state", "has_all_outcomes"]
PAUSES = (0.15, 0.3, 0.45)  # shares of the recipients at which the mailing is paused
KILLS = (0.05, 0.2, 0.35, 0.55)  # and at which a worker is killed, one after the other
RESTART = 0.4  # and at which the service is killed
SENT = """
    SELECT chat.phone
      FROM telegram_message AS message
      JOIN telegram_chat AS chat ON chat.id = message.chat_id
     WHERE message.mailing_id = %s AND message.state IN ('sent', 'delivered', 'read')
"""
SENDING = """
    SELECT count(*) FROM telegram_message
     WHERE mailing_id = %s AND (state = 'sending' OR state = 'unsure' AND is_being_checked)
"""


class MailingRun:
    """A mailing from its start to its stop.

    :param service: ``Service`` with the recipients as customers
    :param workers: two ``Worker``
    :param call: function that calls a method as a browser does: model, name and arguments
    :param connect: function that gives a psycopg2 connection
    :param int mailing_id: of the draft
    :param int total: number of recipients
    :param int stop_at: number of sent messages at which the mailing is stopped
    :param say: function that takes a line for a person
    """

    def __init__(self, service, workers, call, connect, mailing_id, total, stop_at, say=None):
        self._service, self._workers, self._call = service, workers, call
        self._connect, self._id, self._total = connect, mailing_id, total
        self._stop_at = stop_at
        self._say = say or (lambda line: None)
        self._look = threading.Event()
        self.details = []  # a sentence for each thing that went wrong
        self.looks = self.kills = self.pauses = 0
        self.figures = {}

    def run(self, seconds):
        """Carry it out, and judge.

        :param int seconds: after which it counts as hanging
        """
        deadline = time.monotonic() + seconds
        for worker in self._workers:
            worker.start()
        self._press("action_start")
        steps = [(share * self._total, self._kill) for share in KILLS]
        steps += [(share * self._total, self._pause) for share in PAUSES]
        steps.append((RESTART * self._total, self._restart))
        steps.append((self._stop_at, lambda: self._press("action_stop")))
        for count, act in sorted(steps, key=lambda step: step[0]):
            self._wait(lambda count=count: self.figures["sent_count"] >= count, deadline)
            self._say(f"{self.figures['sent_count']} sent: {getattr(act, '__name__', 'stop')}")
            act()
        self._wait(lambda: self.figures["has_all_outcomes"] and not self._count(SENDING), deadline)
        self._judge()

    def _press(self, button):
        self._call("telegram.mailing", button, [self._id])

    def _wait(self, is_over, deadline):
        """Look at the figures until something is the case; at each look, they add up."""
        while True:
            [self.figures] = self._call("telegram.mailing", "read", [self._id], FIGURES)
            self.looks += 1
            total = sum(self.figures[f"{part}_count"] for part in PARTS)
            if total != self.figures["total_count"] or total not in (0, self._total):
                self.details.append(f"the figures add up to {total}: {self.figures}")
            if is_over():
                return
            if time.monotonic() > deadline:
                raise TimeoutError(f"The mailing hangs: {self.figures}")
            self._look.wait(LOOK)

    def _kill(self):
        """Kill a worker in the middle of its work, and start it again."""
        worker = self._workers[self.kills % len(self._workers)]
        worker.kill()
        worker.start()
        self.kills += 1

    def _restart(self):
        """Kill the service, and start it again."""
        self._service.restart(lambda: self._look.wait(LOOK))
        self.kills += 1

    def _pause(self):
        """Pause the mailing, check that nothing goes out, and resume it."""
        before = len(self._read_ledger())
        self._press("action_pause")
        claimed = self._count(SENDING)
        self._look.wait(STILL)
        first = len(self._read_ledger())
        self._look.wait(STILL)
        if len(self._read_ledger()) > first:
            self.details.append(f"sent while it was paused: {before}, {first}, {claimed} claimed")
        self._press("action_resume")
        self.pauses += 1

    def _judge(self):
        """Compare what Telegram got with what Odoo calls sent."""
        got = [row["chatId"] for row in self._read_ledger()]
        by_chat = {each.chat_id: f"+{each.phone}" for each in self._service.customers}
        doubled = len(got) - len(set(got))
        if doubled:
            self.details.append(f"{doubled} messages arrived twice")
        sent = {phone for [phone] in self._query(SENT)}
        if {by_chat[chat_id] for chat_id in got} != sent:
            self.details.append(f"{len(sent)} are sent in Odoo, {len(set(got))} arrived")
        if not self._stop_at <= len(sent) < self._total:
            self.details.append(f"{len(sent)} of {self._total} were sent until the stop")

    def _read_ledger(self):
        [phone] = self._service.phones
        return phone.ledger()

    def _count(self, query):
        return self._query(query)[0][0]

    def _query(self, query):
        with closing(self._connect()) as connection, connection.cursor() as cursor:
            cursor.execute(query, [self._id])
            return cursor.fetchall()
