# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The clients of ./dev/bench flood: those that post to Odoo, and a user who works in it."""

import http.client
import json
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from statistics import median
from typing import NamedTuple
from urllib.parse import urlsplit

import requests

from ..environment.progress import DevError
from .receive_load import NUMBERS, Deliveries

PER_SECOND = 50  # what the service delivers of one account
PAUSE = 1  # seconds until a delivery is repeated; the service waits a minute
PATIENCE = 180  # seconds for an answer, as the service has
GIVE_UP = 900  # seconds for all to be delivered
CONNECTIONS = 4  # at a time, when the cost of a request is measured
STRANGERS = 20  # at a time
REST = 0.1  # seconds between two clicks
ID_INSTANCES = count(4100000401)
STATEMENTS = re.compile(r'" (?P<status>\d{3}) - (?P<count>\d+) ')  # of a request, in Odoo's log
STORED = "SELECT count(*) FROM telegram_event WHERE instance_id = %s"
BOOKS = """
    SELECT chat.telegram_id, message.id_message
      FROM telegram_message AS message
      JOIN telegram_chat AS chat ON chat.id = message.chat_id
     WHERE message.instance_id = %s
     ORDER BY message.id
"""


class Kind(NamedTuple):
    """A kind of request."""

    status: int  # that answers it
    verb: str = "POST"
    path: str = ""  # if not the webhook's
    is_right: bool = False  # with the secret


KEPT = Kind(200, is_right=True)
REFUSED = Kind(401)
NOT_FOUND = Kind(404, path="/telegram_green_api/nothing")
HEALTH = Kind(200, "GET", "/web/health")


class Poured(NamedTuple):
    """What has become of the deliveries."""

    offered: int
    repeated: int
    per_second: float  # kept, by the clock


class Account(Deliveries):
    """One account of the service, which delivers one notification after the other."""

    name = "flood"

    def prepare(self):
        self.connect_webhook(next(ID_INSTANCES))
        parts = urlsplit(self.webhook_url)
        self._address, self._path = parts.netloc, parts.path
        self._offered = []  # bodies, in order

    def ask(self, kind, body=None):
        """Do a request with little work of our own; return its status, 0 for no answer."""
        if body is None:
            body = self.make_body(next(NUMBERS))
            if kind is KEPT:
                self._offered.append(body)
        headers = {
            "Authorization": f"Bearer {self.secret if kind.is_right else 'wrong'}",
            "Content-Type": "application/json",
        }
        content = json.dumps(body) if kind.verb == "POST" else None
        connection = http.client.HTTPConnection(self._address, timeout=PATIENCE)
        try:
            connection.request(kind.verb, kind.path or self._path, content, headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    def deliver(self, amount, start):
        """Deliver at the service's pace; return how often something had to be repeated.

        What is late because an answer was follows as soon as it can.
        """
        repeated, pause = 0, threading.Event()
        for number in range(amount):
            pause.wait(max(0, start + number / PER_SECOND - time.monotonic()))
            body = self.make_body(next(NUMBERS))
            self._offered.append(body)
            while self.ask(KEPT, body) != KEPT.status:
                repeated += 1
                if time.monotonic() - start > GIVE_UP:
                    raise DevError("Odoo does not take the deliveries.")
                pause.wait(PAUSE)
        return repeated

    def let_process(self, is_allowed):
        """Activate or deactivate the receive action."""
        query = """
            UPDATE ir_cron SET active = %s
              FROM telegram_instance AS instance
             WHERE ir_cron.id = instance.receive_cron_id AND instance.id = %s
        """
        values = [is_allowed, self.instance_id]
        self.server.execute(query, database=self.database, values=values)

    def wait_for_all(self):
        """Wait until all that Odoo has taken in is processed."""
        values = [self.instance_id]
        self.wait_for(self.server.execute(STORED, database=self.database, values=values)[0][0])

    def look_up(self):
        """Compare what was offered with the messages in Odoo.

        :return: how many are lost, doubled, out of order within their chat
        """
        found, expected = {}, {}
        for chat_id, id_message in self.server.execute(
            BOOKS, database=self.database, values=[self.instance_id]
        ):
            found.setdefault(chat_id, []).append(id_message)
        for body in self._offered:
            expected.setdefault(body["senderData"]["chatId"], []).append(body["idMessage"])
        lost = doubled = disordered = 0
        for chat_id, offered in expected.items():
            there = list(dict.fromkeys(found.get(chat_id, ())))
            doubled += len(found.get(chat_id, ())) - len(there)
            lost += len(set(offered) - set(there))
            in_order = [id_message for id_message in offered if id_message in set(there)]
            disordered += sum(one != other for one, other in zip(in_order, there, strict=False))
        return lost, doubled, disordered


def pour(accounts, seconds):
    """Send the deliveries of all accounts at the same time; return what was Poured."""
    start, amount = time.monotonic(), seconds * PER_SECOND
    with ThreadPoolExecutor(len(accounts)) as pool:
        futures = [pool.submit(account.deliver, amount, start) for account in accounts]
        repeated = sum(future.result() for future in futures)
    offered = amount * len(accounts)
    return Poured(offered, repeated, offered / (time.monotonic() - start))


def press(account, kind, amount=None, seconds=None, per_second=None):
    """Do requests, so often or for so long; return how many those were.

    :param float per_second: how fast; as fast as it goes if it is not given
    :raise DevError: another answer came than that of their kind
    """
    start, numbers, pause = time.monotonic(), count(), threading.Event()
    ends_at = start + (seconds or GIVE_UP)

    def ask(_sender):
        done = 0
        while time.monotonic() < ends_at:
            number = next(numbers)
            if amount is not None and number >= amount:
                break
            if per_second:
                pause.wait(max(0, start + number / per_second - time.monotonic()))
                if time.monotonic() >= ends_at:
                    break
            status = account.ask(kind)
            if status != kind.status:
                raise DevError(f"Odoo answered {status or 'nothing'} instead of {kind.status}.")
            done += 1
        return done

    senders = CONNECTIONS if amount else STRANGERS
    with ThreadPoolExecutor(senders) as pool:
        return sum(pool.map(ask, range(senders)))


def count_statements(log, offset, status):
    """Return how many statements the requests with a status took each, by Odoo's own log.

    :param int offset: where to begin in the log
    """
    with log.open() as lines:
        lines.seek(offset)
        found = [match for match in map(STATEMENTS.search, lines) if match]
    return median(int(match["count"]) for match in found if int(match["status"]) == status)


class Person:
    """Somebody who works in Odoo: opens the list of contacts, and the page to sign in."""

    def __init__(self, url, session):
        self._url, self._session = url, session
        self._times = {}

    def look(self, times):
        """Do both so often; return the seconds that each took, by what it was."""
        for _time in range(times):
            self._look_once()
        return self._take()

    def look_during(self, work):
        """Do both again and again until ``work`` is done.

        :return: what that returns, and the seconds that each took
        """
        with ThreadPoolExecutor(1) as pool:
            working = pool.submit(work)
            while not working.done():
                self._look_once()
            return working.result(), self._take()

    def _look_once(self):
        self._time("list of contacts", self._open_contacts)
        self._time("page to sign in", self._open_login)
        threading.Event().wait(REST)

    def _time(self, what, look):
        start = time.monotonic()
        look()
        self._times.setdefault(what, []).append(time.monotonic() - start)

    def _take(self):
        times, self._times = self._times, {}
        return times

    def _open_contacts(self):
        specification = {name: {} for name in ("display_name", "email", "phone", "country_id")}
        options = {"domain": [], "specification": specification, "limit": 80}
        self._session.call("res.partner", "web_search_read", **options)

    def _open_login(self):
        requests.get(f"{self._url}/web/login", timeout=PATIENCE).raise_for_status()
