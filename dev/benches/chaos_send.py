# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""./dev/bench chaos-send: each message goes out once, whatever is killed meanwhile.

Two Odoo processes with one scheduler thread each work on one database; a third one, which is not
killed, takes the messages through the web API while the others send. Rounds of chaos kill Odoo
and the local service, let calls go wrong, and cut connections in a proxy between them
(``tests.chaos``). Half of the messages have marks that format, long names of files or kinds that
are told as others; what the service makes of them changes by a plan with each round. Its clock is
three minutes ahead or behind. The second account is called by https, through tunnels. People write,
forward, and create groups and instances in dialogs, and press twice. Automations fire again and
again. Three more processes are stopped between claim and call, and wake up after two minutes.

Then everything works again, and when nothing moves any more, what was queued is compared with what
Telegram got and with what Odoo believes. A run is repeated by its seed up to the machine's own
timing.
"""

import functools
import shutil
import socket

from green_api_sandbox.http.proxy import start_proxy

from ..environment import addon_database
from ..environment.addon_modules import load
from ..environment.database import running_server
from ..environment.home import dev_home, lock
from ..environment.odoo_process import running_odoo
from ..environment.odoo_session import OdooRequestError, OdooSession
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
# What each run has to contain, and the part (tests/chaos/letters.py) that may be left out with it.
HAPPENS = ("kills", "faults", "stops", "presses", "tunnels")
PARTS = {"stops": "stops", "presses": "presses", "tunnels": "proxy"}


def main(options):
    """Run it, print the counts as the last line; return 1 unless all is well."""
    home = dev_home()
    busy = "Another ./dev/bench chaos-send runs in this checkout."
    with lock(home, NAME, busy=busy), running_server(home) as server:
        odoo = Odoo(home, server)
        prepare(odoo, DATABASE, NAME)
        folder = home / NAME
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        certificate = folder / "certificate.pem"
        load("tests.certificate").write_certificate(certificate)
        service = load("tests.chaos.service")
        letters = load("tests.chaos.letters")
        customers = letters.make_customers(len(ID_INSTANCES), CHATS)
        local = service.Service(folder / "service", ID_INSTANCES, customers)
        try:
            with (
                start_proxy(certificate=str(certificate)) as calm,
                start_proxy(certificate=str(certificate)) as proxy,
                running_odoo(
                    odoo, DATABASE, free_port(), NAME, _get_variables(calm, certificate)
                ) as (_process, url),
            ):
                sessions = [OdooSession(url, DATABASE, LOGIN, PASSWORD) for _person in range(2)]
                written = letters.make_all_letters(
                    customers, options.messages, options.seed, options.automatic
                )
                variables = _get_variables(proxy, certificate)
                verdict, counts = _rage(odoo, sessions, local, proxy, variables, written, options)
        finally:
            local.stop()
    for detail in verdict.details[:SHOWN_DETAILS]:
        print(f"  {detail}")
    keep_verdict("chaos-send", verdict, **counts)
    said = ", ".join(f"{count} {what}" for what, count in counts.items())
    print(f"chaos-send modes: {verdict.modes}")
    print(f"chaos-send: {verdict}, {said} (seed {options.seed})")
    missing = [
        what for what in HAPPENS if not counts[what] and PARTS.get(what) not in options.without
    ]
    if missing:
        print(f"chaos-send: it proves nothing without {', '.join(missing)}. Choose another seed.")
    return 0 if verdict.is_good and not missing else 1


def keep_verdict(name, verdict, **amounts):
    """Store the counts for the table of all measurements.

    :param amounts: of what was done to it
    """
    rows = [Row("messages", verdict.queued), Row("arrived", verdict.delivered)]
    rows += [
        Row(count.replace("_", " "), getattr(verdict, count), limit=0)
        for count in ("lost", "doubled", "out_of_order", "second_chats")
    ]
    record.keep(name, [*rows, *(Row(what, amount) for what, amount in amounts.items())])


def prepare(odoo, database, name):
    """Make a new database with the addon alone; none of Odoo's scheduled actions run there."""
    addon_database.create(odoo, database, odoo.home / "log" / f"{name}-install.log")
    # Odoo's own actions would only take time, and ask the internet for news.
    odoo.server.execute(
        """UPDATE ir_cron SET active = FALSE WHERE id NOT IN (
               SELECT res_id FROM ir_model_data
                WHERE module = 'telegram_green_api' AND name = ANY(%(names)s))""",
        database=database,
        values={"names": list(load("tests.chaos.office").CRONS)},
    )


def _get_variables(proxy, certificate):
    """Return the environment variables of an Odoo process behind a proxy."""
    return {
        "http_proxy": proxy.url,
        "https_proxy": proxy.url,
        "no_proxy": "",
        "REQUESTS_CA_BUNDLE": str(certificate),
    }


def _rage(odoo, sessions, service, proxy, variables, letters, options):
    """Carry it out; return the verdict, and what was done by name."""
    run, verdict = load("tests.chaos.run"), load("tests.chaos.verdict")
    passing_time = load("tests.chaos.passing_time")
    connect = odoo.server.connect
    instance_ids = [
        connect_account(sessions[0], phone, "https" if number == 1 else "http")
        for number, phone in enumerate(service.phones)
    ]
    without = options.without
    calls = [session.call for session in sessions]
    presses = load("tests.chaos.dialogs").Presses(
        calls, (OdooRequestError,), options.seed, "presses" not in without
    )
    sources = load("tests.chaos.letters").make_sources(len(instance_ids))
    office = load("tests.chaos.office").Office(presses, instance_ids, sources)
    office.prepare(service.url, service.partner_token)
    make_worker = functools.partial(_make_worker, odoo, variables)
    sleepers = None
    if "stops" not in without:
        stopped = [make_worker(f"stopped-{number + 1}") for number in range(len(instance_ids))]
        sleepers = load("tests.chaos.sleepers").Sleepers(connect, DATABASE, stopped)
    with step("Send through the storm") as sending:
        judged, kills, faults = run.run(
            service,
            [make_worker(number) for number in (1, 2)],
            office,
            letters,
            verdict.Books(connect, DATABASE, instance_ids),
            passing_time.PassingTime(connect, DATABASE, instance_ids),
            rounds=options.rounds or max(1, options.messages // LETTERS_PER_ROUND),
            seed=options.seed,
            seconds=options.minutes * 60,
            proxy=None if "proxy" in without else proxy,
            sleepers=sleepers,
            without=without,
            say=lambda line: setattr(sending, "hint", line),
        )
    stops = sleepers.caught if sleepers else 0
    tunnels = sum(verb == "CONNECT" for verb, _place in proxy.seen)
    counts = {"kills": kills, "faults": faults, "stops": stops, "presses": office.presses}
    return judged, {**counts, "tunnels": tunnels, "created": len(office.created)}


def _make_worker(odoo, variables, name):
    """Return an Odoo process with a scheduler, behind the proxy; it is not started yet."""
    config = odoo.write_config(f"{NAME}-worker.conf", db_name=DATABASE, max_cron_threads=1)
    log = odoo.home / "log" / f"{NAME}-worker-{name}.log"
    log.unlink(missing_ok=True)
    environment = odoo.environment(config, **variables)
    return load("tests.chaos.workers").Worker(odoo.command("--no-http"), environment, log)


def connect_account(session, phone, scheme="http"):
    """Enter an account in Odoo as an administrator does; return the id of the instance.

    :param str scheme: "https" behind a proxy that ends TLS
    """
    instance_id = session.create(
        "telegram.instance",
        name=str(phone.id_instance),
        id_instance=str(phone.id_instance),
        api_url=phone.base_url.replace("http:", f"{scheme}:"),
        api_token_new=phone.token,
    )
    session.call("telegram.instance", "action_check_state", [instance_id])
    return instance_id


def free_port():
    """Return a free port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
