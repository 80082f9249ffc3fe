# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""./dev/bench receive: how many messages come in, and what each costs.

On one Odoo and one database, the same texts come in by webhook, are fetched, and are delivered to
OCA's ``mail_gateway_telegram``, which is fetched from the package index for that; they take turns.
A message counts when all that follows is done, as people see it: ours shows it in Discuss and in
the chatter of the contact, without followers; the peer in Discuss only. Ratios are of the work
on the processors, Odoo's and PostgreSQL's: the clock of a busy machine says little.
"""

import subprocess
import sys
from statistics import median

from ..environment import addon_database
from ..environment.database import running_server
from ..environment.home import dev_home, lock
from ..environment.odoo_script import run_inside
from ..environment.progress import step
from ..environment.server import Odoo
from .measure import Row, median_ratio, report
from .receive_load import CHATS, Answers, Deliveries, Fetched, Peer, serving

DATABASE = "telegram_bench_receive"
LARGE_DATABASE = "telegram_bench_receive_large"
NAME = "bench-receive"  # of logs and of the lock
PEER = "mail_gateway_telegram"
PEER_PACKAGES = ("odoo-addon-mail-gateway-telegram==19.0.*", "odoo-addon-mail-gateway==19.0.*")
# What it needs besides; not by pip's own choice, which would bring another Odoo and Pillow.
PEER_NEEDS = (
    *("python-telegram-bot", "httpx", "httpcore", "h11", "anyio", "typing-extensions", "certifi"),
    *("idna", "lottie", "cairosvg", "cairocffi", "cffi", "pycparser", "cssselect2", "tinycss2"),
    *("webencodings", "defusedxml"),
)
SENDERS = (1, 4)
ROUNDS = 3
TIMES_LESS = 12  # work than the peer's
HISTORY_LIMIT = 1.1


def main(options):
    """Measure and print the table; return 1 when a limit is exceeded."""
    home = dev_home()
    busy = "Another ./dev/bench receive runs in this checkout."
    rows = []
    with lock(home, NAME, busy=busy), running_server(home) as server:
        odoo = Odoo(home, server)
        parts = options.only or ["load", "history"]
        peers = _fetch_peer(home) if "load" in parts else None
        addon_database.create(odoo, DATABASE, home / "log" / f"{NAME}-install.log")
        server.execute("UPDATE ir_cron SET active = FALSE", database=DATABASE)
        if "history" in parts:
            rows += _measure_history(odoo, options)
        if "load" in parts:
            rows += _measure_load(odoo, peers, options)
    return report("receive", rows)


def _fetch_peer(home):
    """Fetch the peer's packages; return their folder, or None when they cannot be had."""
    folder = home / "peers"
    with step(f"Fetch {PEER}") as fetching:
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--upgrade"]
        command += ["--target", str(folder), *PEER_PACKAGES, *PEER_NEEDS]
        done = subprocess.run(command, capture_output=True, check=False)
        if done.returncode:
            fetching.hint = "not available"
            return None
    return folder


def _measure_history(odoo, options):
    addon_database.drop(odoo, LARGE_DATABASE)
    addon_database.copy(odoo, DATABASE, LARGE_DATABASE)
    log = odoo.home / "log" / f"{NAME}-history.log"
    with step("Receive with a long history") as measuring:
        milliseconds, ratio = run_inside(
            odoo,
            measuring,
            log,
            DATABASE,
            "dev.benches.receive_history",
            large_database=LARGE_DATABASE,
            chats=options.stored_chats,
            messages=options.stored_messages,
        )
    name = f"receive with {options.stored_messages:,} messages of {options.stored_chats:,} chats"
    remark = f"{milliseconds[1]:.1f} ms a message against {milliseconds[0]:.1f}"
    return [Row(f"{name}, against none", ratio, "×", HISTORY_LIMIT, remark)]


def _measure_load(odoo, peers, options):
    if peers:
        odoo = Odoo(odoo.home, odoo.server, peers)
        config = odoo.write_config("peers.conf")
        with step(f"Install {PEER}") as installing:
            log = odoo.home / "log" / f"{NAME}-peer.log"
            words = f"Odoo could not install {PEER}."
            odoo.run(installing, log, DATABASE, f"--init={PEER}", config=config, failure=words)
        odoo.server.execute("UPDATE ir_cron SET active = FALSE", database=DATABASE)
    rows = []
    with serving(odoo, DATABASE, NAME) as (_session, place):
        ways = [Deliveries, Fetched] + ([Peer] if peers else [])
        ways = [way(*place) for way in ways]
        costs = {}
        with step("Receive") as receiving:
            for way in ways:
                way.run(CHATS, SENDERS[-1])  # makes the conversations
            for number in range(ROUNDS * len(SENDERS)):
                senders = SENDERS[number % len(SENDERS)]
                for way in ways:
                    receiving.hint = f"{number + 1}: {way.name}, {senders} at once"
                    cost = way.run(options.count, senders)
                    costs.setdefault((way, senders), []).append(cost)
        with step("Answer 50 deliveries a second"):
            rows += Answers(ways[0]).rows()
    return _rows(costs) + rows


def _rows(costs):
    rows = []
    theirs = {
        senders: [cost.milliseconds for cost in series]
        for (way, senders), series in costs.items()
        if isinstance(way, Peer)
    }
    for (way, senders), series in costs.items():
        title = f"{way.name}, {senders} at once: work for a message"
        per_second = median(cost.per_second for cost in series)
        remark = f"{per_second:.0f} a second by the clock; {way.shows}"
        work = [cost.milliseconds for cost in series]
        rows.append(Row(title, median(work), "ms", remark=remark))
        if theirs and not isinstance(way, Peer):
            ratio = median_ratio(work, theirs[senders])
            limit, remark = 1 / TIMES_LESS, f"1/{1 / ratio:.1f}"
            rows.append(Row("  of the peer's", ratio, "×", limit, remark))
    if not theirs:
        rows.append(Row(f"{PEER}: not available", 0))
    return rows
