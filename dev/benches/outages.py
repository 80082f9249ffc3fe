# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""./dev/bench outages: after an outage all accounts are heard again, without a person's help.

Two Odoo servers, one with threads and one with workers, listen to fifty accounts each. GREEN-API
answers with 502, the network is gone in two ways, and PostgreSQL is restarted. Measured are the
seconds from the end of an outage until a message to each account is in Odoo.

An outage lasts as long as the code can tell its length: calls of before have ended, and the pauses
between attempts are the longest ones. ``--seconds`` makes each outage longer.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import NamedTuple
from urllib.parse import urlsplit

from green_api_sandbox.http.line import running_line
from green_api_sandbox.process import start_sandbox

from ..environment.database import break_connections, running_server
from ..environment.home import dev_home, lock
from ..environment.odoo_process import running_odoo
from ..environment.odoo_session import OdooSession
from ..environment.progress import step
from ..environment.server import Odoo
from .chaos_send import LOGIN, PASSWORD, free_port, prepare
from .listen_load import Office
from .measure import Row, report

NAME = "bench-outages"  # of logs and of the lock
DATABASE = "telegram_bench_outages"  # the name of the server follows
SERVERS = {"threads": {}, "workers": {"workers": 2}}  # configuration of each Odoo
SCHEDULER_THREADS = 2
RECOVERY_LIMIT = 30  # seconds
BAD_GATEWAY = {"kind": "status", "status": 502, "body": "Bad gateway"}
# Seconds after which nothing changes any more. A call waits for 80 s at most; five failures in a
# row, each with 5 s to connect, make the longest pause.
PAUSES_GROWN, CALLS_ENDED = 60, 140


class Place(NamedTuple):
    """One Odoo server, and its line to the service."""

    name: str
    office: Office
    line: object


def main(options):
    """Measure and print the table; return 1 when a limit is exceeded."""
    home = dev_home()
    busy = "Another ./dev/bench outages runs in this checkout."
    with lock(home, NAME, busy=busy), running_server(home) as server, ExitStack() as stack:
        odoo = Odoo(home, server)
        places = [_start(stack, odoo, name, options.accounts) for name in SERVERS]
        outages = Outages(places, lambda: break_connections(home, server, f"{DATABASE}_threads"))
        rows = [Row(f"until all {options.accounts} accounts are heard again", None)]
        with step("Outages") as current_step:
            for kind in options.only or outages.kinds:
                title, happen, seconds = outages.kinds[kind]
                current_step.hint = title
                happen(max(seconds, options.seconds if seconds else 0))
                rows += outages.measure_recovery(title)
    return report("outages", rows)


def _start(stack, odoo, name, accounts):
    """Start an Odoo server that hears so many accounts; return its Place."""
    database = f"{DATABASE}_{name}"
    prepare(odoo, database, NAME)
    config = {"max_cron_threads": SCHEDULER_THREADS, **SERVERS[name]}
    if "workers" in config:
        config["gevent_port"] = free_port()
    folder = odoo.home / NAME / f"{name}-{time.time():.0f}"
    folder.parent.mkdir(exist_ok=True)
    _process, service = stack.enter_context(start_sandbox(folder))
    line = stack.enter_context(running_line(urlsplit(service).port))
    log_name = f"{NAME}-{name}"
    process, url = stack.enter_context(
        running_odoo(odoo, database, free_port(), log_name, **config)
    )
    session = OdooSession(url, database, LOGIN, PASSWORD)
    office = Office(odoo.server, database, session, service, process.pid, api_url=line.url)
    with step(f"Listen to {accounts} accounts, {name}"):
        office.grow(accounts)
    return Place(name, office, line)


class Outages:
    """What happens to all places at the same time.

    :param list places: of Place
    :param restart_database: function
    """

    def __init__(self, places, restart_database):
        self._places = places
        self._restart_database = restart_database
        # By the name in --only: title, the function that lets it happen, and for how long at least.
        self.kinds = {
            "502": ("GREEN-API answers with 502", self._answer_with_502, PAUSES_GROWN),
            "refused": ("network gone, connections refused", self._refuse, CALLS_ENDED),
            "silent": ("network gone, no answer at all", self._be_silent, CALLS_ENDED),
            "database": ("PostgreSQL restarted", lambda _seconds: self._restart_database(), 0),
        }

    def measure_recovery(self, title):
        """Return the rows of an outage that is over."""
        with ThreadPoolExecutor(len(self._places)) as pool:
            found = list(pool.map(lambda place: place.office.measure_recovery(), self._places))
        return [
            Row(f"  {title}, {place.name}", seconds, "s", RECOVERY_LIMIT)
            for place, seconds in zip(self._places, found, strict=True)
        ]

    def _answer_with_502(self, seconds):
        for place in self._places:
            place.office.begin_fault(**BAD_GATEWAY)
        time.sleep(seconds)
        for place in self._places:
            place.office.end_fault()

    def _refuse(self, seconds):
        self._cut(seconds, is_silent=False)

    def _be_silent(self, seconds):
        self._cut(seconds, is_silent=True)

    def _cut(self, seconds, *, is_silent):
        for place in self._places:
            place.line.cut(is_silent=is_silent)
        time.sleep(seconds)
        for place in self._places:
            place.line.mend()
