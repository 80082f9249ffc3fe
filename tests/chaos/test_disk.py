# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import base64
import errno
import os
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..client.test_client_files import CONTENT, Failing
from ..common import CUSTOMER_CHAT
from ..receiving.files_case import PNG, FilesCase

OTHER_CHAT = "10000001"
FULL = os.strerror(errno.ENOSPC)
MODELS = "odoo.addons.telegram_green_api.models."


@tagged("post_install", "-at_install")
class TestDisk(FilesCase):
    """The disk of the server is full, or has lost a file: only what needs it waits or fails, with
    the reason, and what waits goes on by itself."""

    def setUp(self):
        super().setUp()
        self.enterContext(mute_logger(MODELS + "sending.dispatch"))

    @contextmanager
    def full_disk(self, reason=errno.ENOSPC):
        """Let Odoo find no room for any further file."""

        def write(*_args):
            raise OSError(reason, os.strerror(reason))

        with patch.object(self.registry["ir.attachment"], "_file_write", write):
            yield

    def attach(self, name="offer.txt", content=CONTENT):
        return self.env["ir.attachment"].create({"name": name, "raw": content})

    def path(self, attachment):
        return Path(attachment._full_path(attachment.store_fname))

    def retry(self, *messages):
        for message in messages:
            message.with_user(self.salesperson).action_retry()
        self.send_queue()

    # --- What comes in -------------------------------------------------------------------

    def test_full_while_a_file_comes(self):
        """The device says that it is full in the middle of a file: messages come in all the same,
        however often it happens, and the file comes once there is room."""
        self.phone.fault("download", "status", status=503)
        message = self.come("film.mp4", CONTENT)
        folder = Path(self.env["ir.attachment"]._full_path("telegram"))
        before = set(os.listdir(folder))  # a process that another test killed may have left a part
        for number in range(3):
            os.symlink("/dev/full", folder / f"{message.id}.part")
            self.phone.write(CUSTOMER_CHAT, f"Text {number}")
            self.receive_later(message)
            self.assert_waits(message, attempts=1)
            self.assertIn(FULL, message.file_message)
            self.assertIn(FULL, self.instance.file_error)
            self.assertEqual(self.texts()[-1], f"Text {number}")
            self.assertEqual(set(os.listdir(folder)) - before, set())
        self.receive_later(message)
        self.assertEqual(message.attachment_id.raw, CONTENT)
        self.assertFalse(self.instance.file_error)

    def test_full_while_a_conversation_opens(self):
        """A message that begins a conversation waits with it for room for the picture, for as
        long as it takes; others come in."""
        chat = self.env["telegram.chat"]._get_or_create(self.instance, OTHER_CHAT)
        chat.write({"image_256": base64.b64encode(PNG), "picture_key": "key"})
        chat.flush_recordset()
        self.phone.write(OTHER_CHAT, "First words")
        self.phone.write(CUSTOMER_CHAT, "Beside it")
        events = self.env["telegram.event"]
        for reason in (errno.ENOSPC, errno.EDQUOT, errno.EDQUOT, errno.EDQUOT):
            events.next_attempt_date = fields.Datetime.now()
            with self.full_disk(reason):
                self.receive()
            events = events.search([("instance_id", "=", self.instance.id), ("state", "=", "new")])
            self.assertEqual(events.mapped("error"), [os.strerror(reason)])
        self.assertEqual(self.texts(), ["Beside it"])
        events.next_attempt_date = fields.Datetime.now()
        self.receive()
        self.assertEqual(events.state, "done")
        self.assertEqual(self.texts(chat.channel_id), ["First words"])

    # --- What goes out -------------------------------------------------------------------

    def test_full_while_a_report_is_made(self):
        """The message with the report waits, and what comes after it in its chat; all else goes
        out, the account is not paused, and each message arrives once, in its order."""
        messages = self.env["telegram.message"]
        chat = self.env["telegram.chat"]._get_or_create(self.instance, CUSTOMER_CHAT)
        with_report = messages._queue(chat, messages._prepare_report(self.make_report()), chat)
        with_report.write({"res_model": "res.partner", "res_id": self.customer.id})
        after = self.instance.send_text(CUSTOMER_CHAT, "After it")
        with self.full_disk():
            for number in range(4):
                self.instance.send_text(OTHER_CHAT, f"Elsewhere {number}")
                self.send_queue()
                self.assertEqual(self.phone.ledger()[-1]["message"], f"Elsewhere {number}")
        self.assertEqual((with_report.state, after.state), ("queued", "queued"))
        self.assertIn(FULL, with_report.waiting_reason)
        self.assertFalse(self.instance.send_after)
        self.assertEqual(
            (with_report.attempts, with_report.unsure_count), (4, 0), "once in each run"
        )
        self.send_queue()
        sent = [entry["idMessage"] for entry in self.phone.ledger()[4:]]
        self.assertEqual(sent, [with_report.id_message, after.id_message])

    def test_full_while_composing(self):
        """Who sends a report reads that there is no room; nothing is sent without its file."""
        template = self.env["telegram.template"].create(
            {
                "name": "Card",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "body": "Your card",
                "report_template_ids": self.make_report().ids,
            }
        )
        composers = self.env["telegram.composer"].with_user(self.salesperson)
        values = {"res_model": "res.partner", "res_id": self.customer.id}
        composer = composers.create({**values, "template_id": template.id})
        with self.full_disk(), self.assertRaisesRegex(UserError, FULL):
            composer.action_send()
        self.assertFalse(self.last())
        composer.action_send()
        self.send_queue()
        self.assertEqual(
            next(entry["typeMessage"] for entry in self.phone.ledger()), "documentMessage"
        )

    def test_lost_and_damaged_files(self):
        """A file that is gone from the filestore, or not all there, is not sent; its message says
        so, others go out, and “Retry” sends it once the file is back."""
        for damage in (os.unlink, lambda path: os.truncate(path, 5)):
            file = self.attach()
            path = self.path(file)
            message = self.instance.send_file(CUSTOMER_CHAT, file)
            text = self.instance.send_text(CUSTOMER_CHAT, "After it")
            damage(path)
            self.send_queue()
            self.assertEqual((message.state, text.state), ("error", "sent"))
            self.assertIn("cannot read the file “offer.txt”", message.failure_reason)
            path.write_bytes(CONTENT)
            self.retry(message)
            self.assertEqual(message.state, "sent")
        self.assertEqual(len(self.phone.ledger()), 4)

    def test_file_that_breaks_off(self):
        """A disk that fails in the middle of an upload leaves no doubt: nothing went out. It is
        the message's trouble, and not the account's."""
        file = self.attach()
        messages = [self.instance.send_file(chat, file) for chat in (CUSTOMER_CHAT, OTHER_CHAT)]
        text = self.instance.send_text(CUSTOMER_CHAT, "After it")
        path = self.path(file)
        with patch.object(
            self.registry["telegram.message"], "_open_content", lambda *_args: Failing(path)
        ):
            self.send_queue()
        self.assertEqual([message.state for message in messages], ["error", "error"])
        self.assertEqual(text.state, "sent")
        self.assertFalse(self.instance.send_after or self.instance.last_error)
        self.assertEqual(len(self.phone.ledger()), 1)
        self.retry(*messages)
        self.assertEqual([message.state for message in messages], ["sent", "sent"])
