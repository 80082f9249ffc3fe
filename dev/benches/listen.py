# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""./dev/bench listen: answers come within seconds, for any number of polled accounts.

Odoo has its usual two scheduler threads. Customers write to one account after the other while
another account sends what is queued. Measured are the seconds from the customer's sending to the
row in Odoo, also while hundreds of accounts are connected, what listening costs while nothing
comes, and whether it slows sending down.
"""

import tempfile
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles

from green_api_sandbox.process import start_sandbox

from ..environment.database import running_server
from ..environment.home import dev_home, lock
from ..environment.odoo_process import running_odoo
from ..environment.odoo_session import OdooSession
from ..environment.progress import step
from ..environment.server import Odoo
from .chaos_send import LOGIN, PASSWORD, free_port, prepare
from .listen_load import Office
from .measure import Row, fastest_ratio, report

DATABASE = "telegram_bench_listen"
NAME = "bench-listen"  # of logs and of the lock
SCHEDULER_THREADS = 2
DELAY_LIMIT = 3  # seconds, for 95 % of what comes
IDLE_LIMIT = 5  # % of a processor
SLOWER_LIMIT = 1.05  # times the seconds that sending takes without listening
HANDLES_LIMIT = 2  # for each account, on top of those that Odoo has anyway
MEGABYTES_LIMIT = 1  # for each account
WRITING_PAUSE = 2  # seconds between two messages while texts are sent


def main(options):
    """Measure and print the table; return 1 when a limit is exceeded."""
    home = dev_home()
    busy = "Another ./dev/bench listen runs in this checkout."
    with lock(home, NAME, busy=busy), running_server(home) as server:
        odoo = Odoo(home, server)
        prepare(odoo, DATABASE, NAME)
        rows = []
        with _office(odoo) as office:
            alone = office.count_resources()
            for count in options.accounts:
                rows += _measure_growth(office, options, count, alone)
                if count == options.loaded:
                    rows += _measure_load(office, options)
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


def _measure_growth(office, options, count, alone):
    """Measure the cost of waiting and the delay with so many accounts.

    :param tuple alone: the resources without any account
    """
    with step(f"Listen to {count} accounts") as listening:
        listening.hint = "connecting"
        growing = office.grow(count)
        listening.hint = "nothing comes"
        busy = office.measure_idle(options.idle_seconds)
        handles, megabytes = (
            now - before for now, before in zip(office.count_resources(), alone, strict=True)
        )
        listening.hint = "customers write"
        delays = office.measure_delays(options.messages, options.pause)
    return [
        Row(f"{count} accounts" if count > 1 else "1 account", None),
        Row(f"  {count}: processor while nothing comes", busy * 100, "%", IDLE_LIMIT),
        *_delay_rows(f"  {count}", delays),
        *(_delay_rows(f"  {count}: while they are connected", growing) if growing else ()),
        Row(f"  {count}: file handles", handles, "", max(20, HANDLES_LIMIT * count)),
        Row(f"  {count}: memory", megabytes, "MB", max(20, MEGABYTES_LIMIT * count)),
    ]


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
                    with office.customers_write(WRITING_PAUSE) as while_sending:
                        seconds[True].append(office.send())
                    delays += while_sending
                else:
                    seconds[False].append(office.send())
    return [
        Row(f"{options.loaded} accounts, while {options.texts} texts are sent", None),
        *_delay_rows("  meanwhile", delays),
        Row("  sending", median(seconds[True]), "s", remark="while it listens"),
        Row("  sending alone", median(seconds[False]), "s", remark="without listening"),
        Row(
            "  the one against the other",
            fastest_ratio(seconds[True], seconds[False]),
            "×",
            SLOWER_LIMIT,
        ),
    ]


def _delay_rows(name, delays):
    slowest = quantiles(delays, n=20)[-1] if len(delays) > 1 else delays[0]
    return [
        Row(f"{name}: from sending to Odoo, median", median(delays), "s"),
        Row(f"{name}: 95 % of them", slowest, "s", DELAY_LIMIT, f"{len(delays)} messages"),
    ]
