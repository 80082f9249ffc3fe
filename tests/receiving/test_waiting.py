# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import json

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..browser.browser_case import WebClientCase
from ..common import CUSTOMER_CHAT, SECRET_MARK, SandboxCase, TelegramCase


@tagged("post_install", "-at_install")
class TestWaiting(TelegramCase):
    """What the dialog "Wait for messages" asks the instance for."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.create_user("telegram_waiting", "manager")

    def take(self, user=None):
        with self.enter_registry_test_mode():
            answer = self.instance.with_user(user or self.manager).fetch_notification()
        self.env.invalidate_all()
        return answer

    def test_one_after_the_other(self):
        """Each call takes one notification, deletes it there, and processes it here."""
        for number in range(2):
            self.phone.write(CUSTOMER_CHAT, f"Question {number}")
        for number in range(2):
            answer = self.take()
            self.assertEqual(
                (answer["outcome"], answer["kind"], answer["text"]),
                ("taken", "Incoming message", f"Question {number}"),
            )
            self.assertEqual(len(self.phone.notifications()), 1 - number)
        self.assertEqual(self.take(), {"outcome": "empty"})
        messages = self.env["telegram.message"].search([("instance_id", "=", self.instance.id)])
        self.assertEqual(set(messages.mapped("text")), {"Question 0", "Question 1"})
        self.assertEqual(self.customer.message_ids[0].author_id, self.customer)

    def test_nothing_twice(self):
        """What the dialog has shown is not processed again by the action, nor the other way."""
        self.phone.fault("deleteNotification", "duplicate")
        self.phone.write(CUSTOMER_CHAT, "Only once")
        self.assertEqual(self.take()["outcome"], "taken")
        self.receive()
        messages = self.env["telegram.message"].search([("instance_id", "=", self.instance.id)])
        self.assertEqual(messages.mapped("text"), ["Only once"])

    def test_stored_before_it_is_deleted(self):
        """When the deletion fails, the message is here, and the person reads what went wrong."""
        self.phone.fault("deleteNotification", "status", status=500, body="Internal error")
        self.phone.write(CUSTOMER_CHAT, "Stored")
        answer = self.take()
        self.assertEqual(answer["outcome"], "refused")
        self.assertIn("temporarily unavailable", answer["message"])
        self.receive()
        messages = self.env["telegram.message"].search([("instance_id", "=", self.instance.id)])
        self.assertEqual(messages.mapped("text"), ["Stored"])

    def test_every_kind_can_be_read(self):
        """Statuses, states, quotas and what nobody knows: said in words, with the JSON."""
        self.phone.notify({"typeWebhook": "stateInstanceChanged", "stateInstance": "authorized"})
        self.phone.notify({"typeWebhook": "somethingNew", "a": 1})
        self.phone.notify([1, 2])
        self.phone.notify({"typeWebhook": "quotaExceeded", "quotaData": {"description": "Enough"}})
        self.phone.status(CUSTOMER_CHAT, "read", id_message="1")
        self.phone.notify(self.notification("a\x00b <b>"))
        self.phone.write_file(CUSTOMER_CHAT, "offer.pdf", b"%PDF")
        seen = []
        while (answer := self.take())["outcome"] == "taken":
            json.dumps(answer, ensure_ascii=False).encode()  # as the answer to the browser
            self.assertTrue(answer["json"])
            seen.append((answer["kind"], answer["text"]))
        self.assertEqual(answer["outcome"], "empty")
        self.assertEqual(
            seen[:5],
            [
                ("State of the account", "Signed In"),
                ("somethingNew", ""),
                ("Unreadable event", "The event is not a JSON object."),
                ("Quota used up", "Reason given by GREEN-API: “Enough”"),
                ("Status of a message", "Read"),
            ],
        )
        self.assertEqual(seen[5], ("Incoming message", "ab <b>"))
        self.assertEqual(seen[6], ("Incoming message", "offer.pdf"))

    def test_language(self):
        """What is stored for all readers is in the company's language, as by the action."""
        self.env["res.lang"]._activate_lang("ru_RU")
        self.env.company.partner_id.lang = "ru_RU"
        poll = {"name": "Tea?", "options": [{"optionName": "Yes"}, {"optionName": "No"}]}
        poll = {"typeMessage": "pollMessage", "pollMessageData": poll}
        self.phone.notify(self.notification(messageData=poll))
        self.assertEqual(self.take()["kind"], "Incoming message")
        self.assertIn("Опрос", self.customer.message_ids[0].body)

    def test_half_a_character(self):
        """Half of an emoji, which no answer to the browser can hold, is shown as its escape."""
        described = self.instance._get_notification_summary(
            {"typeWebhook": "a\ud800", "idMessage": "\ud83d"}
        )
        json.dumps(described, ensure_ascii=False).encode()
        self.assertIn(r"\ud83d", described["json"])

    def test_webhook(self):
        """An instance with a webhook has nothing to wait for, and says why."""
        self.instance.receive_mode = "webhook"
        answer = self.take()
        self.assertEqual(answer["outcome"], "refused")
        self.assertIn("by webhook", answer["message"])
        self.assertEqual(self.phone.requests(), [])

    def test_failures(self):
        """What the service refuses is told in the words of the instance, without the token."""
        self.phone.change(stateInstance="notAuthorized")
        for fault, words in (
            ({"kind": "status", "status": 401, "body": ""}, "apiTokenInstance"),
            ({"kind": "lost_before"}, "connection to"),
        ):
            self.phone.fault("receiveNotification", **fault)
            answer = self.take()
            self.assertEqual(answer["outcome"], "refused")
            self.assertIn(words, answer["message"])
            self.assertNotIn(SECRET_MARK, str(answer))
        self.instance._store_secret("api_token", None)
        with self.assertRaisesRegex(UserError, "token"):
            self.take()

    def test_archived(self):
        """Nothing is fetched for an archived instance."""
        self.instance.active = False
        self.assertEqual(self.take()["outcome"], "refused")
        self.assertEqual(self.phone.requests(), [])

    def test_who_may(self):
        """Operators and others fetch nothing; administrators do."""
        for user in (self.salesperson, self.create_user("telegram_nobody", "employee")):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.take(user)
        with self.assertRaises(AccessError):
            self.instance.with_user(self.salesperson).action_wait()
        action = self.instance.with_user(self.manager).action_wait()
        self.assertEqual(action["params"]["instance_id"], self.instance.id)


class WaitingTour(SandboxCase, WebClientCase):
    """The dialog in a browser, with the local service behind it."""

    def start(self, name):
        phone = self._create_phone(longPoll=name.endswith("stopped"))
        instance = self.env["telegram.instance"].create(
            {
                "name": "Tour",
                "id_instance": str(phone.id_instance),
                "api_token_new": phone.token,
                "api_url": self.sandbox_url,
            }
        )
        instance.write({"state": "authorized", "is_receiving_configured": True})
        if not name.endswith("stopped"):
            phone.write(CUSTOMER_CHAT, "First question")
            phone.write(CUSTOMER_CHAT, "Second question")
        self.start_tour(f"/odoo/telegram.instance/{instance.id}", name, login="admin")
        return phone, instance


@tagged("post_install", "-at_install")
class TestWaitingTour(WaitingTour):
    browser_size = "1400x900"

    def test_until_there_is_nothing_more(self):
        """The dialog shows what comes, says "No more messages", and all of it is in the chats."""
        phone, instance = self.start("telegram_waiting")
        self.assertEqual(phone.notifications(), [])
        messages = self.env["telegram.message"].search([("instance_id", "=", instance.id)])
        self.assertEqual(set(messages.mapped("text")), {"First question", "Second question"})

    def test_stopped_by_hand(self):
        """Stopped by hand, the dialog ends at once, although the service is still being asked."""
        self.start("telegram_waiting_stopped")


@tagged("post_install", "-at_install")
class TestWaitingTourMobile(WaitingTour):
    browser_size = "390x844"
    touch_enabled = True

    def test_until_there_is_nothing_more(self):
        """The same on a phone."""
        self.start("telegram_waiting")
