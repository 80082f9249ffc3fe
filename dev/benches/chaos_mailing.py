# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""./dev/bench chaos-mailing: a mailing writes to each person at most once, whatever is killed.

Two Odoo processes with one scheduler thread each send a mailing; a third one, which is not killed,
takes the clicks. Odoo and the local service are killed while it is sent, it is paused and resumed
three times, and stopped. At every look, its figures add up to the number of its recipients. In the
end, what Telegram got is exactly what Odoo calls sent.
"""

import functools
import shutil

from ..environment.addon_modules import load
from ..environment.database import running_server
from ..environment.home import dev_home, lock
from ..environment.odoo_process import running_odoo
from ..environment.odoo_session import OdooSession
from ..environment.progress import step
from ..environment.server import Odoo
from . import record
from .chaos_send import LOGIN, PASSWORD, connect_account, free_port, prepare
from .measure import Row

DATABASE = "telegram_chaos_mailing"
NAME = "chaos-mailing"  # of configuration files and logs
ID_INSTANCES = (4100000301,)
STOP_SHARE = 0.6  # of the recipients who have got the message when the mailing is stopped
MAILING_ACTION = """
    UPDATE ir_cron SET active = TRUE
     WHERE id = (SELECT res_id FROM ir_model_data
                  WHERE module = 'telegram_green_api' AND name = 'ir_cron_mailings')
"""


def main(options):
    """Run it, print the counts as the last line; return 1 unless all is well."""
    home = dev_home()
    busy = f"Another ./dev/bench {NAME} runs in this checkout."
    with lock(home, NAME, busy=busy), running_server(home) as server:
        odoo = Odoo(home, server)
        prepare(odoo, DATABASE, NAME)
        server.execute(MAILING_ACTION, database=DATABASE)
        folder = home / NAME
        shutil.rmtree(folder, ignore_errors=True)
        customers = load("tests.chaos.letters").make_customers(1, options.messages)
        local = load("tests.chaos.service").Service(folder, ID_INSTANCES, customers)
        try:
            with running_odoo(odoo, DATABASE, free_port(), NAME) as (_process, url):
                session = OdooSession(url, DATABASE, LOGIN, PASSWORD)
                run = _send(odoo, session, local, customers, options)
        finally:
            local.stop()
    for detail in run.details:
        print(f"  {detail}")
    rows = [
        Row("recipients", options.messages),
        Row("sent until the stop", run.figures["sent_count"]),
        Row("wrong", len(run.details), limit=0),
        Row("kills", run.kills),
        Row("pauses", run.pauses),
        Row("looks at the figures", run.looks),
    ]
    record.keep(NAME, rows)
    print(
        f"{NAME}: {run.figures['sent_count']} of {options.messages} sent, {run.kills} kills, "
        f"{run.pauses} pauses, {run.looks} looks, {len(run.details)} wrong"
    )
    return 1 if run.details else 0


def _send(odoo, session, service, customers, options):
    """Carry it out; return the ``MailingRun``."""
    [phone] = service.phones
    instance_id = connect_account(session, phone)
    limit = {"daily_new_contact_limit": len(customers)}
    session.call("telegram.instance", "write", [instance_id], limit)
    partner_ids = session.call(
        "res.partner",
        "create",
        [{"name": f"Customer {each.chat_id}", "phone": f"+{each.phone}"} for each in customers],
    )
    mailing_id = session.create(
        "telegram.mailing",
        name=NAME,
        instance_id=instance_id,
        recipient_mode="contacts",
        partner_ids=[(6, 0, partner_ids)],
        body="Hello, {{ object.name }}",
    )
    connect = odoo.server.connect
    passing_time = load("tests.chaos.passing_time").PassingTime(connect, DATABASE, [instance_id])
    workers = [_make_worker(odoo, number) for number in (1, 2)]
    with step("Send a mailing through kills") as sending:
        run = load("tests.chaos.mailing").MailingRun(
            service,
            workers,
            session.call,
            functools.partial(connect, DATABASE),
            mailing_id,
            len(customers),
            int(STOP_SHARE * len(customers)),
            say=lambda line: setattr(sending, "hint", line),
        )
        passing_time.start()
        try:
            run.run(options.minutes * 60)
        finally:
            for worker in workers:
                worker.kill()
            passing_time.end()
    if passing_time.error:
        raise passing_time.error
    return run


def _make_worker(odoo, number):
    """Return an Odoo process with a scheduler; it is not started yet."""
    config = odoo.write_config(f"{NAME}-worker.conf", db_name=DATABASE, max_cron_threads=1)
    log = odoo.home / "log" / f"{NAME}-worker-{number}.log"
    log.unlink(missing_ok=True)
    return load("tests.chaos.workers").Worker(
        odoo.command("--no-http"), odoo.environment(config), log
    )
