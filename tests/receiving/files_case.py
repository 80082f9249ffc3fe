# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import base64
from datetime import timedelta

from odoo import fields

from ..common import CUSTOMER_CHAT
from ..mail.discuss_case import DiscussCase

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
HTML = b"<!DOCTYPE html><html><body><script>alert(document.cookie)</script></body></html>"
SVG = (
    b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
)
MEGABYTE = 1024 * 1024


class FilesCase(DiscussCase):
    """Short ways to files that come in."""

    def setUp(self):
        super().setUp()
        self.addCleanup(self.phone.clear_faults)  # those of files are for all instances

    def receive(self, instance=None):
        result = super().receive(instance)
        self.env.invalidate_all()
        return result

    def come(self, name="photo.png", content=PNG, caption="", **values):
        """Let the customer send a file, and the receive action run; return the message."""
        self.phone.write_file(CUSTOMER_CHAT, name, content, caption, **values)
        self.receive()
        return self.last()

    def last(self):
        domain = [("instance_id", "=", self.instance.id)]
        return self.env["telegram.message"].search(domain, limit=1)

    def receive_later(self, message):
        """Run the receive action when the next attempt is due."""
        message.download_after = fields.Datetime.now() - timedelta(seconds=1)
        self.receive()

    def attachments_of(self, message):
        return self.env["ir.attachment"].search(
            [("id", "in", message.mail_message_ids.attachment_ids.ids)]
        )

    def assert_waits(self, message, attempts):
        self.assertEqual((message.download_state, message.download_attempts), ("waiting", attempts))
        self.assertGreater(message.download_after, fields.Datetime.now())
        self.assertFalse(message.attachment_id)
