# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""./dev/bench send: what sending costs, each time against something that does as little as can be.

Both sides take turns in rounds, so that a busy machine slows both. Ratios are medians of the
rounds; that of composing is the one of the fastest.
"""

import os
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

DATABASE = "telegram_bench"
LARGE_DATABASE = "telegram_bench_large"
NAME = "bench-send"  # of logs and of the lock
# What can be measured: its title, and the numbers it takes. The module has the same name.
PARTS = {
    "compose": ("Compose", {"count": 2000, "rounds": 30}),
    "drain": ("Send what is queued", {"count": 1000, "rounds": 3}),
    "history": (
        "Send with a long history",
        {"large_database": LARGE_DATABASE, "counts": [1000, 500_000], "rounds": 40},
    ),
}


def main(options):
    """Measure and print the table; return 1 when a limit is exceeded."""
    home = dev_home()
    busy = "Another ./dev/bench send runs in this checkout."
    rows, loads = [], []
    with lock(home, NAME, busy=busy), running_server(home) as server:
        odoo = Odoo(home, server)
        parts = options.only or list(PARTS)
        _prepare(odoo, parts)
        with (
            tempfile.TemporaryDirectory() as folder,
            start_sandbox(Path(folder) / "sandbox") as (process, url),
        ):
            for name in parts:
                title, numbers = PARTS[name]
                numbers = {key: getattr(options, key, None) or numbers[key] for key in numbers}
                numbers = {**numbers, "url": url, "service_pid": process.pid}
                log = home / "log" / f"{NAME}-{name}.log"
                loads.append(os.getloadavg()[0])
                with step(title) as measuring:
                    module = f"dev.benches.{name}"
                    found = run_inside(odoo, measuring, log, DATABASE, module, **numbers)
                rows += [Row(**values) for values in found]
                loads.append(os.getloadavg()[0])
    _say_load(loads)
    return report("send", rows)


def _prepare(odoo, parts):
    addon_database.create(odoo, DATABASE, odoo.home / "log" / f"{NAME}-install.log")
    odoo.server.execute("UPDATE ir_cron SET active = FALSE", database=DATABASE)
    if "history" in parts:
        addon_database.drop(odoo, LARGE_DATABASE)
        addon_database.copy(odoo, DATABASE, LARGE_DATABASE)


def _say_load(loads):
    """Print the load, and whether the machine was busy with something else."""
    processors = os.cpu_count()
    print(f"Load: {min(loads):.1f} to {max(loads):.1f} on {processors} processors", end="")
    # The bench itself keeps Odoo, PostgreSQL and the local service busy, mostly in turns.
    busy = max(loads) > processors + 1
    print(": busy with something else, the figures are less certain than usual" if busy else "")
