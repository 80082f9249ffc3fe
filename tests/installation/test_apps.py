# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import json
import os
import socket
from contextlib import contextmanager
from http.cookies import SimpleCookie
from pathlib import Path
from unittest.mock import patch
from urllib.request import Request, urlopen

from odoo.tests import tagged

from ..browser.browser_case import TourCase
from ..chaos.workers import Worker
from ..common import CUSTOMER_CHAT, SandboxCase
from .database_case import ADDON, DatabaseCase

FOLDER = Path(__file__).parent
APPS = (
    "base_automation",
    "calendar",
    "crm",
    "hr_recruitment",
    "link_tracker",
    "maintenance",
    "project",
    "sale_management",
    "sms",
    "stock",
)
SERVES = "Registry loaded"  # what Odoo's log says when it listens and knows the database
RUSSIAN = """
env["res.lang"]._activate_lang("ru_RU")
env["ir.module.module"]._load_module_terms(["telegram_green_api"], ["ru_RU"])
env.cr.commit()
"""
AUTOMATIONS = "/odoo/action-telegram_green_api.telegram_automation_action"
# The rules of other apps, as they are switched on at each width.
RULES = {
    "1400x900": ("Quotation Sent", "Order Confirmed", "Delivery Done"),
    "390x844": ("Appointment Tomorrow", "Task Done"),
}
SWITCH_ON = """
void (async () => {
    const until = (find) => new Promise((resolve) => {
        const look = () => (find() ? resolve(find()) : setTimeout(look, 50));
        look();
    });
    const getRow = (name) => [
        ...document.querySelectorAll(".o_data_row, .o_kanban_record"),
    ].find((row) => row.textContent.includes(name));
    for (const name of %s) {
        const find = (action) => getRow(name)?.querySelector(`button[name='${action}']`);
        (await until(() => find("action_switch_on"))).click();
        await until(() => find("action_switch_off"));
    }
    console.log("picture: apps_automations");
    console.log("test successful");
})();
"""
# What the customer has received from them.
RECEIVED = ("our quotation", "is confirmed", "is on its way", "is done", "Fitting")
PARTS = ("lead", "task", "others", "rules", "automations", "sms", "links")


@tagged("post_install", "-at_install", "slow")
class TestApps(DatabaseCase, SandboxCase, TourCase):
    """The addon beside apps that it does not depend on, in a database of its own."""

    database = "telegram_apps"

    @contextmanager
    def serving(self):
        """Run Odoo on the database; give its address and the cookies of the administrator."""
        with socket.create_server(("127.0.0.1", 0)) as place:
            port = place.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        options = ("--http-port", str(port), "--max-cron-threads=0", "--logfile=")
        log = self.folder / "serving.log"
        odoo = Worker(self.command("server", *options), os.environ, log, SERVES)
        self.addCleanup(odoo.kill)
        odoo.start()
        odoo.wait_until_it_works()
        params = {"db": self.database, "login": "admin", "password": "admin"}
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}).encode()
        headers = {"Content-Type": "application/json"}
        request = Request(f"{url}/web/session/authenticate", body, headers)
        jar = SimpleCookie()
        with urlopen(request, timeout=60) as response:
            for cookie in response.headers.get_all("Set-Cookie"):
                jar.load(cookie)
        yield url, {"session_id": jar["session_id"].value}
        odoo.kill()

    def switch_on(self):
        """Switch the rules of other apps on by clicking, on a desktop and on a phone."""
        with self.serving() as (url, cookies), self.take_pictures():
            for self.browser_size, names in RULES.items():
                self.browser_js(
                    url + AUTOMATIONS,
                    SWITCH_ON % json.dumps(names),
                    ready="odoo.isReady === true",
                    cookies=cookies,
                    timeout=120,
                )

    def look_at_phones(self):
        """Look at what the rules have sent, on the customer's phone."""
        text = "document.querySelector('#messages')?.textContent"
        for self.browser_size in RULES:
            shown = " && ".join(f"{text}?.includes('{words}')" for words in RECEIVED)
            self.look_at_phone(CUSTOMER_CHAT, shown, "apps_phone")

    def test_apps(self):
        """What is only for other apps breaks there, and no other test would see it."""
        self.phone = phone = self._create_phone()
        environment = {
            "TELEGRAM_APPS_URL": self.sandbox_url,
            "TELEGRAM_APPS_TOKEN": phone.token,
            "TELEGRAM_APPS_ID": str(phone.id_instance),
            "PYTHONPATH": os.pathsep.join(
                [str(FOLDER.parents[1] / "sandbox"), os.environ.get("PYTHONPATH", "")]
            ),
        }
        self.odoo("server", "-i", ",".join((ADDON, *APPS)), "--stop-after-init")
        self.odoo("shell", "--no-http", script=RUSSIAN)  # before the templates are created
        self.switch_on()
        script = FOLDER.joinpath("apps.py").read_text()
        with patch.dict(os.environ, environment):
            output = self.odoo("shell", "--no-http", script=script)
        for part in PARTS:
            self.assertIn(f"{part}: ok", output)
        self.look_at_phones()
