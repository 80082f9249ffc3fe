# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import copy
import json
from pathlib import Path

from odoo.tests import BaseCase, tagged

from ...client.notifications import (
    MessageNotification,
    NotificationError,
    QuotaNotification,
    StateNotification,
    StatusNotification,
    event_key,
    parse,
)

SAMPLES = Path(__file__).parent.parent / "data" / "notifications"


def sample(name):
    """Return the body of a notification, by the name of its file in tests/data."""
    return json.loads((SAMPLES / f"{name}.json").read_text())


@tagged("post_install", "-at_install")
class TestNotifications(BaseCase):
    """What notifications mean, sample by sample."""

    def test_every_sample_has_its_meaning(self):
        """No documented notification is an error, and none is taken for another kind."""
        names = sorted(path.stem for path in SAMPLES.glob("*.json"))
        self.assertGreater(len(names), 25)
        for name in names:
            with self.subTest(name):
                expected = {
                    "incoming": MessageNotification,
                    "outgoing": MessageNotification,
                    "status": StatusNotification,
                    "state": StateNotification,
                    "quota": QuotaNotification,
                }[name.partition("_")[0]]
                self.assertIsInstance(parse(sample(name)), expected)

    def test_incoming_text(self):
        """Every field of the commonest notification is read."""
        found = parse(sample("incoming_text"))
        self.assertTrue(found.is_incoming)
        self.assertEqual(found.chat_id, "10000000")
        self.assertEqual(found.chat_type, "user")
        self.assertEqual(found.id_message, "1763115112345")
        self.assertEqual(found.timestamp, 1763115112)
        self.assertEqual(found.sender_name, "Vasilisa")
        self.assertEqual(found.sender_phone, "79998887766")
        self.assertEqual(found.text, "Hi")

    def test_texts_wherever_they_are(self):
        """A link makes an extended text; files have captions; polls a question."""
        for name, text in (
            ("incoming_extended_text", "Look https://green-api.com"),
            ("incoming_image", "Invoice"),
            ("incoming_poll", "When?"),
            ("incoming_edited", "Hi there"),
            ("incoming_reaction", "👍"),
            ("incoming_location", ""),
        ):
            with self.subTest(name):
                self.assertEqual(parse(sample(name)).text, text)

    def test_quote(self):
        """The quoted message's id leads the answer back to its record."""
        self.assertEqual(
            parse(sample("incoming_text_with_quote")).quoted_id_message, "1763115100000"
        )

    def test_hidden_phone(self):
        """A hidden phone is written as 0: that is no phone."""
        self.assertEqual(parse(sample("incoming_text_group_forwarded")).sender_phone, "")

    def test_who_sent_an_outgoing_message(self):
        """What the API sent is told apart from what was written on the phone."""
        self.assertTrue(parse(sample("outgoing_api_text")).is_via_api)
        self.assertFalse(parse(sample("outgoing_text")).is_via_api)

    def test_status_without_message_id(self):
        """Statuses "failed" and "noAccount" come without an id."""
        self.assertEqual(parse(sample("status_failed")).id_message, "")
        self.assertEqual(parse(sample("status_no_account")).chat_id, "77777777777@c.us")

    def test_numbers_in_place_of_texts(self):
        """Ids are taken as integers, too."""
        body = sample("incoming_text")
        body["idMessage"], body["senderData"]["chatId"] = 17, 10000000
        found = parse(body)
        self.assertEqual((found.id_message, found.chat_id), ("17", "10000000"))

    def test_every_field_may_have_any_type(self):
        """Wrong types anywhere give a meaning or a NotificationError, never another failure."""
        odd = (None, True, 0, -1, 2**70, 1.5, "", "x", [], [1], {}, {"a": 1}, "a\x00b", "\ud800")

        def paths(value, path=()):
            yield path
            if isinstance(value, dict):
                for key, child in value.items():
                    yield from paths(child, (*path, key))

        for name in ("incoming_text_with_quote", "status_read", "state_instance_changed"):
            body = sample(name)
            for path in paths(body):
                for value in odd:
                    changed = copy.deepcopy(body)
                    if path:
                        parent = changed
                        for key in path[:-1]:
                            parent = parent[key]
                        parent[path[-1]] = value
                    else:
                        changed = value
                    with self.subTest(name=name, path=path, value=value):
                        event_key(changed)
                        try:
                            parse(changed)
                        except NotificationError as error:
                            self.assertTrue(str(error))

    # --- Keys ----------------------------------------------------------------------------

    def test_key_of_a_repeated_notification(self):
        """The same notification has the same key, whatever its receipt."""
        body = sample("incoming_text")
        self.assertEqual(event_key(body, 1), event_key(body, 2))

    def test_keys_tell_notifications_apart(self):
        """Statuses of one message, and messages of two chats, are different notifications."""
        names = sorted(path.stem for path in SAMPLES.glob("status_*.json"))
        self.assertEqual(len({event_key(sample(name)) for name in names}), len(names))
        body, other = sample("incoming_text"), sample("incoming_text")
        other["senderData"]["chatId"] = "10000001"
        self.assertNotEqual(event_key(body), event_key(other))

    def test_equal_failures_are_two(self):
        """Two failures without an id may be equal to the letter: their receipts tell them apart."""
        body = sample("status_failed")
        self.assertNotEqual(event_key(body, 1), event_key(body, 2))
        self.assertEqual(event_key(body, 1), event_key(body, 1))
