# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""./dev/bench team: how soon the inbox and the dashboard open with many chats and messages.

The inbox is compared with Odoo's list of as many contacts; they take turns.
"""

from ..environment import addon_database
from ..environment.database import running_server
from ..environment.home import dev_home, lock
from ..environment.odoo_script import run_inside
from ..environment.progress import step
from ..environment.server import Odoo
from .measure import Row, report

DATABASE = "telegram_bench_team"
NAME = "bench-team"  # of logs and of the lock
INBOX_LIMIT = 1.3
DASHBOARD_LIMIT = 2  # seconds


def main(options):
    """Measure and print the table; return 1 when a limit is exceeded."""
    home = dev_home()
    busy = "Another ./dev/bench team runs in this checkout."
    with lock(home, NAME, busy=busy), running_server(home) as server:
        odoo = Odoo(home, server)
        addon_database.create(odoo, DATABASE, home / "log" / f"{NAME}-install.log")
        server.execute("UPDATE ir_cron SET active = FALSE", database=DATABASE)
        with step("Open the inbox and the dashboard") as measuring:
            inbox, contacts, ratio, counting, figures, opened = run_inside(
                odoo,
                measuring,
                home / "log" / f"{NAME}.log",
                DATABASE,
                "dev.benches.team_load",
                chats=options.chats,
                messages=options.messages,
            )
    remark = f"{inbox * 1000:.0f} ms against {contacts * 1000:.0f}"
    title = f"inbox with {options.chats:,} chats, against as many contacts"
    rows = [
        Row(f"{title}: first page", ratio, "×", INBOX_LIMIT, remark),
        Row("  chats that wait for a user, counted", counting * 1000, "ms"),
    ]
    title = f"dashboard with {options.messages:,} messages"
    rows += [
        Row(f"{title}, {days} days", seconds, "s", DASHBOARD_LIMIT) for days, seconds in figures
    ]
    rows += [Row(f"  {name}", seconds, "s", DASHBOARD_LIMIT) for name, seconds in opened]
    return report("team", rows)
