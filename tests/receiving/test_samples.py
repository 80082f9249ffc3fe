# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from odoo import SUPERUSER_ID, api, fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...client.journal_notifications import as_notification
from ...client.notifications import event_key
from ...tools.transactions import CONFLICTS
from ..committed_case import CommittedCase
from ..common import TelegramCase

FOLDER = Path(__file__).parent.parent / "data" / "notifications"
# The message that samples are about, or quote: it is written before them.
CONTEXT_ID = "1763115100000"
ID_KEYS = ("idMessage", "stanzaId")
CHAT_KEYS = ("chatId", "sender")
# They reach Odoo in these orders, C being the message that the sample S is about or quotes.
ORDERS = ("CS", "SC", "CSCS", "SSCC")
FIELDS = (
    *("direction", "state", "type_message", "text", "file_name", "sender_name", "content"),
    *("is_edited", "is_deleted", "former_text", "is_forwarded", "date"),
)


def load(name):
    return json.loads((FOLDER / f"{name}.json").read_text())


def message_samples():
    """Give the names of the samples of messages."""
    names = sorted(path.stem for path in FOLDER.glob("*.json"))
    return [name for name in names if "messageData" in load(name)]


def moved(value, number):
    """Give a sample as one of another chat, with ids of its own."""
    if isinstance(value, list):
        return [moved(each, number) for each in value]
    if not isinstance(value, dict):
        return value
    result = {key: moved(each, number) for key, each in value.items()}
    for key in ID_KEYS:
        if result.get(key):
            result[key] = f"{number}{result[key]}"
    for key in CHAT_KEYS:
        # The account's own id (20000000) stays.
        if str(result.get(key, "")).lstrip("-").startswith("1"):
            result[key] += str(number)
    return result


class Samples:
    """A sample, with the message that it is about, in a chat of its own."""

    def sample(self, name, number):
        body = moved(load(name), number)
        body["instanceData"]["idInstance"] = int(self.phone.id_instance)
        return body

    def context(self, name, number):
        """Give the message that a sample is about: the customer's own, or ours."""
        template = load("incoming_poll" if "poll_update" in name else "incoming_text")
        if name.startswith("outgoing"):
            template = load("outgoing_text")
        template["senderData"] = load(name)["senderData"]
        template["idMessage"] = CONTEXT_ID
        template["timestamp"] -= 12
        target = json.dumps(load(name))
        for quoted in ("1763115100000", "1769676078000"):
            if f'"stanzaId": "{quoted}"' in target:
                template["idMessage"] = quoted
        return moved(template, number)

    def result(self, env, number):
        """Give all that there is to see of the chat, without the order in which it came."""
        chat = env["telegram.chat"].search([("telegram_id", "=like", f"%{number}")])
        chat.ensure_one()
        rows = {}
        for message in chat.message_ids:
            id_message = message.id_message.removeprefix(str(number))
            self.assertNotIn(id_message, rows, "twice")
            rows[id_message] = {
                **{name: message[name] for name in FIELDS},
                "about": message.target_message_id.text,
                "shown": sorted(self.describe(shown) for shown in message.mail_message_ids),
            }
        return {
            "messages": rows,
            "conversation": sorted(
                self.describe(shown) for shown in chat.channel_id.message_ids if shown.body
            ),
            "chat": (chat.chat_type, chat.name, chat.phone, chat.last_message_date),
        }

    def describe(self, shown):
        where = shown.model if shown.model == "discuss.channel" else shown.record_name
        reactions = shown.reaction_ids.mapped("content")
        author = shown.author_id.name or shown.email_from
        parent = shown.parent_id.telegram_message_ids.text
        return str((where, str(shown.body), author, parent, reactions))


@tagged("post_install", "-at_install")
class TestSamples(Samples, TelegramCase):
    """Every sample leads to the same, however often and in whatever order it is delivered."""

    maxDiff = None

    def setUp(self):
        super().setUp()
        self.sent_at = fields.Datetime.now()
        self.order = self.env["res.partner"].create({"name": "Order 7"})

    def deliver(self, name, number, order):
        """Deliver a sample and what it is about, one after the other; return the result."""
        chat_id = self.context(name, number)["senderData"]["chatId"]
        chat = self.env["telegram.chat"]._get_or_create(self.instance, chat_id)
        self.env["telegram.message"].create(
            {
                "chat_id": chat.id,
                "direction": "outgoing",
                "state": "sent",
                "text": "From the order",
                "date": self.sent_at,
                "id_message": f"{number}7",
                "res_model": "res.partner",
                "res_id": self.order.id,
            }
        )
        bodies = {"S": self.sample(name, number), "C": self.context(name, number)}
        # A delivery that is repeated may differ in what does not matter.
        self.ingest(*({**bodies[letter], "step": step} for step, letter in enumerate(order)))
        self.env.invalidate_all()
        return self.result(self.env, number)

    def test_orders(self):
        """Delivered once, twice or more, before or after what it is about: the same result."""
        for number, name in enumerate(message_samples(), 100):
            expected = None
            for variant, order in enumerate(ORDERS):
                with self.subTest(name, order=order):
                    result = self.deliver(name, number * 10 + variant, order)
                    expected = expected or result
                    self.assertEqual(result, expected)
        set_aside = self.env["telegram.event"].search(
            [("instance_id", "=", self.instance.id), ("state", "!=", "done")]
        )
        self.assertFalse(set_aside, set_aside.mapped("error"))

    def test_record(self):
        """What a customer writes stands on the contact, on the record it answers, in Discuss."""
        for number, name in enumerate(message_samples(), 200):
            body = self.sample(name, number)
            if body["typeWebhook"] != "incomingMessageReceived" or "stanzaId" in str(body):
                continue  # it goes where the message stands that it is about
            with self.subTest(name):
                self.deliver(name, number, "S")
                message = self.env["telegram.message"].search(
                    [("id_message", "=", body["idMessage"])]
                )
                places = {(shown.model, shown.res_id) for shown in message.mail_message_ids}
                expected = {
                    ("discuss.channel", message.chat_id.channel_id.id),
                    ("res.partner", self.order.id),
                }
                if not message.chat_id.telegram_id.startswith("-"):
                    expected.add(("res.partner", self.customer.id))
                self.assertEqual(places, expected)
                self.assertEqual(len(message.mail_message_ids), len(expected))

    def test_statuses(self):
        """A status changes its message once, and never takes it back."""
        cases = {
            "sent": (),
            "delivered": ("status_delivered", "status_delivered"),
            "read": ("status_read", "status_delivered", "status_read"),
            "error": ("status_failed", "status_failed"),
        }
        for number, (state, names) in enumerate(cases.items(), 300):
            with self.subTest(state):
                chat_id = f"10000000{number}"
                chat = self.env["telegram.chat"]._get_or_create(self.instance, chat_id)
                message = self.env["telegram.message"]._queue(chat, {"text": "Ours"})
                id_message = load("status_read")["idMessage"]
                message._set_state({"state": "sent", "id_message": f"{number}{id_message}"})
                message.last_attempt_date = message.date
                for step, name in enumerate(names):
                    self.ingest({**self.sample(name, number), "step": step})
                self.assertEqual(message.state, state)

    def test_no_account(self):
        """That there is nobody at a number fails the message to it, once."""
        chat = self.env["telegram.chat"]._get_or_create(self.instance, "77777777777@c.us")
        message = self.env["telegram.message"]._queue(chat, {"text": "Ours"})
        message._set_state({"state": "sent"})
        message.last_attempt_date = message.date
        for step in range(2):
            self.ingest({**load("status_no_account"), "step": step})
        self.assertEqual((message.state, chat.no_account), ("error", True))

    def test_account(self):
        """What is told of the account changes it, however often it is told."""
        self.instance.state = "starting"
        for step in range(2):
            self.ingest({**load("state_instance_changed"), "step": step})
            self.ingest({**load("quota_exceeded"), "step": step})
        self.assertEqual(self.instance.state, "authorized")
        self.assertEqual(len(self.instance.activity_ids), 1)


@tagged("post_install", "-at_install")
class TestSamplesInParallel(Samples, CommittedCase):
    """The same with two connections that deliver at the same moment."""

    name = "Samples in parallel"

    def deliver(self, body, barrier, source="webhook"):
        """Store a notification as a webhook does, in a transaction of its own; say if it is new."""
        for attempt in range(9):
            with self.registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                instance = env["telegram.instance"].browse(self.instance_id)
                instance.fetch(["name"])  # begins the transaction: it sees nothing newer
                if attempt == 0:
                    barrier.wait(30)
                try:
                    return env["telegram.event"]._ingest(instance, body, source=source)
                except CONFLICTS:
                    cr.rollback()
        return self.fail("it is always in the way")

    def process(self):
        with self.environment() as env:
            instance = env["telegram.instance"].browse(self.instance_id)
            env["telegram.event"]._process_inbox(instance)

    @mute_logger("odoo.sql_db")
    def test_parallel(self):
        """Two deliveries at once are one message, with the result of a single one."""
        with ThreadPoolExecutor(2) as threads:
            for number, name in enumerate(message_samples(), 4000):
                with self.subTest(name):
                    for body in (self.context(name, number), self.sample(name, number)):
                        barrier = Barrier(2)
                        new = list(
                            threads.map(lambda _n, b=body, w=barrier: self.deliver(b, w), range(2))
                        )
                        self.assertEqual(sorted(new), [False, True])
                    self.process()
                    alone = number + 1000
                    for body in (self.context(name, alone), self.sample(name, alone)):
                        self.deliver(body, Barrier(1))
                    self.process()
                    with self.environment() as env:
                        self.assertEqual(self.result(env, number), self.result(env, alone))

    @mute_logger("odoo.sql_db")
    def test_beside_the_journal(self):
        """A message that comes in while the journal is compared is one, as its notification has
        it, whichever is first."""
        journal = json.loads((FOLDER.parent / "journals/last_incoming_messages.json").read_text())
        with ThreadPoolExecutor(2) as threads:
            for number in range(6000, 6005):
                body = self.sample("incoming_text", number)
                told = {**moved(as_notification(journal[0]), number), "journal": journal[0]}
                self.assertEqual(event_key(told), event_key(body))
                barrier = Barrier(2)
                first = threads.submit(self.deliver, told, barrier, "journal")
                second = threads.submit(self.deliver, body, barrier)
                self.assertTrue(second.result(60))
                first.result(60)
                self.process()
                with self.environment() as env:
                    chat = env["telegram.chat"].search([("telegram_id", "=like", f"%{number}")])
                    self.assertEqual(chat.message_ids.mapped("text"), ["Hi"])
                    event = env["telegram.event"].search([("message_id", "=", chat.message_ids.id)])
                    self.assertEqual(event.mapped("source"), ["webhook"])
                    self.assertEqual(chat.phone, "+79998887766")
