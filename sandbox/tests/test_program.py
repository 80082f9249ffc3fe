# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The local service as a program: its start, its end, and what survives them."""

import signal
import subprocess
import sys
import tempfile

import requests

from green_api_sandbox.process import ROOT, launch

from .service_case import ID_INSTANCE, LocalServiceCase


class TestRestart(LocalServiceCase):
    is_alone = True

    def test_kill_loses_nothing(self):
        """What was acknowledged survives kill -9: queue, notifications, ledger, settings."""
        sent = self.send("10000000", "arrives")
        self.phone.ledger(count=1)
        self.phone.change(stateInstance="suspended")
        queued = self.send("10000000", "stays in the queue")
        self.phone.write("10000000", "waits to be received")
        self.phone.advance(1000)
        before = (self.waiting(), self.phone.instance()["settings"], self.phone.now() // 100)

        self.service.process.send_signal(signal.SIGKILL)
        self.service.restart()
        self.phone.base_url = self.service.url

        after = (self.waiting(), self.phone.instance()["settings"], self.phone.now() // 100)
        self.assertEqual(after, before)
        self.phone.change(stateInstance="authorized")
        ledger = self.phone.ledger(count=2)
        self.assertEqual([entry["idMessage"] for entry in ledger], [sent, queued])

    def test_instance_option(self):
        """--instance makes a missing instance, and keeps the rest of one that exists."""
        self.service.restart("--instance", f"{ID_INSTANCE}:given-token")
        self.url = self.service.url
        answer = self.call("GET", "getStateInstance", token="given-token").json()
        self.assertEqual(answer, {"stateInstance": "authorized"})

    def test_ends_with_its_starter(self):
        """A test run that is killed leaves no service behind."""
        program = (
            "import sys; from green_api_sandbox.process import launch\n"
            "print(launch(sys.argv[1])[1], flush=True); sys.stdin.read()"
        )
        with tempfile.TemporaryDirectory() as folder:
            starter = subprocess.Popen(
                [sys.executable, "-c", program, folder],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            with starter:
                url = starter.stdout.readline().strip()
                version = requests.get(f"{url}/control/changes", timeout=60).json()["version"]
                waiting = {"after": version, "timeout": 60}
                with self.assertRaises(requests.ConnectionError), requests.Session() as session:
                    starter.kill()
                    # answered after the minute if the service were still there
                    session.get(f"{url}/control/changes", params=waiting, timeout=90)

    def test_unusable_port(self):
        """A start that fails says so instead of hanging."""
        port = int(self.url.rsplit(":", 1)[1])
        with tempfile.TemporaryDirectory() as folder, self.assertRaises(RuntimeError):
            launch(folder, port)

    def test_folder_in_use(self):
        """Two services on one folder would mix up their queues: the second does not start."""
        with self.assertRaises(RuntimeError):
            launch(self.service.folder)
        self.assertEqual(self.call("GET", "getSettings").status_code, 200)
