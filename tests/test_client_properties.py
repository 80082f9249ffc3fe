# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import copy
import os
import tempfile
import unittest
from dataclasses import fields
from functools import cache
from pathlib import Path

from odoo.tests import BaseCase, tagged

from ..client import GreenApiError
from ..client.message_data import parse_journal
from ..client.notifications import NotificationError, event_key, parse
from .client_case import ClientCase
from .client_cases import CASES
from .common import TelegramCase
from .test_notifications import SAMPLES, sample
from .test_notifications_kinds import listing

try:
    import hypothesis.configuration
    from hypothesis import strategies
except ImportError:
    hypothesis = None

# Names that the service uses: random objects are closer to its own with them.
KEYS = (
    "typeWebhook idMessage chatId senderData messageData typeMessage textMessageData stanzaId"
    " fileMessageData pollMessageData votes options optionVoters quotedMessage status reason data"
    " code description count receiptId body messages participants urlFile exist"
).split()


class PropertyCase(BaseCase):
    """Random input of many kinds; always the same, so that a failure can be looked into."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if hypothesis is None:
            raise unittest.SkipTest("hypothesis is not installed (pip install hypothesis)")
        # Without a place it would keep its notes in the working directory.
        home = os.environ.get("TELEGRAM_DEV_HOME")
        if not home:
            folder = tempfile.TemporaryDirectory()
            cls.addClassCleanup(folder.cleanup)
            home = folder.name
        hypothesis.configuration.set_hypothesis_home_dir(Path(home) / "hypothesis")

    def for_all(self, *what, examples, check):
        """Call ``check`` with many values of the strategies ``what``."""
        settings = hypothesis.settings(
            max_examples=examples, derandomize=True, database=None, deadline=None
        )
        settings(hypothesis.given(*what)(check))()


@cache
def json_values(surrogates=True):
    """Any JSON value, often with names of the service in it."""
    texts = (
        strategies.text() if surrogates else strategies.text(strategies.characters(codec="utf-8"))
    )
    if surrogates:
        texts |= strategies.sampled_from(["\ud800", "a\x00b", "0" * 5000])
    numbers = strategies.integers() | strategies.floats(allow_nan=False, allow_infinity=False)
    plain = strategies.none() | strategies.booleans() | numbers | texts
    names = strategies.sampled_from(KEYS) | texts
    return strategies.recursive(
        plain,
        lambda inner: (
            strategies.lists(inner, max_size=4) | strategies.dictionaries(names, inner, max_size=6)
        ),
        max_leaves=12,
    )


def mutated(bodies, values):
    """One of the samples with a few of its parts replaced, removed or added to."""

    @strategies.composite
    def mutate(draw):
        body = copy.deepcopy(draw(strategies.sampled_from(bodies)))
        for _time in range(draw(strategies.integers(1, 3))):
            parent = draw(strategies.sampled_from(list(containers(body))))
            key = draw(strategies.sampled_from(sorted(parent) or KEYS))
            if draw(strategies.booleans()):
                parent[key] = draw(values)
            else:
                parent.pop(key, None)
        return body

    return mutate()


def containers(value):
    """Give an object and all objects inside of it."""
    if isinstance(value, dict):
        yield value
        for child in value.values():
            yield from containers(child)


def samples():
    return [sample(path.stem) for path in sorted(SAMPLES.glob("*.json"))]


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
        """The texts can be stored: PostgreSQL takes neither NUL nor halves of characters."""
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
        number = iter(range(10**6))

        def check(bodies):
            for body in bodies:
                self.phone.notify(body)
            good = f"good {next(number)}"
            id_message = self.phone.write("10000000", good)
            self.receive()
            self.assertEqual(self.phone.notifications(), [])
            found = self.env["telegram.message"].search([("id_message", "=", id_message)])
            self.assertEqual(found.text, good)

        self.for_all(strategies.lists(broken, min_size=1, max_size=6), examples=20, check=check)
