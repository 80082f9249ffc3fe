# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import copy
import json
from dataclasses import fields

from odoo.tests import tagged

from ...client import GreenApiError
from ...client.message_data import parse_journal
from ...client.notifications import NotificationError, event_key, parse
from ..common import TelegramCase
from .cases import CASES
from .client_case import ClientCase
from .property_case import KEYS, PropertyCase, json_values, mutated, samples, strategies
from .test_notifications_kinds import listing


@tagged("post_install", "-at_install")
class TestParserProperties(PropertyCase):
    """Whatever comes in, the parser gives a meaning or a NotificationError."""

    def check_notification(self, body):
        self.assertEqual(event_key(body, 1), event_key(copy.deepcopy(body), 1))
        try:
            found = parse(body)
        except NotificationError as error:
            self.assertTrue(str(error))
            return
        self.assertIs(found.raw, body)
        self.check_texts(found)

    def check_texts(self, found):
        """Check that the texts can be stored: no NUL, no halves of characters."""
        for field in fields(found):
            value = getattr(found, field.name)
            if field.name != "raw" and isinstance(value, str):
                value.encode()
                self.assertNotIn("\x00", value)

    def test_any_json(self):
        """Something that is no notification at all."""
        self.for_all(json_values(), examples=300, check=self.check_notification)

    def test_mutated_notifications(self):
        """A notification of which a part is missing or of another shape."""
        bodies = mutated(samples(), json_values())
        self.for_all(bodies, examples=600, check=self.check_notification)

    def test_odd_type(self):
        """A type that no database can hold; random input has found this one."""
        for odd in ("\ud800", "\x00", "a\x00b"):
            self.check_notification({"typeWebhook": odd, "chatId": "10000000", "idMessage": "1"})

    def test_mutated_journal_entries(self):
        """An entry of a journal is a message, whatever is wrong with it."""
        entries = [
            *listing("journals/last_incoming_messages"),
            *listing("journals/last_outgoing_messages"),
        ]

        def check(entry):
            self.check_texts(parse_journal(entry))

        self.for_all(mutated(entries, json_values()), examples=300, check=check)


@tagged("post_install", "-at_install")
class TestClientProperties(PropertyCase, ClientCase):
    """Whatever the service answers, the client gives a result or one of its three errors."""

    def test_any_answer_of_any_method(self):
        """An answer of a shape that nobody has thought of."""

        def check(case, body):
            self.phone.fault(case.method, "status", status=200, body=body)
            try:
                case.call(self.client, "7")
            except GreenApiError as error:
                self.assertEqual(error.method, case.method)
                self.assertKeepsSecrets(error)
            self.phone.clear_faults()

        cases = strategies.sampled_from(CASES)
        values = json_values(surrogates=False)
        objects = strategies.dictionaries(strategies.sampled_from(KEYS), values, max_size=6)
        answers = values | objects | strategies.lists(objects, max_size=3)
        self.for_all(cases, answers, examples=250, check=check)


@tagged("post_install", "-at_install")
class TestInboxProperties(PropertyCase, TelegramCase):
    """Whatever is in the notification queue, what comes after it arrives."""

    def test_no_blocked_queue(self):
        """A notification that cannot be understood must not hold up the next one."""
        broken = mutated(samples(), json_values(surrogates=False))
        self.check_queue(self.phone.notify, broken)

    def test_no_queue_blocked_by_bytes(self):
        """Nor must one that is no JSON: cut, damaged, or anything else."""
        contents = strategies.sampled_from([json.dumps(body).encode() for body in samples()])

        @strategies.composite
        def damaged(draw):
            content, places = draw(contents), strategies.integers(0, 2000)
            start, end = draw(places), draw(places)
            return content[:start] + draw(strategies.binary(max_size=5)) + content[end:]

        self.check_queue(self.phone.notify_content, strategies.binary() | damaged())

    def check_queue(self, notify, broken):
        number = iter(range(10**6))

        def check(bodies):
            for body in bodies:
                notify(body)
            good = f"good {next(number)}"
            id_message = self.phone.write("10000000", good)
            self.receive()
            self.assertEqual(len(self.phone.notifications()), 0)
            found = self.env["telegram.message"].search([("id_message", "=", id_message)])
            self.assertEqual(found.text, good)

        self.for_all(strategies.lists(broken, min_size=1, max_size=6), examples=20, check=check)
