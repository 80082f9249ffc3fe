# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
# pylint: disable=translation-required  # what users write

from concurrent.futures import ThreadPoolExecutor

from odoo import SUPERUSER_ID, api
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import CUSTOMER_CHAT
from ..sending.test_once import OnceCase
from .discuss_case import DiscussCase

KEY = "0f0e4c5a-0000-4000-8000-000000000001"


@tagged("post_install", "-at_install")
class TestPostOnce(DiscussCase):
    """The web client posts a message again, because it does not know whether it was posted."""

    def setUp(self):
        super().setUp()
        self.ingest(self.notification("Hello", idMessage="1"))

    def post_with_key(self, text, key=KEY, **values):
        channel = self.channel.with_user(self.salesperson).with_context(telegram_post_key=key)
        values = {"subtype_xmlid": "mail.mt_comment", **values}
        return channel.sudo().message_post(body=text, message_type="comment", **values)

    def test_again(self):
        """A customer got a message twice that was written once."""
        posted = [self.post_with_key("Only once") for _click in range(3)]
        self.assertEqual(posted[0], posted[1] & posted[2])
        self.assertEqual(self.texts(), ["Hello", "Only once"])
        self.send_queue()
        self.post_with_key("Only once")
        self.send_queue()
        self.assertEqual([row["message"] for row in self.phone.ledger()], ["Only once"])

    def test_same_text(self):
        """The same text written twice is sent twice."""
        for number in range(2):
            self.post_with_key("Yes", key=f"{KEY}-{number}")
        self.assertEqual(self.queued().mapped("text"), ["Yes", "Yes"])

    def test_with_files(self):
        """A message with several files is one message with one key."""
        attachments = self.env["ir.attachment"].create(
            [{"name": f"{name}.txt", "raw": b"text"} for name in "ab"]
        )
        for _click in range(2):
            self.post_with_key("Files", attachment_ids=attachments.ids)
        self.assertEqual(self.queued().mapped("file_name"), ["a.txt", "b.txt"])

    def test_odd_keys(self):
        """A caller may send anything as a key; notes need none."""
        for key in ("x" * 1000, 7, ["a"], {"b": 1}):
            self.assertEqual(self.post_with_key("Odd", key=key), self.post_with_key("Odd", key=key))
        self.post_with_key("For colleagues", subtype_xmlid="mail.mt_note")
        self.assertEqual(len(self.queued()), 4)


@tagged("post_install", "-at_install")
class TestPostAtTheSameTime(OnceCase):
    """The first request is still going on while the web client posts the message again."""

    def post(self, env, channel_id):
        channel = env["discuss.channel"].with_user(env.ref("base.user_admin")).browse(channel_id)
        channel = channel.sudo().with_context(telegram_post_key=KEY)
        return channel.message_post(body="Only once", message_type="comment").id

    def post_in_request(self, channel_id):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            return retrying(lambda: self.post(env, channel_id), env)

    @mute_logger("odoo.sql_db")
    def test_two_requests(self):
        """The second request waits for the first one, and returns its message."""
        with self.environment() as env:
            instance = env["telegram.instance"].browse(self.instance_id)
            chat = env["telegram.chat"]._get_or_create(instance, CUSTOMER_CHAT)
            channel_id = chat._open_channel().id
        with ThreadPoolExecutor(1) as others, self.environment() as env:
            first = self.post(env, channel_id)
            env.flush_all()
            again = others.submit(self.post_in_request, channel_id)
            self.wait_until_blocked()
            env.cr.commit()
            self.assertEqual(again.result(60), first)
        self.assertEqual(self.texts("outgoing"), ["Only once"])
