# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""An Odoo server that runs for as long as a command needs it."""

import subprocess
import time
from contextlib import contextmanager

import requests

from .home import CHECKOUT
from .progress import DevError, ending, step, tail

START_PATIENCE = 120  # seconds for Odoo to answer


@contextmanager
def running_odoo(odoo, database, port, name, variables=None, **config):
    """Run Odoo on ``database`` until the block ends; give its process and its address.

    :param name: of its configuration file and its log
    :param dict variables: of its environment, besides the usual ones
    :param config: changes to the common configuration
    :raise DevError: when it does not start
    """
    url, log_path = f"http://localhost:{port}", odoo_log(odoo, name)
    # Not by a filter of databases: for that, Odoo asks PostgreSQL for all of them in each request
    # without a session, such as a delivery to a webhook.
    path = odoo.write_config(f"{name}.conf", db_name=database, http_port=port, **config)
    with log_path.open("w") as log:
        process = subprocess.Popen(
            odoo.command(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=odoo.environment(path, **(variables or {})),
            cwd=CHECKOUT,
            # Ctrl-C is for us; Odoo takes a second signal as an order to break off.
            start_new_session=True,
        )
    with ending(process):
        with step("Start Odoo"):
            _wait_until_it_answers(process, url, log_path)
        yield process, url


def odoo_log(odoo, name):
    """Return the path of the log of ``running_odoo``."""
    return odoo.home / "log" / f"{name}.log"


def _wait_until_it_answers(process, url, log):
    deadline = time.monotonic() + START_PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if requests.get(f"{url}/web/health", timeout=10).ok:
                return
        except (requests.ConnectionError, requests.Timeout):
            time.sleep(0.2)
    raise DevError(f"Odoo did not start.\n\n{tail(log)}\n\nThe whole log: {log}")
