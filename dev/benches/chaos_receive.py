# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""./dev/bench chaos-receive: each message comes in once, whatever is killed meanwhile.

Customers write to two accounts: one fetches, to the other the service delivers, to an Odoo that
is not killed. Two Odoo processes with one scheduler thread each process what came in; rounds of
chaos kill them and let calls go wrong (``tests.chaos``), in the middle one the database is
restarted, and three notifications cannot be processed at all. Half of the messages have marks that
format, long names of files or kinds that are told as others; what the service makes of them changes
with each round. When nothing moves any more, what the customers wrote is compared with what is
stored and with what Discuss shows.
"""

import shutil

from ..environment.addon_modules import load
from ..environment.database import break_connections, running_server
from ..environment.home import dev_home, lock
from ..environment.odoo_process import running_odoo
from ..environment.odoo_session import OdooSession
from ..environment.progress import step
from ..environment.server import Odoo
from .chaos_send import (
    LOGIN,
    PASSWORD,
    connect_account,
    free_port,
    keep_verdict,
    prepare,
)

DATABASE = "telegram_chaos_receive"
NAME = "chaos-receive"  # of configuration files and logs
ID_INSTANCES = (4100000201, 4100000202)
CHATS = 100
MESSAGES_PER_ROUND = 500
POISONED = 3
WEBHOOK_PAUSE = 1  # seconds after which a delivery that failed is repeated
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
        customers = load("tests.chaos.letters").make_customers(len(ID_INSTANCES), CHATS)
        local = load("tests.chaos.service").Service(folder, ID_INSTANCES, customers)
        try:
            with running_odoo(odoo, DATABASE, free_port(), NAME) as (_process, url):
                session = OdooSession(url, DATABASE, LOGIN, PASSWORD)
                instance_ids = _connect_accounts(session, local, url)
                verdict, downpour = _pour(odoo, local, customers, instance_ids, options)
        finally:
            local.stop()
    for detail in verdict.details[:SHOWN_DETAILS]:
        print(f"  {detail}")
    counts = {"set aside": verdict.set_aside, "kills": downpour.kills, "faults": local.hits}
    keep_verdict(NAME, verdict, **counts)
    print(f"{NAME} modes: {verdict.modes}")
    print(
        f"{NAME}: {verdict}, {downpour.kills} kills, 1 restart of the database, "
        f"{local.hits} faults (seed {options.seed})"
    )
    return 0 if verdict.is_good and verdict.set_aside == POISONED else 1


def _connect_accounts(session, local, url):
    """Enter the accounts in Odoo; to the second one the service delivers. Return their ids."""
    session.call("ir.config_parameter", "set_param", "web.base.url", url)
    instance_ids = [connect_account(session, phone) for phone in local.phones]
    local.phones[1].change(webhookPauseSeconds=WEBHOOK_PAUSE)
    session.call("telegram.instance", "write", instance_ids[1:], {"receive_mode": "webhook"})
    session.call("telegram.instance", "action_set_up_receiving", instance_ids[1:])
    return instance_ids


def _pour(odoo, local, customers, instance_ids, options):
    """Carry it out; return the verdict, and the ``Downpour``."""
    receiving, workers = load("tests.chaos.receiving"), load("tests.chaos.workers")
    passing_time = load("tests.chaos.passing_time")
    config = odoo.write_config(f"{NAME}-worker.conf", db_name=DATABASE, max_cron_threads=1)
    pair = []
    for number in (1, 2):
        log = odoo.home / "log" / f"{NAME}-worker-{number}.log"
        log.unlink(missing_ok=True)
        command, environment = odoo.command("--no-http"), odoo.environment(config)
        pair.append(workers.Worker(command, environment, log, workers.RECEIVING_BEGINS))
    connect = odoo.server.connect
    downpour = receiving.Downpour(
        local,
        customers,
        pair,
        lambda: passing_time.PassingTime(connect, DATABASE, instance_ids),
        lambda: break_connections(odoo.home, odoo.server, DATABASE),
        options.seed,
    )
    with step("Receive through the storm") as receiving_step:
        verdict = receiving.run(
            downpour,
            local,
            receiving.Inbox(connect, DATABASE, instance_ids),
            messages=options.messages,
            rounds=options.rounds or max(3, options.messages // MESSAGES_PER_ROUND),
            seconds=options.minutes * 60,
            say=lambda line: setattr(receiving_step, "hint", line),
        )
    return verdict, downpour
