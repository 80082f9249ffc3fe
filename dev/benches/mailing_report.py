# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""./dev/bench mailing-report: how soon the report of a mailing to very many opens."""

from ..environment import addon_database
from ..environment.database import running_server
from ..environment.home import dev_home, lock
from ..environment.odoo_script import run_inside
from ..environment.progress import step
from ..environment.server import Odoo
from .measure import Row, report

DATABASE = "telegram_bench_mailing"
NAME = "bench-mailing-report"  # of logs and of the lock
LIMIT = 2  # seconds


def main(options):
    """Measure and print the table; return 1 when a limit is exceeded."""
    home = dev_home()
    busy = "Another ./dev/bench mailing-report runs in this checkout."
    with lock(home, NAME, busy=busy), running_server(home) as server:
        odoo = Odoo(home, server)
        addon_database.create(odoo, DATABASE, home / "log" / f"{NAME}-install.log")
        server.execute("UPDATE ir_cron SET active = FALSE", database=DATABASE)
        with step("Open the report of a mailing") as measuring:
            opened = run_inside(
                odoo,
                measuring,
                home / "log" / f"{NAME}.log",
                DATABASE,
                "dev.benches.mailing_load",
                messages=options.messages,
            )
    rows = [Row(f"report of a mailing to {options.messages:,}", None)]
    rows += [Row(f"  {name}", seconds, "s", LIMIT) for name, seconds in opened]
    return report("mailing-report", rows)
