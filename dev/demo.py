# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""./dev/demo: a real Odoo with the addon, the local service with its phone, and the main job."""

import shutil
import socket
import sys
from contextlib import contextmanager

import requests

from green_api_sandbox.phone import Phone, PhoneError
from green_api_sandbox.process import launch, stop

from .environment import addon_database
from .environment.database import running_server
from .environment.home import CHECKOUT, dev_home, fingerprint, lock
from .environment.odoo_process import odoo_log, running_odoo
from .environment.odoo_session import OdooSession
from .environment.progress import DevError, command, tail
from .environment.server import Odoo
from .options import ODOO_PORT, demo_options
from .scenario import Scenario

DATABASE = "telegram_demo"
NAME = "demo"  # of Odoo's configuration file and log
LOGIN = PASSWORD = "admin"
HOST = "127.0.0.1"
PHONE_PORT = 8089
# What an installed addon consists of; a change in it calls for an update of the database.
ADDON_PARTS = (
    "client",
    "controllers",
    "data",
    "demo",
    "i18n",
    "models",
    "security",
    "static",
    "views",
)
ADDON_PARTS += ("wizards", "__init__.py", "__manifest__.py", "const.py")


def main():
    """Run the demo as the command line says; return the exit code."""
    options = demo_options(sys.argv[1:])
    home = dev_home()
    busy = "The demo of this checkout runs already. End it (Ctrl-C) or go to its addresses."
    with lock(home, "demo", busy=busy), running_server(home) as server:
        odoo = Odoo(home, server)
        _prepare(odoo, options.fresh)
        odoo_port = find_port(options.port, ODOO_PORT)
        with (
            running_service(home / "sandbox") as phone_url,
            running_odoo(odoo, DATABASE, odoo_port, NAME, max_cron_threads=2) as (
                process,
                odoo_url,
            ),
        ):
            try:
                scenario = _play(odoo_url, phone_url, options.formatting)
            except (DevError, PhoneError, requests.RequestException) as error:
                log = odoo_log(odoo, NAME)
                raise DevError(
                    f"The demo did not get through: {error}\n\n{tail(log)}\n\nOdoo's log: {log}"
                ) from None
            if options.once:
                return 0
            _say_where(scenario, odoo_url, phone_url)
            process.wait()
            raise DevError(f"Odoo ended by itself.\n\n{tail(odoo_log(odoo, NAME))}")


def _prepare(odoo, fresh):
    if fresh:
        shutil.rmtree(odoo.home / "sandbox", ignore_errors=True)
    stamp = odoo.home / "demo.stamp"
    current = _addon_fingerprint()
    log = odoo.home / "log" / "demo-install.log"
    if fresh or not addon_database.has_addon(odoo, DATABASE):
        addon_database.create(odoo, DATABASE, log)
    elif not stamp.exists() or stamp.read_text() != current:
        addon_database.update(odoo, DATABASE, log)
    stamp.write_text(current)


def _addon_fingerprint():
    parts = [CHECKOUT / part for part in ADDON_PARTS]
    paths = sorted(path for part in parts for path in [part, *part.rglob("*")])
    files = [path for path in paths if path.is_file() and path.suffix != ".pyc"]
    return fingerprint(*((path, path.read_bytes()) for path in files))


def find_port(wanted=None, usual=0):
    """Return a free port: the wanted one, else the usual one or, when that is taken, any."""
    for port in [wanted] if wanted else [usual, 0]:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return probe.getsockname()[1]
    raise DevError(f"Port {wanted} is taken by another program. Choose another: --port=NUMBER.")


@contextmanager
def running_service(data):
    """Run the local GREEN-API service until the block ends; give its address."""
    try:
        process, url = launch(data, find_port(None, PHONE_PORT))
    except RuntimeError as error:
        raise DevError(str(error)) from None
    try:
        yield url
    finally:
        stop(process)


def _play(odoo_url, phone_url, formatting):
    session = OdooSession(odoo_url, DATABASE, LOGIN, PASSWORD)
    scenario = Scenario(session, Phone(phone_url), formatting)
    scenario.run()
    return scenario


def _say_where(scenario, odoo_url, phone_url):
    print(
        f"""
Look around:
  Odoo       {odoo_url}  (login {LOGIN}, password {PASSWORD})
  contact    {odoo_url}/odoo/res.partner/{scenario.partner_id}
  invoice    {odoo_url}/odoo/account.move/{scenario.invoice_id}
  the phone  {phone_url}/phone/  (write as the customer; Odoo has it about a second later)

Ctrl-C ends everything.""",
        flush=True,
    )


if __name__ == "__main__":
    command(main)
