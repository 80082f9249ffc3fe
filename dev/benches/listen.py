# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""./dev/bench listen: answers come within seconds, for any number of polled accounts.

Odoo has its usual two scheduler threads. Customers write to one account after the other while
another account sends what is queued. Measured are the seconds from the customer's sending to the
row in Odoo, what listening costs while nothing comes, and whether it slows sending down.
"""

import tempfile
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles

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

DATABASE = "telegram_bench_listen"
NAME = "bench-listen"  # of logs and of the lock
SCHEDULER_THREADS = 2
DELAY_LIMIT = 3  # seconds, for 95 % of what comes
IDLE_LIMIT = 5  # % of a processor
SLOWER_LIMIT = 1.05  # times the seconds that sending takes without listening
HANDLES_LIMIT = 2  # for each account, on top of those that Odoo has anyway
MEGABYTES_LIMIT = 1  # for each account
RECOVERY_LIMIT = 30  # seconds
OUTAGES = {
    "GREEN-API answers with 502": {"kind": "status", "status": 502, "body": "Bad gateway"},
    "no network": {"kind": "lost_before"},
}


def main(options):
    """Measure and print the table; return 1 when a limit is exceeded."""
    home = dev_home()
    busy = "Another ./dev/bench listen runs in this checkout."
    with lock(home, NAME, busy=busy), running_server(home) as server:
        odoo = Odoo(home, server)
        prepare(odoo, DATABASE, NAME)
        with _office(odoo) as office:
            rows = _measure_growth(office, options)
            rows += _measure_load(office, options)
            rows += _measure_outages(
                office, options, lambda: break_connections(home, server, DATABASE)
            )
    return report("listen", rows)


@contextmanager
def _office(odoo):
    with (
        tempfile.TemporaryDirectory() as folder,
        start_sandbox(Path(folder) / "sandbox") as (_sandbox, service),
        running_odoo(odoo, DATABASE, free_port(), NAME, max_cron_threads=SCHEDULER_THREADS) as (
            process,
            url,
        ),
    ):
        session = OdooSession(url, DATABASE, LOGIN, PASSWORD)
        yield Office(odoo.server, DATABASE, session, service, process.pid)


def _measure_growth(office, options):
    """Measure the cost of waiting and the delay, with more and more accounts."""
    rows = []
    alone = office.count_resources()
    for count in options.accounts:
        with step(f"Listen to {count} accounts") as listening:
            listening.hint = "connecting"
            office.grow(count)
            listening.hint = "nothing comes"
            busy = office.measure_idle(options.idle_seconds)
            handles, megabytes = (
                now - before for now, before in zip(office.count_resources(), alone, strict=True)
            )
            listening.hint = "customers write"
            delays = office.measure_delays(options.messages, options.pause)
        name = f"{count} accounts" if count > 1 else "1 account"
        rows += [
            Row(name, None),
            Row("  processor while nothing comes", busy * 100, "%", IDLE_LIMIT),
            *_delay_rows(delays),
            Row("  file handles", handles, "", max(20, HANDLES_LIMIT * count)),
            Row("  memory", megabytes, "MB", max(20, MEGABYTES_LIMIT * count)),
        ]
    return rows


def _measure_load(office, options):
    """Measure sending with and without listening, and the delay meanwhile."""
    seconds = {True: [], False: []}
    delays = []
    with step(f"Send {options.texts} texts") as sending:
        for number in range(options.rounds):
            for is_listening in (False, True):
                sending.hint = f"{number + 1} of {options.rounds}, {is_listening=}"
                office.set_listening(is_listening)
                office.queue(options.texts)
                if is_listening:
                    with office.customers_write(options.pause) as while_sending:
                        seconds[True].append(office.send())
                    delays += while_sending
                else:
                    seconds[False].append(office.send())
    rows = [Row(f"{options.accounts[-1]} accounts, while {options.texts} texts are sent", None)]
    rows += _delay_rows(delays)
    rows += [
        Row("  sending", median(seconds[True]), "s", remark="while it listens"),
        Row("  sending", median(seconds[False]), "s", remark="without listening"),
        Row(
            "  the one against the other",
            median(seconds[True]) / median(seconds[False]),
            "×",
            SLOWER_LIMIT,
        ),
    ]
    return rows


def _measure_outages(office, options, restart_database):
    """Measure how long after the end of an outage all accounts are heard again."""
    rows = [Row(f"until all {options.accounts[-1]} accounts are heard again", None)]
    with step("Outages") as outages:
        for name, fault in OUTAGES.items():
            outages.hint = name
            office.fail(options.outage_seconds, **fault)
            rows.append(Row(f"  {name}", office.measure_recovery(), "s", RECOVERY_LIMIT))
        outages.hint = "database"
        restart_database()
        rows.append(Row("  PostgreSQL restarted", office.measure_recovery(), "s", RECOVERY_LIMIT))
    return rows


def _delay_rows(delays):
    slowest = quantiles(delays, n=20)[-1] if len(delays) > 1 else delays[0]
    return [
        Row("  from sending to Odoo, median", median(delays), "s"),
        Row("  95 % of them", slowest, "s", DELAY_LIMIT, f"{len(delays)} messages"),
    ]
