# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""./dev/bench chaos-send: each message goes out once, whatever is killed meanwhile.

Two Odoo processes with one scheduler thread each work on one database; a third one, which is not
killed, takes the messages through the web API while the others send. Rounds of chaos kill Odoo
and the local service and let calls go wrong (``tests.chaos``). Then everything works again, and
when nothing moves any more, what was queued is compared with what Telegram got and with what
Odoo believes. A run is repeated by its seed up to the machine's own timing.
"""

import shutil
import socket

from ..environment import addon_database
from ..environment.addon_modules import load
from ..environment.database import running_server
from ..environment.home import dev_home, lock
from ..environment.odoo_process import running_odoo
from ..environment.odoo_session import OdooSession
from ..environment.progress import step
from ..environment.server import Odoo
from . import record
from .measure import Row

DATABASE = "telegram_chaos"
NAME = "chaos"  # of configuration files and logs
LOGIN = PASSWORD = "admin"
ID_INSTANCES = (4100000101, 4100000102, 4100000103)
CHATS = 50
LETTERS_PER_ROUND = 50
SHOWN_DETAILS = 20


def main(options):
    """Run it, print the counts as the last line; return 1 unless all is well."""
    home = dev_home()
    busy = "Another ./dev/bench chaos-send runs in this checkout."
    with lock(home, NAME, busy=busy), running_server(home) as server:
        odoo = Odoo(home, server)
        prepare(odoo, DATABASE, NAME)
        folder = home / NAME
        shutil.rmtree(folder, ignore_errors=True)
        service = load("tests.chaos.service")
        letters = load("tests.chaos.letters")
        customers = letters.make_customers(len(ID_INSTANCES), CHATS)
        local = service.Service(folder, ID_INSTANCES, customers)
        try:
            with running_odoo(odoo, DATABASE, free_port(), NAME) as (_process, url):
                session = OdooSession(url, DATABASE, LOGIN, PASSWORD)
                written = letters.make_letters(customers, options.messages, options.seed)
                verdict, kills, faults = _rage(odoo, session, local, written, options)
        finally:
            local.stop()
    for detail in verdict.details[:SHOWN_DETAILS]:
        print(f"  {detail}")
    keep_verdict("chaos-send", verdict, kills=kills, faults=faults)
    print(f"chaos-send: {verdict}, {kills} kills, {faults} faults (seed {options.seed})")
    return 0 if verdict.is_good else 1


def keep_verdict(name, verdict, **amounts):
    """Store the counts for the table of all measurements.

    :param amounts: of what was done to it
    """
    rows = [Row("messages", verdict.queued), Row("arrived", verdict.delivered)]
    rows += [
        Row(count.replace("_", " "), getattr(verdict, count), limit=0)
        for count in ("lost", "doubled", "out_of_order")
    ]
    record.keep(name, [*rows, *(Row(what, amount) for what, amount in amounts.items())])


def prepare(odoo, database, name):
    """Make a new database with the addon alone; none of Odoo's scheduled actions run there."""
    addon_database.create(odoo, database, odoo.home / "log" / f"{name}-install.log")
    # Odoo's own actions would only take time, and ask the internet for news.
    odoo.server.execute("UPDATE ir_cron SET active = FALSE", database=database)


def _rage(odoo, session, service, letters, options):
    """Carry it out; return the verdict, and the numbers of kills and faults."""
    run, verdict = load("tests.chaos.run"), load("tests.chaos.verdict")
    workers, passing_time = load("tests.chaos.workers"), load("tests.chaos.passing_time")
    instance_ids = [connect_account(session, phone) for phone in service.phones]

    def queue(batch):
        for letter in batch:
            method, arguments = letter.get_call()
            instance_id = instance_ids[letter.customer.account]
            session.call("telegram.instance", method, [instance_id], *arguments)

    config = odoo.write_config(f"{NAME}-worker.conf", db_name=DATABASE, max_cron_threads=1)
    pair = []
    for number in (1, 2):
        log = odoo.home / "log" / f"{NAME}-worker-{number}.log"
        log.unlink(missing_ok=True)
        pair.append(workers.Worker(odoo.command("--no-http"), odoo.environment(config), log))
    with step("Send through the storm") as sending:
        return run.run(
            service,
            pair,
            queue,
            letters,
            verdict.Books(odoo.server.connect, DATABASE, instance_ids),
            passing_time.PassingTime(odoo.server.connect, DATABASE, instance_ids),
            rounds=options.rounds or max(1, options.messages // LETTERS_PER_ROUND),
            seed=options.seed,
            seconds=options.minutes * 60,
            say=lambda line: setattr(sending, "hint", line),
        )


def connect_account(session, phone):
    """Enter an account in Odoo as an administrator does; return the id of the instance."""
    instance_id = session.create(
        "telegram.instance",
        name=str(phone.id_instance),
        id_instance=str(phone.id_instance),
        api_url=phone.base_url,
        api_token_new=phone.token,
    )
    session.call("telegram.instance", "action_check_state", [instance_id])
    return instance_id


def free_port():
    """Return a free port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
