# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""./dev/bench chaos-listen: each message comes in once, whichever process listens.

Customers write to twenty polled accounts. Three Odoo processes share them; in each round, one that
listens is killed, stopped for a while, or stopped until another one had to take over. Nothing but
Odoo's own scheduler wakes them. The service counts how often two heard the same account.
"""

import shutil

from ..environment.addon_modules import load
from ..environment.database import running_server
from ..environment.home import dev_home, lock
from ..environment.odoo_process import running_odoo
from ..environment.odoo_session import OdooSession
from ..environment.progress import step
from ..environment.server import Odoo
from .chaos_send import LOGIN, PASSWORD, connect_account, free_port, keep_verdict, prepare

DATABASE = "telegram_chaos_listen"
NAME = "chaos-listen"  # of configuration files and logs
FIRST_ID_INSTANCE = 4100000301
CHATS_OF_ACCOUNT = 3
PROCESSES = 3
BEGINS = "Job 'Telegram: Listen"
ACTIVATE = """
    UPDATE ir_cron SET active = TRUE
     WHERE id IN (SELECT res_id FROM ir_model_data
                   WHERE module = 'telegram_green_api' AND name LIKE 'ir_cron_listen%'
                     AND model = 'ir.cron')
"""
SHOWN_DETAILS = 20


def main(options):
    """Run it, print the counts as the last line; return 1 unless all is well."""
    home = dev_home()
    busy = f"Another ./dev/bench {NAME} runs in this checkout."
    with lock(home, NAME, busy=busy), running_server(home) as server:
        odoo = Odoo(home, server)
        prepare(odoo, DATABASE, NAME)
        folder = home / NAME
        shutil.rmtree(folder, ignore_errors=True)
        ids = tuple(range(FIRST_ID_INSTANCE, FIRST_ID_INSTANCE + options.accounts))
        customers = load("tests.chaos.letters").make_customers(
            len(ids), len(ids) * CHATS_OF_ACCOUNT
        )
        local = load("tests.chaos.service").Service(folder, ids, customers)
        try:
            local.change_all(longPoll=True)
            with running_odoo(odoo, DATABASE, free_port(), NAME) as (_process, url):
                session = OdooSession(url, DATABASE, LOGIN, PASSWORD)
                instance_ids = [connect_account(session, phone) for phone in local.phones]
            server.execute(ACTIVATE, database=DATABASE)
            verdict, listeners = _listen(odoo, local, customers, instance_ids, options)
        finally:
            local.stop()
    for detail in verdict.details[:SHOWN_DETAILS]:
        print(f"  {detail}")
    slowest = max(listeners.takeovers, default=0)
    keep_verdict(NAME, verdict, **listeners.happened, **{"slowest takeover, s": slowest})
    happened = ", ".join(f"{count} × {way}" for way, count in listeners.happened.items())
    print(f"{NAME}: {verdict}, {happened}, taken over within {slowest:.1f} s (seed {options.seed})")
    return 0 if verdict.is_good else 1


def _listen(odoo, local, customers, instance_ids, options):
    """Carry it out; return the verdict, and the ``Listeners``."""
    listening, workers = load("tests.chaos.listening"), load("tests.chaos.workers")
    config = odoo.write_config(f"{NAME}-worker.conf", db_name=DATABASE, max_cron_threads=2)
    processes = []
    for number in range(PROCESSES):
        log = odoo.home / "log" / f"{NAME}-worker-{number + 1}.log"
        log.unlink(missing_ok=True)
        command, environment = odoo.command("--no-http"), odoo.environment(config)
        processes.append(workers.Worker(command, environment, log, BEGINS))
    connect = odoo.server.connect
    listeners = listening.Listeners(
        connect,
        DATABASE,
        local,
        customers,
        processes,
        load("const").LOCK_RECEIVING,
        options.seed,
    )
    with step("Listen through the storm") as current_step:
        verdict = listening.run(
            listeners,
            local,
            load("tests.chaos.receiving").Inbox(connect, DATABASE, instance_ids),
            rounds=options.rounds,
            seconds=options.minutes * 60,
            say=lambda line: setattr(current_step, "hint", line),
        )
    return verdict, listeners
