# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import re
import xmlrpc.client
from datetime import timedelta
from pathlib import Path
from textwrap import dedent
from types import SimpleNamespace
from unittest.mock import patch

from odoo import fields
from odoo.tests import HttpCase, tagged
from odoo.tests.common import Transport
from odoo.tools import mute_logger

from ..team.test_inbox import InboxCase

DOC = Path(__file__).parents[2] / "doc"
BLOCK = re.compile(r"^\.\. code-block:: python\n\n((?:    .*\n|\n)+)", re.MULTILINE)


def read_blocks(page):
    """Return the Python examples of a page of doc/."""
    return [dedent(block) for block in BLOCK.findall((DOC / page).read_text())]


@tagged("post_install", "-at_install")
class TestMethodsToOverride(InboxCase):
    """The example of doc/automation.rst, as written there, and the events that call it."""

    def setUp(self):
        super().setUp()
        [block] = [each for each in read_blocks("automation.rst") if "_inherit" in each]
        models = SimpleNamespace(Model=object)
        namespace = {"models": models}
        exec(block, namespace)
        self.called = []
        for definition in namespace.values():
            if isinstance(definition, type) and definition is not object:
                for name, method in vars(definition).items():
                    if name.startswith(("_on_", "_telegram_on_")):
                        self.override(definition._inherit, name, method)

    def override(self, model, name, method):
        called = self.called

        def record_call(self, *args):
            called.append(name)
            return method(self, *args)

        override = patch.object(type(self.env[model]), name, record_call)
        override.start()
        self.addCleanup(override.stop)

    def test_received_and_answer(self):
        """A program does not hear of a customer's message or answer, or of each one twice."""
        self.customer.user_id = self.salesperson
        self.write_from(self.customer, "Your invoice")
        self.send_queue()
        self.called.clear()
        chat = self.write_in(0, "Which invoice?")
        self.assertEqual(sorted(self.called), ["_on_received", "_telegram_on_answer"])
        self.assertEqual(chat.user_id, self.salesperson)
        self.assertEqual(self.customer.ref, "answered: Which invoice?")
        self.ingest(self.prepare(0, "Which invoice?", step=2))
        self.assertEqual(len(self.called), 2, "reported twice")

    def test_failed(self):
        """A program does not hear of a message that was not delivered."""
        message = self.write_from(self.customer, "Hello")
        self.send_queue()
        self.ingest(self.status(message, "noAccount", chatId=message.chat_id.telegram_id))
        self.env.invalidate_all()
        self.assertEqual(self.called, ["_on_failed"])
        self.assertEqual(self.customer.comment, "<p>Not on Telegram</p>")

    def test_overdue(self):
        """A program does not hear of a customer who waits."""
        chat = self.write_in(0)
        chat.sudo().answer_due_date = fields.Datetime.now() - timedelta(minutes=1)
        self._run(self.env.ref("telegram_green_api.ir_cron_remind"))
        self.env.invalidate_all()
        self.assertEqual(self.called.count("_on_overdue"), 1)
        self._run(self.env.ref("telegram_green_api.ir_cron_remind"))
        self.assertEqual(self.called.count("_on_overdue"), 1, "called at each reminder")

    def test_stopped(self):
        """A program does not hear that the account was blocked."""
        self.instance._update_state("authorized")
        self.instance._update_state("blocked")
        self.assertEqual(self.called, ["_on_stopped"])
        self.assertIn("Stopped: blocked", self.instance.message_ids[0].body)


@tagged("post_install", "-at_install")
class TestCallsFromOtherSystems(InboxCase, HttpCase):
    """The examples of doc/http.rst, as written there, against Odoo over HTTP."""

    def setUp(self):
        super().setUp()
        self.write_in(0, "Is it in stock?")
        keys = self.env["res.users.apikeys"].with_user(self.salesperson)
        until = fields.Datetime.now() + timedelta(days=1)
        self.key = keys._generate(None if self.is_json() else "rpc", "Robot", until)
        self.env.flush_all()

    def is_json(self):
        return "json" in self._testMethodName

    def run_example(self, number):
        """Run an example with the address and the key of this test; return its names."""
        code = read_blocks("http.rst")[number]
        for former, value in (
            ("https://odoo.example.com", self.base_url()),
            ("the API key", self.key),
            ("production", self.env.cr.dbname),
            ("robot", self.salesperson.login),
        ):
            code = code.replace(f'"{former}"', repr(value))
        namespace, connect = {}, xmlrpc.client.ServerProxy

        def connect_as_test(url):
            return connect(url, transport=Transport(self))

        # The real calls, with the cookie by which Odoo knows the requests of its tests.
        as_test = patch("requests.post", self.opener.post)
        with as_test, patch("xmlrpc.client.ServerProxy", connect_as_test):
            exec(code, namespace)
        self.env.invalidate_all()
        return namespace

    def check(self, names):
        self.assertEqual(names["sent"]["state"], "queued")
        message = self.env["telegram.message"].browse(names["message_ids"])
        self.assertEqual((message.text, message.create_uid), ("Hello", self.salesperson))
        self.assertIn("Is it in stock?", [row["text"] for row in names["received"]])
        self.send_queue()
        self.assertEqual([entry["message"] for entry in self.phone.ledger()], ["Hello"])

    def test_json(self):
        """The example of JSON-2 fails at the reader's first try."""
        self.check(self.run_example(0))

    @mute_logger("odoo.addons.rpc.controllers.xmlrpc")  # Odoo 20 will not have it any more
    def test_xmlrpc(self):
        """The example of XML-RPC fails at the reader's first try."""
        self.check(self.run_example(1))
