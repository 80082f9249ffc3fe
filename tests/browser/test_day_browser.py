# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
# pylint: disable=translation-required  # what users write

import time
from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from ..common import TelegramCase
from .browser_case import TourCase

ANNA, BORIS, CLARA = "day_anna", "day_boris", "day_clara"
INBOX = "/odoo/action-telegram_green_api.telegram_inbox_action"
DASHBOARD = "/odoo/action-telegram_green_api.telegram_dashboard_action"


class DayCase(TelegramCase, TourCase):
    """A day of two sellers and their supervisor, who share one account."""

    def setUp(self):
        super().setUp()
        self.anna = self.create_user(ANNA, "user", "contacts", name="Anna Seller")
        self.boris = self.create_user(BORIS, "user", "contacts", name="Boris Seller")
        self.clara = self.create_user(CLARA, "user", "contacts", name="Clara Supervisor")
        self.instance.write(
            {
                "operator_ids": [Command.set((self.anna | self.boris).ids)],
                "supervisor_id": self.clara.id,
                "assignment": "nobody",
                "answer_minutes": 60,
            }
        )
        template = self.env["telegram.template"].create(
            {
                "name": "Delivery",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "body": "Dear {{ object.name }}, we deliver tomorrow.",
            }
        )
        self.assertTrue(template)
        self.env.flush_all()

    # pylint: disable-next=method-required-super
    def write(self, chat_id, text, name, seconds_ago=0, **values):
        """Let a customer write; return the chat."""
        sender = {
            "chatId": chat_id,
            "chatType": "user",
            "sender": chat_id,
            "chatName": name,
            "senderName": name,
            "senderType": "user",
        }
        if name == self.customer.name:
            sender["senderPhoneNumber"] = int(self.customer.phone_sanitized[1:])
        timestamp = int(time.time()) - seconds_ago
        self.env.flush_all()  # what comes in is processed in a transaction of its own
        event = self.ingest(
            self.notification(
                text,
                timestamp=timestamp,
                idMessage=f"{chat_id}{text}{timestamp}",
                senderData=sender,
                **values,
            )
        )
        self.env.invalidate_all()
        return event.message_id.chat_id

    def remind(self, chat):
        """Run the scheduled action, and return who has activities about the chat."""
        self.env.flush_all()
        self._run(self.env.ref("telegram_green_api.ir_cron_remind"))
        self.env.invalidate_all()
        return chat.with_context(active_test=True).activity_ids.user_id

    def count(self, user):
        self.env.invalidate_all()
        return self.env["telegram.chat"].with_user(user)._get_waiting_count()

    def check_day(self):
        """Check the whole day."""
        # The first customer rings both; one takes the chat, asks and hands it over.
        first = self.write("10000000", "Is it in stock?", self.customer.name)
        self.assertEqual((self.count(self.anna), self.count(self.boris)), (1, 1))
        self.assertFalse(first._get_responsible(), "both are notified")
        self.tour("telegram_day_anna", INBOX, login=ANNA)
        self.assertEqual((self.count(self.anna), self.count(self.boris)), (0, 1))
        self.assertEqual(first.user_id, self.boris)
        self.send_queue()
        self.assertFalse(self.phone.ledger(), "notes stay with colleagues")
        self.tour("telegram_day_boris", INBOX, login=BORIS)
        self.env.invalidate_all()
        self.assertEqual(first.inbox_state, "answered")
        self.send_queue()
        delivery = f"Dear {self.customer.name}, we deliver tomorrow."
        self.assertEqual([each["message"] for each in self.phone.ledger()], [delivery])
        # At night, the second customer gets the away message once, and an answer from the phone.
        self.close_office()
        second = self.write("10000001", "Hello?", "Pyotr", 2)
        self.write("10000001", "Anybody?", "Pyotr", 1)
        self.send_queue()
        answers = [each["message"] for each in self.phone.ledger()[1:]]
        self.assertEqual(answers, ["We answer tomorrow."])
        self.assertEqual(second.inbox_state, "waiting")
        self.write("10000001", "Yes", "Pyotr", typeWebhook="outgoingMessageReceived")
        self.assertEqual(second.inbox_state, "answered")
        # The third customer waits past the limit: the seller is reminded, then the supervisor.
        self.instance.working_calendar_id = False
        third = self.write("10000002", "Where is my order?", "Olga", 61 * 60)
        third.with_user(self.boris).action_take()
        self.assertEqual(self.remind(third), self.boris)
        third.waiting_since_date = fields.Datetime.now() - timedelta(minutes=121)
        self.assertEqual(self.remind(third), self.boris | self.clara)
        self.tour(
            "telegram_day_clara",
            "/odoo/action-telegram_green_api.telegram_dashboard_action",
            login=CLARA,
        )

    def close_office(self):
        """Let it be a day off, with an away message."""
        other_day = str((fields.Datetime.now().weekday() + 3) % 7)
        hours = {"name": "Day", "hour_from": 8, "hour_to": 17, "day_period": "morning"}
        calendar = self.env["resource.calendar"].create(
            {
                "name": "Office",
                "tz": "UTC",
                "attendance_ids": [
                    Command.clear(),
                    Command.create({**hours, "dayofweek": other_day}),
                ],
            }
        )
        self.instance.write(
            {"working_calendar_id": calendar.id, "away_message": "We answer tomorrow."}
        )
        self.env.flush_all()


@tagged("post_install", "-at_install", "slow")
class TestDayDesktop(DayCase):
    browser_size = "1400x900"

    def test_day(self):
        """What each person of a team sees would not fit together, on a desktop."""
        self.check_day()


@tagged("post_install", "-at_install", "slow")
class TestDayMobile(DayCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_day(self):
        """What each person of a team sees would not fit together, on a phone."""
        self.check_day()
