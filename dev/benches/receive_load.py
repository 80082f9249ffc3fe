# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The ways in which a bench lets the same texts come into an Odoo server."""

import statistics
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import NamedTuple

import psutil
import requests

from green_api_sandbox.phone import Phone
from green_api_sandbox.process import start_sandbox

from ..environment.odoo_process import running_odoo
from ..environment.odoo_session import OdooSession
from ..environment.progress import DevError
from .chaos_send import LOGIN, PASSWORD, connect_account, free_port
from .measure import Row

WORKERS = 2
CHATS = 100
FIRST_CHAT = 50000000
FIRST_PHONE = 79200000000
PATIENCE = 300  # seconds for all to be taken in
LOOK = 0.1  # seconds between two looks
PER_SECOND, SECONDS = 50, 10  # of the deliveries whose answers are timed
NUMBERS = count(1)
EVENTS = "SELECT count(*) FROM telegram_event WHERE instance_id = %s AND state <> 'new'"
WAKE = """
    INSERT INTO ir_cron_trigger (cron_id, call_at)
    SELECT receive_cron_id, now() AT TIME ZONE 'UTC'
      FROM telegram_instance AS instance
     WHERE id = %s
       AND NOT EXISTS (SELECT 1 FROM ir_cron_trigger WHERE cron_id = instance.receive_cron_id)
"""
ADMINISTRATOR = 2


@contextmanager
def serving(odoo, database, name):
    """Run Odoo with worker processes, as in production, beside a local service.

    :param name: of its configuration file and its log
    :return: the administrator's session, and what a Way is made with
    """
    config = {"workers": WORKERS, "gevent_port": free_port(), "max_cron_threads": 1}
    with (
        tempfile.TemporaryDirectory() as folder,
        start_sandbox(Path(folder) / "sandbox") as (_sandbox, service),
        running_odoo(odoo, database, free_port(), name, **config) as (process, url),
    ):
        session = OdooSession(url, database, LOGIN, PASSWORD)
        session.call("ir.config_parameter", "set_param", "web.base.url", url)
        yield session, (odoo.server, database, session, service, url, process.pid)


class Cost(NamedTuple):
    """What the messages of a round took."""

    milliseconds: float  # of work on the processors, for each
    per_second: float  # by the clock


class Way:
    """One way in.

    :param server: ``database.Server`` with Odoo's database
    :param OdooSession session: of an administrator
    :param str service: where the local service is
    :param str url: where Odoo is
    :param int pid: Odoo's process
    """

    name = ""
    shows = "in Discuss, and in the chatter of the contact without followers"

    def __init__(self, server, database, session, service, url, pid):
        self.server, self.database, self.session = server, database, session
        self.service, self.url = service, url
        self._pid = pid
        self.prepare()

    def run(self, amount, senders):
        """Receive so many messages; return the Cost when all are processed."""
        work = self.work()
        self.offer(amount)
        start = time.perf_counter()
        self.send(amount, senders)
        seconds = time.perf_counter() - start
        return Cost((self.work() - work) * 1000 / amount, amount / seconds)

    def offer(self, amount):
        """Prepare what comes in, where that is not our work: it takes no time by the clock."""

    def post_all(self, url, bodies, senders, **headers):
        """Deliver notifications, so many at the same time."""
        local = threading.local()

        def post(body):
            if not hasattr(local, "session"):
                local.session = requests.Session()
            answer = local.session.post(url, json=body, headers=headers, timeout=PATIENCE)
            answer.raise_for_status()

        with ThreadPoolExecutor(senders) as pool:
            list(pool.map(post, bodies))

    def wait_for(self, amount):
        """Wait until there are so many processed events.

        :raise DevError: it does not come to that
        """
        deadline, look = time.monotonic() + PATIENCE, threading.Event()
        while self.count_events() < amount:
            self.wake()
            if time.monotonic() > deadline:
                raise DevError(f"{self.name}: not all messages were taken in.")
            look.wait(LOOK)

    def wake(self):
        """Wake the receive action; by itself Odoo's scheduler would rest between two runs."""
        values = [self.instance_id]
        self.server.execute(WAKE, database=self.database, values=values)
        self.server.execute("SELECT pg_notify('cron_trigger', %s)", values=[self.database])

    def count_events(self):
        """Return how many events of the account are processed."""
        values = [self.instance_id]
        return self.server.execute(EVENTS, database=self.database, values=values)[0][0]

    def make_contacts(self):
        """Make a contact for each chat, so that what they write is in their chatter, too.

        Nobody follows them: the peer tells no follower, and the e-mail to one, which is Odoo's
        own, is more work than all the rest.
        """
        self.session.call(
            "res.partner",
            "create",
            [
                {"name": f"Customer {number}", "phone": f"+{FIRST_PHONE + number}"}
                for number in range(CHATS)
            ],
            context={"mail_create_nosubscribe": True},
        )

    def connect(self, id_instance):
        """Make an account at the service and in Odoo."""
        phone = self.phone = Phone(self.service, id_instance)
        phone.token = f"token{id_instance}"
        phone.create(
            apiTokenInstance=phone.token,
            stateInstance="authorized",
            longPoll=False,
            customers=[
                {
                    "name": f"Customer {number}",
                    "chatId": str(FIRST_CHAT + number),
                    "phoneNumber": FIRST_PHONE + number,
                }
                for number in range(CHATS)
            ],
        )
        self.instance_id = connect_account(self.session, phone)
        values = {"operator_ids": [(6, 0, [ADMINISTRATOR])]}
        self.session.call("telegram.instance", "write", [self.instance_id], values)

    def work(self):
        """Return the seconds that Odoo and PostgreSQL have worked for the database."""
        rows = self.server.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
            database=self.database,
            values=[self.database],
        )
        workers = psutil.Process(self._pid).children(recursive=True)
        seconds = 0
        for pid in (self._pid, *(worker.pid for worker in workers), *(pid for (pid,) in rows)):
            try:
                times = psutil.Process(pid).cpu_times()
            except psutil.NoSuchProcess:
                continue  # that connection was just closed
            seconds += times.user + times.system
        return seconds


class Deliveries(Way):
    """The service delivers; the receive action processes meanwhile and afterwards."""

    name = "webhook"

    def prepare(self):
        self.make_contacts()
        self.connect_webhook(4100000301)

    def connect_webhook(self, id_instance):
        """Make an account at the service and in Odoo, to which the service then delivers."""
        self.connect(id_instance)
        ids = [self.instance_id]
        self.session.call("telegram.instance", "write", ids, {"receive_mode": "webhook"})
        self.session.call("telegram.instance", "action_set_up_receiving", ids)
        query = """
            SELECT webhook_url, secret.value
              FROM telegram_instance AS instance
              JOIN telegram_secret AS secret
                ON secret.res_id = instance.id AND secret.name = 'webhook_secret'
             WHERE instance.id = %s
        """
        [row] = self.server.execute(query, database=self.database, values=ids)
        self.webhook_url, self.secret = row

    def send(self, amount, senders):
        expected = self.count_events() + amount
        bodies = [self.make_body(next(NUMBERS)) for _number in range(amount)]
        self.post_all(self.webhook_url, bodies, senders, Authorization=f"Bearer {self.secret}")
        self.wait_for(expected)

    def make_body(self, number):
        """Return a notification as the service makes it."""
        place = number % CHATS
        chat_id, name = str(FIRST_CHAT + place), f"Customer {place}"
        return {
            "typeWebhook": "incomingMessageReceived",
            "instanceData": {"idInstance": self.phone.id_instance},
            "timestamp": int(time.time()),
            "idMessage": str(number),
            "senderData": {
                "chatId": chat_id,
                "chatType": "user",
                "chatName": name,
                "sender": chat_id,
                "senderName": name,
                "senderPhoneNumber": FIRST_PHONE + place,
            },
            "messageData": {
                "typeMessage": "textMessage",
                "textMessageData": {"textMessage": make_text(number)},
            },
        }


class Fetched(Way):
    """The receive action fetches what waits at the service."""

    name = "fetched"

    def prepare(self):
        self.connect(4100000302)
        settings = {"incomingWebhook": "yes"}
        self.phone.change(settings=settings)

    def offer(self, amount):
        self._expected = self.count_events() + amount
        for number in range(amount):
            self.phone.write(str(FIRST_CHAT + number % CHATS), make_text(next(NUMBERS)))

    def send(self, amount, senders):
        self.wait_for(self._expected)


class Peer(Way):
    """The same texts as Telegram delivers them, to OCA's addon."""

    name = "mail_gateway_telegram"
    shows = "in Discuss"
    secret = "secret"

    def prepare(self):
        self.session.create(
            "mail.gateway",
            name="Bench",
            token="1:bench",
            gateway_type="telegram",
            webhook_key="bench",
            webhook_secret=self.secret,
            integrated_webhook_state="integrated",
            member_ids=[(6, 0, [ADMINISTRATOR])],
        )

    def send(self, amount, senders):
        bodies = [self.make_body(next(NUMBERS)) for _number in range(amount)]
        url, header = f"{self.url}/gateway/telegram/bench/update", "X-Telegram-Bot-Api-Secret-Token"
        before = self._count_messages()
        self.post_all(url, bodies, senders, **{header: self.secret})
        if self._count_messages() < before + amount:
            raise DevError(f"{self.name}: not all messages were taken in.")

    def _count_messages(self):
        query = "SELECT count(*) FROM mail_message WHERE model = 'discuss.channel'"
        return self.server.execute(query, database=self.database)[0][0]

    def make_body(self, number):
        """Return an update as Telegram makes it for bots."""
        place = number % CHATS
        person = {"id": FIRST_CHAT + place, "first_name": f"Customer {place}"}
        message = {
            "message_id": number,
            "date": int(time.time()),
            "chat": {**person, "type": "private"},
            "from": {**person, "is_bot": False},
            "text": make_text(number),
        }
        return {"update_id": number, "message": message}


class Answers:
    """How soon deliveries are answered while they come in steadily and are processed."""

    def __init__(self, deliveries):
        self._way = deliveries
        self._times = []

    def rows(self):
        """Measure; return the rows."""
        start = time.perf_counter()
        amount = PER_SECOND * SECONDS
        with ThreadPoolExecutor(PER_SECOND) as pool:
            for number in range(amount):
                threading.Event().wait(max(0, start + number / PER_SECOND - time.perf_counter()))
                pool.submit(self._post)
        if len(self._times) < amount:
            raise DevError("Not all deliveries were answered with 200.")
        times = sorted(self._times)
        title = f"answer to a delivery, {PER_SECOND} a second"
        return [
            Row(f"{title}: median", statistics.median(times) * 1000, "ms"),
            Row("  95 of 100 within", times[int(amount * 0.95)] * 1000, "ms"),
        ]

    def _post(self):
        way, start = self._way, time.perf_counter()
        body = way.make_body(next(NUMBERS))
        headers = {"Authorization": f"Bearer {way.secret}"}
        if requests.post(way.webhook_url, json=body, headers=headers, timeout=60).ok:
            self._times.append(time.perf_counter() - start)


def make_text(number):
    """Return what a customer writes."""
    return f"Good day! When does order {number} arrive?"
