# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import errno
import os
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from ...models.base import ir_attachment
from ...models.receiving import files
from ..common import CUSTOMER_CHAT
from .files_case import PNG, FilesCase


@tagged("post_install", "-at_install")
class TestFilesFailures(FilesCase):
    """Files that cannot be fetched: why is told, and the messages go on."""

    def test_expired_link_is_renewed(self):
        """A link that is too old is exchanged for a new one, once, in the same run."""
        self.phone.fault("download", "status", status=404)
        message = self.come()
        self.assertEqual(message.download_state, "fetched")
        self.assertEqual(len(self.phone.requests("downloadFile")), 1)

    def test_missing_link_is_asked_for(self):
        """A notification without a link has a file all the same."""
        id_message = self.phone.write_file(CUSTOMER_CHAT, "photo.png", PNG)
        [waiting] = self.phone.notifications()
        waiting["body"]["messageData"]["fileMessageData"]["downloadUrl"] = ""
        self.ingest(waiting["body"])
        self.receive()
        self.assertEqual(self.last().id_message, id_message)
        self.assertEqual(self.last().attachment_id.raw, PNG)

    def test_gone(self):
        """After a day the service has no file any more: that is said, and nothing is tried."""
        self.phone.fault("download", "status", status=503)
        message = self.come(caption="Look")
        self.phone.advance(25 * 3600)
        self.receive_later(message)
        self.assertEqual(message.download_state, "gone")
        [shown] = self.conversation()
        self.assertIn("no longer available", shown.body)
        self.assertIn("Look", shown.body)

    def test_new_link_is_dead_too(self):
        """A service that gives one dead link after the other is not asked for ever."""
        self.phone.fault("download", "status", times=5, status=410)
        message = self.come()
        self.assertEqual(message.download_state, "gone")
        self.assertEqual(len(self.phone.requests("downloadFile")), 1)

    def test_foreign_host(self):
        """A link to anywhere else is not followed; people read where it leads."""
        self.phone.write_file(CUSTOMER_CHAT, "photo.png", PNG)
        [waiting] = self.phone.notifications()
        self.receive()
        data = waiting["body"]["messageData"]["fileMessageData"]
        for number, url in enumerate(
            (
                "https://files.example.com/a.png",
                "http://169.254.169.254/latest/meta-data",
                "file:///etc/passwd",
                "https://[broken",
                self.sandbox_url.replace("127.0.0.1", "127.0.0.1@files.example.com"),
            )
        ):
            with self.subTest(url):
                data["downloadUrl"] = url
                self.ingest({**waiting["body"], "idMessage": f"foreign{number}"})
                self.receive()
                message = self.last()
                self.assertEqual(message.id_message, f"foreign{number}")
                self.assertEqual(message.download_state, "failed")
                self.assertIn("not a file host of this account", message.file_message)
                self.assertFalse(message.attachment_id)

    def test_redirect_is_not_followed(self):
        """A host of ours that sends us on, say into our own network, gets no further."""
        self.phone.fault(
            "download", "status", status=302, headers={"Location": "http://127.0.0.1:1/secret"}
        )
        message = self.come()
        self.assertEqual(message.download_state, "failed")
        self.assertIn("does not lead to a file", message.file_message)

    def test_further_host(self):
        """A host that an administrator names is one of ours; what is no host is refused."""
        self.instance.download_hosts = "storage.example.com  files.example.com:8443"
        for bad in ("https://storage.example.com", "a/b", "user@a.example"):
            with self.subTest(bad), self.assertRaises(ValidationError):
                self.instance.download_hosts = bad
        with self.assertRaises(AccessError):
            self.instance.with_user(self.salesperson).read(["download_hosts"])

    def test_service_is_down(self):
        """Whatever breaks on the way, it is tried again later, and nothing half is kept."""
        for number, (kind, values) in enumerate(
            (
                ("status", {"status": 503}),
                ("reset", {}),
                ("lost_before", {}),
                ("broken_off", {}),
                ("status", {"status": 429}),
            )
        ):
            with self.subTest(kind):
                self.phone.fault("download", kind, **values)
                message = self.come(content=PNG + bytes([number]))
                self.assert_waits(message, attempts=1)
                self.receive_later(message)
                self.assertEqual(message.attachment_id.raw, PNG + bytes([number]))

    def test_pauses_grow_and_end(self):
        """A file that never comes is tried more and more seldom, then left to a person."""
        self.phone.fault("download", "status", times=4, status=503)
        message = self.come()
        first = message.download_after - fields.Datetime.now()
        self.receive()
        self.assert_waits(message, attempts=1)
        self.receive_later(message)
        self.assertGreater(message.download_after - fields.Datetime.now(), first)
        message.download_attempts = files.MAX_ATTEMPTS - 1
        self.receive_later(message)
        self.assertEqual(message.download_state, "failed")
        self.assertIn("Retry", self.conversation().body)
        message.with_user(self.salesperson).action_fetch_file()
        self.receive()
        self.assert_waits(message, attempts=1)
        self.receive_later(message)
        self.assertEqual(message.download_state, "fetched")

    def test_wrong_token_is_the_instances_trouble(self):
        """A service that refuses the account says nothing about the file: that waits."""
        self.phone.fault("download", "status", status=404)
        self.phone.fault("downloadFile", "status", status=401)
        message = self.come()
        self.assert_waits(message, attempts=1)
        self.assertEqual(self.instance.state, "unauthorized")

    def test_full_disk(self):
        """Without room the file waits, however often; the instance says why until there is."""
        full = OSError(errno.ENOSPC, "No space left on device")
        with patch.object(ir_attachment.os, "replace", side_effect=full):
            content = os.urandom(100)
            message = self.come("a.bin", content)
            self.assert_waits(message, attempts=0)
            self.assertIn("No space left", self.instance.file_error)
            self.receive_later(message)
            self.assert_waits(message, attempts=0)
        self.assertFalse(self.attachments_of(message))
        self.receive_later(message)
        self.assertEqual(message.attachment_id.raw, content)
        self.assertFalse(self.instance.file_error)

    def test_nothing_is_left_on_the_disk(self):
        """Neither a file that came nor one that did not leaves a part behind."""
        folder = self.env["ir.attachment"]._full_path("telegram")
        os.makedirs(folder, exist_ok=True)
        before = set(os.listdir(folder))  # a process that another test killed may have left a part
        self.phone.fault("download", "broken_off")
        self.come()
        self.come()
        self.assertEqual(set(os.listdir(folder)) - before, set())

    # === MESSAGES FIRST === #

    def test_messages_are_not_held_up(self):
        """While a file is on its way, and before the next one, what is new is taken in."""
        for number in range(2):
            self.phone.write_file(CUSTOMER_CHAT, f"{number}.bin", bytes(200000))
        seen = []

        def ingest(number, text):
            with self.registry.cursor() as cr:
                env = self.env(cr=cr)
                body = self.notification(text, idMessage=f"new{number}")
                env["telegram.event"]._ingest(self.instance.with_env(env), body)

        original = type(self.env["telegram.message"])._claim_file

        def claim(message):
            domain = [("instance_id", "=", self.instance.id)]
            seen.append(message.search(domain, order="id").mapped("text"))
            ingest(len(seen), f"During {len(seen)}")
            return original(message)

        with (
            patch.object(self.registry["telegram.message"], "_claim_file", claim),
            patch.object(files, "CALLBACK_INTERVAL", 0),
        ):
            self.receive()
        self.assertEqual(seen, [["", ""], ["", "", "During 1"]])

    def test_poisoned_file_holds_up_nobody(self):
        """A file that cannot be had is passed over: those behind it come."""
        self.phone.write_file(CUSTOMER_CHAT, "poison.png", PNG)
        self.phone.write_file(CUSTOMER_CHAT, "good.png", PNG)
        self.phone.fault_sequence("download", {"kind": "status", "status": 503}, "pass")
        self.receive()
        states = self.env["telegram.message"].search([("instance_id", "=", self.instance.id)])
        self.assertEqual(states.mapped("download_state"), ["fetched", "waiting"])

    def test_message_removed_meanwhile(self):
        """A message that is removed while its file is on the way takes nothing else with it."""
        self.phone.write_file(CUSTOMER_CHAT, "a.png", PNG)
        original = type(self.env["telegram.message"])._download

        def download(message, *args):
            original(message, *args)
            message.unlink()

        with patch.object(self.registry["telegram.message"], "_download", download):
            self.receive()
        self.assertFalse(self.last())
        self.assertEqual(self.come("b.png").download_state, "fetched")
