# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""An office with many polled accounts, for the bench of listening."""

import threading
import time
from contextlib import closing, contextmanager, nullcontext
from itertools import count

import psutil
import psycopg2

from green_api_sandbox.phone import Phone

from ..environment.addon_modules import load
from ..environment.progress import DevError

FIRST_ID_INSTANCE = 4100010001
SENDER_ID_INSTANCE = 4100000901
CUSTOMER = "50000001"
PATIENCE = 600  # seconds
GROWTH_PAUSE = 1  # seconds between two messages while accounts are connected
LOOK = 0.02  # seconds between two looks into the database
ACTIVATE = """
    UPDATE ir_cron SET active = %s
     WHERE id IN (SELECT res_id FROM ir_model_data
                   WHERE module = 'telegram_green_api' AND name LIKE 'ir_cron_listen%%')
        OR id IN (SELECT receive_cron_id FROM telegram_instance WHERE receive_mode = 'polling')
"""
SENDING = """
    UPDATE ir_cron SET active = %s
     WHERE id = (SELECT send_cron_id FROM telegram_instance WHERE id = %s)
"""
TRIGGER = """
    INSERT INTO ir_cron_trigger (cron_id, call_at)
    SELECT id, date_trunc('second', now() AT TIME ZONE 'UTC') FROM ir_cron
     WHERE active AND (
           id = (SELECT send_cron_id FROM telegram_instance WHERE id = %s)
           OR id IN (SELECT res_id FROM ir_model_data
                      WHERE module = 'telegram_green_api' AND name = 'ir_cron_listen'))
"""
# As if the accounts had been connected one after the other, long ago.
SPREAD = """
    UPDATE ir_cron SET nextcall = now() AT TIME ZONE 'UTC' + random() * INTERVAL '1 minute'
           * interval_number
     WHERE id IN (SELECT unnest(ARRAY[send_cron_id, receive_cron_id]) FROM telegram_instance)
"""
AUTHORIZE = """
    UPDATE telegram_instance SET state = 'authorized', is_receiving_configured = TRUE
     WHERE id = ANY(%s)
"""
UNSETTLED = """
    SELECT count(*)
      FROM telegram_instance AS instance
      JOIN ir_cron_trigger AS waiting
        ON waiting.cron_id IN (instance.send_cron_id, instance.receive_cron_id)
     WHERE waiting.call_at <= now() AT TIME ZONE 'UTC'
     UNION ALL
    SELECT count(*)
      FROM telegram_instance
     WHERE receive_mode = 'polling'
       AND (state != 'authorized' OR settings_sent_date IS NOT NULL)
"""
HEARD = """
    SELECT count(*) FROM pg_locks
     WHERE locktype = 'advisory' AND classid = %s AND objsubid = 2 AND granted
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
ARRIVED = "SELECT text FROM telegram_message WHERE direction = 'incoming' AND id > %s"
LAST = "SELECT COALESCE(MAX(id), 0) FROM telegram_message"
QUEUED = "SELECT count(*) FROM telegram_message WHERE instance_id = %s AND state != 'sent'"
# The same texts again: writing as many anew takes longer than sending them.
REQUEUE = """
    UPDATE telegram_message
       SET state = 'queued', id_message = NULL, last_attempt_date = NULL, attempts = 0
     WHERE instance_id = %s AND direction = 'outgoing'
 RETURNING id
"""
BACKENDS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"


class Office:
    """An Odoo server with polled accounts.

    :param server: ``database.Server`` with Odoo's database
    :param OdooSession session: of an administrator
    :param str service: where the local service is
    :param int pid: Odoo's process
    :param str api_url: by which Odoo calls the service, if it is another one
    """

    def __init__(self, server, database, session, service, pid, api_url=None):
        self._server, self._database = server, database
        self._session, self._service = session, service
        self._api_url = api_url or service
        self._process = psutil.Process(pid)
        self._phones = []
        self._numbers = count(1)
        self._const = load("const")
        self._pause = None
        self._sender_id = self._make_sender()
        self.set_listening(True)

    def _execute(self, query, *values):
        return self._server.execute(query, database=self._database, values=values or None)

    # Accounts

    def grow(self, amount):
        """Connect so many accounts altogether, and wait until all are heard and nothing is to do.

        :return: list of the seconds until each message was in Odoo that customers wrote to the
            former accounts meanwhile
        """
        if len(self._phones) >= amount:
            return []
        first = FIRST_ID_INSTANCE + len(self._phones)
        phones = [self._make_phone(number) for number in range(first, FIRST_ID_INSTANCE + amount)]
        with self.customers_write(GROWTH_PAUSE) if self._phones else nullcontext([]) as delays:
            self._connect(phones)
            self._wait("all accounts are heard", lambda: self._count_heard() == amount)
            self._wait("their actions have run", lambda: not self._count_unsettled())
        self._phones += phones
        self._execute(SPREAD)
        return delays

    def _count_unsettled(self):
        return sum(count for (count,) in self._execute(UNSETTLED))

    def _make_phone(self, id_instance, **values):
        phone = Phone(self._service, id_instance)
        phone.token = f"token{id_instance}"
        phone.create(
            apiTokenInstance=phone.token,
            stateInstance="authorized",
            settings={name: "yes" for name in ("incomingWebhook", "stateWebhook")},
            customers=[{"name": "Customer", "chatId": CUSTOMER}],
            **values,
        )
        return phone

    def _connect(self, phones, **values):
        vals_list = [
            {
                "name": f"Account {phone.id_instance}",
                "id_instance": str(phone.id_instance),
                "api_url": self._api_url,
                "api_token_new": phone.token,
                "call_log": "off",
                **values,
            }
            for phone in phones
        ]
        return self._session.call("telegram.instance", "create", vals_list)

    def _make_sender(self):
        phone = self._make_phone(SENDER_ID_INSTANCE, rateLimits=True)
        ids = self._connect([phone], receive_mode="webhook")
        self._execute(AUTHORIZE, ids)
        return ids[0]

    def _count_heard(self):
        return self._execute(HEARD, self._const.LOCK_RECEIVING)[0][0]

    def set_listening(self, is_on):
        """Let the accounts be heard, or not."""
        # Else the actions that became due while they were off would all run now.
        self._execute(SPREAD)
        if is_on:
            self._execute(ACTIVATE, True)
            self._wake()
            if self._phones:
                self._wait("all are heard", lambda: self._count_heard() == len(self._phones))
            return
        # As before modules are installed: what runs ends. Only then its row may be changed.
        with (
            closing(self._server.connect(self._database)) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute("SELECT pg_advisory_lock(%s, 0)", [self._const.LOCK_MODULES])
            self._execute(ACTIVATE, False)
            self._wait("none is heard", lambda: not self._count_heard())

    # What it costs

    def count_resources(self):
        """Return the file handles and the megabytes of the Odoo process."""
        return self._process.num_fds(), self._process.memory_info().rss / 1024**2

    def measure_idle(self, seconds):
        """Return the share of a processor that is used while nothing happens."""
        before, started = self._get_work(), time.monotonic()
        time.sleep(seconds)
        return (self._get_work() - before) / (time.monotonic() - started)

    def _get_work(self):
        """Return the seconds that Odoo and its sessions in PostgreSQL have worked."""
        seconds = 0
        for pid in (self._process.pid, *(pid for (pid,) in self._execute(BACKENDS))):
            try:
                times = psutil.Process(pid).cpu_times()
            except psutil.NoSuchProcess:
                continue
            seconds += times.user + times.system
        return seconds

    # Receiving

    def measure_delays(self, messages, pause):
        """Let customers write; return the seconds until each message is in Odoo."""
        with self.customers_write(pause, messages) as delays:
            pass
        return delays

    @contextmanager
    def customers_write(self, pause, messages=None):
        """Let customers write to one account after the other during the block.

        :param float pause: seconds between two messages
        :param int messages: to write in any case; None to end with the block
        :return: list that gets the seconds until each message is in Odoo
        """
        delays, sent, ended = [], {}, threading.Event()
        last_id = self._execute(LAST)[0][0]

        def write():
            for number in range(messages) if messages else count():
                if not messages and ended.is_set():
                    return
                text = f"Question {next(self._numbers)}"
                sent[text] = time.monotonic()
                self._phones[number * 7 % len(self._phones)].write(CUSTOMER, text)
                ended.wait(pause) if not messages else time.sleep(pause)

        def look():
            deadline = None
            found = set()
            while writer.is_alive() or len(found) < len(sent):
                for (text,) in self._execute(ARRIVED, last_id):
                    if text in sent and text not in found:
                        found.add(text)
                        delays.append(time.monotonic() - sent[text])
                if not writer.is_alive():
                    deadline = deadline or time.monotonic() + PATIENCE
                    if time.monotonic() > deadline:
                        raise DevError(f"{len(sent) - len(found)} messages did not arrive.")
                time.sleep(LOOK)

        writer = threading.Thread(target=write)
        looker = threading.Thread(target=look)
        writer.start()
        looker.start()
        try:
            yield delays
        finally:
            ended.set()
            writer.join()
            looker.join()

    # Outages

    def begin_fault(self, **fault):
        """Let all calls that receive fail from now on."""
        for phone in self._phones:
            phone.fault("receiveNotification", times=10**6, **fault)
            phone.write(CUSTOMER, f"Question {next(self._numbers)}")  # ends the call under way

    def end_fault(self):
        """Let all calls work again."""
        self._phones[0].clear_faults()

    def measure_recovery(self):
        """Return the seconds until a message to each account is in Odoo."""
        texts = {f"Question {next(self._numbers)}" for _phone in self._phones}
        started = time.monotonic()
        for phone, text in zip(self._phones, texts, strict=True):
            phone.write(CUSTOMER, text)
        self._wait("all messages are here", lambda: texts <= self._get_texts())
        return time.monotonic() - started

    def _get_texts(self):
        try:
            return {text for (text,) in self._execute(ARRIVED, 0)}
        except psycopg2.OperationalError:
            return set()  # PostgreSQL is not there yet

    # Sending

    def queue(self, amount):
        """Queue so many texts, which are not sent yet."""
        self._execute(SENDING, False, self._sender_id)
        queued = self._execute(REQUEUE, self._sender_id)
        for number in range(amount - len(queued)):
            self._session.call(
                "telegram.instance", "send_text", [self._sender_id], CUSTOMER, f"Text {number}"
            )

    def send(self):
        """Return the seconds in which all queued texts are sent."""
        self._execute(SENDING, True, self._sender_id)
        started = time.monotonic()
        self._wake()
        self._wait(
            "all are sent", lambda: not self._execute(QUEUED, self._sender_id)[0][0], self._wake
        )
        return time.monotonic() - started

    def _wake(self):
        self._execute(TRIGGER, self._sender_id)
        self._server.execute("SELECT pg_notify('cron_trigger', %s)", values=[self._database])

    def _wait(self, what, happened, meanwhile=lambda: None):
        deadline = time.monotonic() + PATIENCE
        look = 0
        while not happened():
            if time.monotonic() > deadline:
                raise DevError(f"It did not happen that {what}.")
            time.sleep(LOOK)
            look += 1
            if look % 50 == 0:
                meanwhile()
