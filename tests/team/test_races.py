# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
# pylint: disable=translation-required  # what users write

import threading
import unittest

from psycopg2.errors import SerializationFailure

from odoo import api, fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..committed_case import CommittedCase
from ..common import CUSTOMER_CHAT, new_user

TIMES = 100
NAMES = ("race_anna", "race_boris", "race_clara")


@tagged("post_install", "-at_install", "slow")
class TestRaces(CommittedCase, unittest.TestCase):
    """Two users act on the same chat at once, in transactions of their own."""

    name = "Races test"

    def setUp(self):
        super().setUp()
        with self.environment() as env:
            users = [new_user(env, name, "telegram_green_api.group_user") for name in NAMES]
            self.anna, self.boris, self.clara = (user.id for user in users)
            instance = env["telegram.instance"].browse(self.instance_id)
            instance.write(
                {
                    "operator_ids": [Command.set([user.id for user in users])],
                    "supervisor_id": self.clara,
                    "assignment": "nobody",
                    "answer_minutes": 10,
                }
            )
            chat = env["telegram.chat"]._get_or_create(instance, CUSTOMER_CHAT, name=self.name)
            chat._open_channel()
            self.chat_id, self.channel_id = chat.id, chat.channel_id.id

    def remove_records(self):  # pylint: disable=missing-return
        super().remove_records()
        with self.environment() as env:
            users = env["res.users"].with_context(active_test=False)
            users = users.search([("login", "in", NAMES)])
            partners = users.partner_id
            users.unlink()
            partners.unlink()

    def begin(self, **values):
        """Let the customer wait, with nothing else from the last time."""
        with self.environment() as env:
            chat = env["telegram.chat"].browse(self.chat_id)
            messages = env["telegram.message"].search([("chat_id", "=", chat.id)])
            messages._set_state({"state": "canceled"})
            messages.unlink()
            chat.activity_ids.unlink()
            since = fields.Datetime.subtract(fields.Datetime.now(), minutes=15)
            chat.write(
                {
                    "inbox_state": "waiting",
                    "waiting_since_date": since,
                    "answered_date": False,
                    "reminder_level": 0,
                    "user_id": False,
                    "assigned_date": False,
                    **values,
                }
            )

    def race(self, *acts):
        """Let users act at once.

        :param acts: pairs of the ID of a user and a function of an environment
        :return: for each of them the error that the user got, or None
        """
        together, errors = threading.Barrier(len(acts)), [None] * len(acts)

        def run(number, user_id, act):
            together.wait()
            while True:  # as Odoo repeats a request after a conflict
                try:
                    with self.registry.cursor() as cr:
                        act(api.Environment(cr, user_id, {}))
                    return
                except SerializationFailure:
                    continue
                except UserError as error:
                    errors[number] = error
                    return

        threads = [
            threading.Thread(target=run, args=(number, *act)) for number, act in enumerate(acts)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return errors

    def take(self, env):
        env["telegram.chat"].browse(self.chat_id).action_take()

    def hand_over(self, env):
        wizard = env["telegram.hand.over"].create(
            {"chat_id": self.chat_id, "user_id": self.boris, "note": "For you"}
        )
        wizard.action_hand_over()

    def answer(self, env):
        channel = env["discuss.channel"].browse(self.channel_id)
        channel.message_post(body="Yes", message_type="comment")

    def close(self, env):
        env["telegram.chat"].browse(self.chat_id).action_no_answer_needed()

    def check_one_owner(self, *expected):
        """Check that one user has the chat, is notified alone and is reminded once."""
        self.race((self.anna, self.remind))
        with self.environment() as env:
            chat = env["telegram.chat"].browse(self.chat_id)
            self.assertIn(chat.user_id.id, expected)
            self.assertEqual(chat._get_responsible(), chat.user_id.partner_id)
            self.assertEqual(chat.activity_ids.user_id, chat.user_id)
            self.assertEqual(len(chat.activity_ids), 1)
            return chat.user_id.id

    def remind(self, env):
        """Remind as the scheduled action does, which Odoo runs once at a time."""
        env["telegram.chat"].browse(self.chat_id).sudo()._remind(fields.Datetime.now())

    @mute_logger("odoo.sql_db")
    def test_two_take(self):
        """Both would have the chat, and answer the customer twice."""
        for _number in range(TIMES):
            self.begin()
            errors = self.race((self.anna, self.take), (self.boris, self.take))
            self.assertEqual(errors.count(None), 1)
            winner = (self.anna, self.boris)[errors.index(None)]
            self.assertEqual(self.check_one_owner(self.anna, self.boris), winner)

    @mute_logger("odoo.sql_db")
    def test_take_and_hand_over(self):
        """One would have the chat, and another one the note that it was handed over."""
        for _number in range(TIMES):
            self.begin()
            taken, handed_over = self.race((self.clara, self.take), (self.anna, self.hand_over))
            self.assertIsNone(handed_over)
            owner = self.check_one_owner(self.boris)
            self.assertEqual(owner, self.boris, taken)

    @mute_logger("odoo.sql_db")
    def test_answer_and_close(self):
        """The customer would wait on although answered, or get the answer twice."""
        for _number in range(TIMES):
            self.begin()
            errors = self.race((self.anna, self.answer), (self.boris, self.close))
            self.assertEqual(errors, [None, None])
            with self.environment() as env:
                chat = env["telegram.chat"].browse(self.chat_id)
                self.assertIn(chat.inbox_state, ("answered", "closed"))
                self.assertFalse(chat.waiting_since_date)
                self.assertEqual(len(chat.message_ids), 1)
                self.assertFalse(chat.activity_ids)
