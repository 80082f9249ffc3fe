# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""What the benches of sending share, inside an Odoo process: an account, contacts, its queue."""

import gc
import time
from contextlib import closing
from typing import NamedTuple

import psutil
import psycopg2

from odoo import sql_db

from odoo.addons.telegram_green_api import const

from green_api_sandbox.phone import Phone

FIRST_CHAT = 50000000
FIRST_PHONE = 79100000000
# Higher than any run could reach: who is new to the account is not what is measured.
NO_LIMIT = 10**6
PER_SECOND = const.RATE_LIMITS["sendMessage"]
TABLES = "telegram_message, telegram_chat, mail_message, mail_notification, res_partner, bus_bus"


class Cost(NamedTuple):
    """What some work took."""

    seconds: float
    processor: float  # seconds on a processor, PostgreSQL's too where it is on this machine
    queries: int


def measure(work, env, *pids):
    """Call ``work``; return its Cost.

    Time on a processor says more than time on the clock while the machine is busy otherwise.

    :param env: of Odoo's database
    :param pids: of the other processes that take part
    """
    gc.collect()  # not in the middle of it, for what was left before
    others = _others_seconds(env, pids)
    seconds, processor, queries = time.perf_counter(), time.process_time(), sql_db.sql_counter
    work()
    seconds, processor = time.perf_counter() - seconds, time.process_time() - processor
    queries = sql_db.sql_counter - queries
    return Cost(seconds, processor + _others_seconds(env, pids) - others, queries)


def _others_seconds(env, pids):
    """Return the seconds that PostgreSQL for this database and other processes have worked."""
    env.cr.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
    servers = [pid for (pid,) in env.cr.fetchall()]
    env.cr.commit()
    seconds = 0
    for pid in (*servers, *pids):
        try:
            process = psutil.Process(pid)
            if pid in pids or process.name().startswith("postgres"):
                times = process.cpu_times()
                seconds += times.user + times.system
        except psutil.NoSuchProcess:
            continue  # PostgreSQL is on another machine, or that connection was just closed
    return seconds


def administrator(env):
    """Return the environment of a person who administers Odoo: with all checks of rights."""
    return env(user=env.ref("base.user_admin").id, su=False)


def keep_pace():
    """Restore the usual rate limit: as many calls a second as the service allows."""
    const.RATE_LIMITS["sendMessage"] = PER_SECOND


def lift_pace():
    """Remove the rate limit, to measure the cost alone."""
    const.RATE_LIMITS["sendMessage"] = 10**9


def tidy(env):
    """Clean and analyze the tables, as PostgreSQL does from time to time."""
    env.cr.commit()
    _name, where = sql_db.connection_info_for(env.cr.dbname)
    with closing(psycopg2.connect(**where)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"VACUUM ANALYZE {TABLES}")


class Account:
    """An account on the local service, whose chats are with contacts who know it.

    :param env: of Odoo; all is done as its administrator
    :param str url: of the local service
    :param int id_instance: of the account to be made there
    :param int count: of contacts
    :param int service_pid: process of the local service
    """

    def __init__(self, env, url, id_instance, count, service_pid=None):
        self.pids = [service_pid] if service_pid else []
        self.env = administrator(env)
        self.phone = Phone(url, id_instance)
        self.chat_ids = [str(FIRST_CHAT + number) for number in range(count)]
        made = self.phone.create(
            stateInstance="authorized",
            customers=[
                {"name": f"Customer {number}", "chatId": chat_id}
                for number, chat_id in enumerate(self.chat_ids)
            ],
        )
        token = made["apiTokenInstance"]
        self.send_url = f"{url}/waInstance{id_instance}/sendMessage/{token}"
        self.instance = self.env["telegram.instance"].create(
            {
                "name": f"Bench {id_instance}",
                "id_instance": str(id_instance),
                "api_url": url,
                "api_token_new": token,
                "daily_new_contact_limit": NO_LIMIT,
            }
        )
        # sudo: telegram.instance - as GREEN-API reports it
        self.instance.sudo().state = "authorized"
        self.partners = make_partners(self.env, count)
        self.chats = self._make_chats()
        self._queued = self.env["telegram.message"]
        self.env.cr.commit()

    def _make_chats(self):
        values_list = [
            {
                "name": partner.name,
                "instance_id": self.instance.id,
                "telegram_id": chat_id,
                "chat_type": "user",
                "partner_id": partner.id,
                "first_contact_date": "2020-01-01 00:00:00",
            }
            for partner, chat_id in zip(self.partners, self.chat_ids, strict=True)
        ]
        # sudo: telegram.chat - as GREEN-API reports them
        return self.env["telegram.chat"].sudo().create(values_list)

    def queue_from_contacts(self, count, text):
        """Queue a text to each of the first contacts as people do: it is shown in the chatter."""
        partners = self.partners[:count]
        self._queued = partners._message_telegram_batch(
            {partner.id: f"{text}, {partner.name}" for partner in partners}, instance=self.instance
        )
        self._be_ready()

    def queue_by_program(self, count, text):
        """Queue a text to each of the first chats, without a record that it is sent from.

        :return: the ``telegram.message`` records
        """
        messages = self.env["telegram.message"]
        self._queued = messages._queue_all(
            [(chat, messages._prepare_text(f"{text}, {chat.name}")) for chat in self.chats[:count]]
        )
        self._be_ready()
        return self._queued

    def _be_ready(self):
        """Commit, and let what was sent so far be long ago: else it counts for the hour's limit."""
        self.env.flush_all()
        self.env.cr.execute(
            """
            UPDATE telegram_message
               SET last_attempt_date = last_attempt_date - INTERVAL '2 hours'
             WHERE instance_id = %s
               AND last_attempt_date > now() AT TIME ZONE 'UTC' - INTERVAL '1 hour'
            """,
            [self.instance.id],
        )
        self.env.cr.commit()
        self.env.invalidate_all()

    def drain(self):
        """Run the send action until nothing is queued; return the Cost.

        :raise RuntimeError: it did not send
        """
        cost = self.measure(self._drain)
        states = set(self._queued.mapped("state"))
        if states != {"sent"}:
            raise RuntimeError(f"Not all were sent: {states}")
        return cost

    def measure(self, work):
        """Return the Cost of calling ``work``, that of the local service included."""
        return measure(work, self.env, *self.pids)

    def _drain(self):
        cron = self.instance.sudo().send_cron_id  # sudo: ir.cron - as the scheduler
        waiting = [("id", "in", self._queued.ids), ("state", "=", "queued")]
        left, before = len(self._queued), len(self._queued) + 1
        while 0 < left < before:
            cron.method_direct_trigger()
            self.env.cr.commit()
            self.env.invalidate_all()
            before, left = left, self._queued.search_count(waiting)
        if left:
            raise RuntimeError(f"{left} messages are not sent: {self.instance.last_error}")


def make_partners(env, count, first=0):
    """Make contacts with phones that no other contact has; return them.

    :param int first: number of the first one, for its name and phone
    """
    return env["res.partner"].create(
        [
            {"name": f"Customer {number}", "phone": f"+{FIRST_PHONE + number}"}
            for number in range(first, first + count)
        ]
    )
