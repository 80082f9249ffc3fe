# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""./dev/bench features: what receiving and sending cost those who use no inbox and no rules.

The same work is done in turns with and without the methods by which these take part in it.
"""

import tempfile
from pathlib import Path

from green_api_sandbox.process import start_sandbox

from ..environment import addon_database
from ..environment.database import running_server
from ..environment.home import dev_home, lock
from ..environment.odoo_script import run_inside
from ..environment.progress import step
from ..environment.server import Odoo
from .measure import Row, report

DATABASE = "telegram_bench_features"
NAME = "bench-features"  # of logs and of the lock
LIMIT = 1.03


def main(options):
    """Measure and print the table; return 1 when a limit is exceeded."""
    home = dev_home()
    busy = "Another ./dev/bench features runs in this checkout."
    with (
        lock(home, NAME, busy=busy),
        running_server(home) as server,
        tempfile.TemporaryDirectory() as folder,
        start_sandbox(Path(folder) / "sandbox") as (process, url),
    ):
        odoo = Odoo(home, server)
        addon_database.create(odoo, DATABASE, home / "log" / f"{NAME}-install.log")
        server.execute("UPDATE ir_cron SET active = FALSE", database=DATABASE)
        with step("Receive and send") as measuring:
            found = run_inside(
                odoo,
                measuring,
                home / "log" / f"{NAME}.log",
                DATABASE,
                "dev.benches.features_load",
                url=url,
                service_pid=process.pid,
                rounds=options.rounds,
            )
    rows = []
    for title, (processor, queries), (before, after) in found:
        remark = f"{after:.2f} queries a message, {before:.2f} without"
        rows.append(Row(f"{title}: work on the processors", processor, "×", LIMIT))
        rows.append(Row("  queries", queries, "×", LIMIT, remark))
    return report("features", rows)
