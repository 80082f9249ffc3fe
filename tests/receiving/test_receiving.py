# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import signal
from datetime import timedelta
from types import SimpleNamespace
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ... import const
from ...client import check_webhook_address
from ...models.connection.service_settings import RECEIVE_SETTINGS
from ...tools.cron import is_odoo_stopping
from ..common import CUSTOMER_CHAT, SECRET_MARK, TelegramCase, new_user
from .test_webhook import WebhookCase


@tagged("post_install", "-at_install")
class TestPolling(TelegramCase):
    """The receive action of an instance whose messages are fetched."""

    def test_odoo_stops(self):
        """A process that was told to end is known as such, with threads and with workers."""
        cases = (
            (SimpleNamespace(alive=False), True),  # one process for each worker
            (SimpleNamespace(alive=True), False),
            (SimpleNamespace(quit_signals_received=1), True),  # one process with threads
            (SimpleNamespace(quit_signals_received=0), False),
            (None, False),
        )
        for server, expected in cases:
            handler = SimpleNamespace(__self__=server) if server else signal.SIG_DFL
            with patch.object(signal, "getsignal", return_value=handler):
                self.assertIs(is_odoo_stopping(), expected)

    def test_backlog_is_processed_without_a_new_message(self):
        """What was stored by a run that was killed is processed first, before anybody waits."""
        self.env["telegram.event"]._ingest(self.instance, self.notification("Left behind"))
        self.phone.fault("receiveNotification", "status", status=500, body="Internal error")
        self.receive()
        message = self.env["telegram.message"].search([("text", "=", "Left behind")])
        self.assertTrue(message)

    def test_webhook_address_set_elsewhere(self):
        """When another program has set a webhook, the words say what to press."""
        self.phone.change(settings={"webhookUrl": "https://example.com/hook"})
        self.receive()
        self.assertIn("Set Up Receiving", self.instance.last_error)


@tagged("post_install", "-at_install")
class TestAddresses(TelegramCase):
    """Which address of this Odoo the service may be told."""

    def test_addresses(self):
        """Only public https addresses; whatever this machine has for a service on it."""
        service = "https://4100.api.green-api.com"
        for url, problem in (
            ("http://odoo.example.com", "not_https"),
            ("http://localhost:8069", "not_public"),
            ("https://localhost", "not_public"),
            ("https://127.0.0.1", "not_public"),
            ("https://[::1]:8069", "not_public"),
            ("https://10.0.0.5", "not_public"),
            ("https://192.168.1.7:8443", "not_public"),
            ("https://169.254.1.1", "not_public"),
            ("https://odoo", "not_public"),
            ("https://odoo.local", "not_public"),
            ("https://erp.company.internal.", "not_public"),
            ("odoo.example.com", "not_an_address"),
            ("", "not_an_address"),
            ("https://user:secret@odoo.example.com", "not_an_address"),
        ):
            with self.subTest(url), self.assertRaisesRegex(ValueError, problem):
                check_webhook_address(url, service)
        for url in (
            "https://odoo.example.com/",
            "https://odoo.example.com:8443",
            "https://8.8.8.8",
        ):
            self.assertEqual(check_webhook_address(url, service), url.rstrip("/"))
        local = "http://127.0.0.1:8089"
        self.assertEqual(check_webhook_address("http://odoo:8069", local), "http://odoo:8069")
        with self.assertRaisesRegex(ValueError, "not_an_address"):
            check_webhook_address("odoo", local)

    def test_words(self):
        """A person reads what is wrong with the address, and where it stands."""
        self.instance.write(
            {"receive_mode": "webhook", "api_url": "https://4100.api.green-api.com"}
        )
        parameters = self.env["ir.config_parameter"]
        sentences = set()
        for url in ("http://odoo.example.com", "https://odoo.local", "odoo"):
            parameters.set_param("web.base.url", url)
            with self.subTest(url), self.assertRaisesRegex(UserError, "web.base.url") as caught:
                self.instance.action_set_up_receiving()
            sentences.add(str(caught.exception))
            self.instance.invalidate_recordset(["receiving_message"])
            self.assertEqual(self.instance.receiving_message, str(caught.exception))
        self.assertEqual(len(sentences), 3)
        self.assertEqual(self.phone.requests(), [], "the service was not told anything")


@tagged("post_install", "-at_install")
class TestSetUp(WebhookCase):
    """Set Up Receiving: what GREEN-API is told, what is read back, and what is proven."""

    def setUp(self):
        super().setUp()
        self.instance.write({"is_receiving_configured": False, "webhook_url": False})
        self.instance._store_secret("webhook_secret", None)
        self.instance.webhook_key = False

    def set_up(self):
        self.env.flush_all()
        with self.allow_requests(all_requests=True):
            params = self.instance.action_set_up_receiving()["params"]
        self.env.invalidate_all()
        return params

    def settings(self):
        return self.phone.instance()["settings"]

    def secret_of(self, instance):
        return instance.sudo().webhook_secret

    def test_webhook(self):
        """One call tells everything, the test notification arrives; again, nothing changes."""
        self.phone.change(settings={"webhookUrl": "", **dict.fromkeys(RECEIVE_SETTINGS, "no")})
        params = self.set_up()
        self.assertEqual(params["type"], "success", params["message"])
        self.assertIn("has arrived", params["message"])
        self.assertIn("Incoming Messages", params["message"])
        settings = self.settings()
        self.assertLessEqual(RECEIVE_SETTINGS.items(), settings.items())
        self.assertEqual(settings["webhookUrl"], self.instance.webhook_url)
        self.assertEqual(settings["webhookUrlToken"], self.secret_of(self.instance))
        self.assertTrue(self.instance.is_receiving_configured)
        self.assertNotIn(self.secret_of(self.instance), str(params))
        self.assertNotIn(self.secret_of(self.instance), self.instance.webhook_url)
        params = self.set_up()
        self.assertIn("already had all settings", params["message"])
        self.assertEqual(len(self.phone.requests("setSettings")), 1)

    def test_webhook_that_does_not_arrive(self):
        """A person reads why the test notification did not come back; the settings stay."""
        for url, words in (
            ("http://127.0.0.1:9", "no connection"),
            (self.sandbox_url, r"\(40\d\)"),
        ):
            self.env["ir.config_parameter"].set_param("web.base.url", url)
            with self.subTest(url):
                params = self.set_up()
                self.assertEqual(params["type"], "warning")
                self.assertRegex(params["message"], words)

    def test_accepted_by_somebody_else(self):
        """A server that answers 200 to everything is no proof: the event has to be here."""
        module = "odoo.addons.telegram_green_api.models.receiving.webhook"
        with patch(f"{module}.deliver"):
            params = self.set_up()
        self.assertEqual(params["type"], "warning")
        self.assertIn("another system", params["message"])

    def test_test_notification_is_no_delivery(self):
        """Our own test is no proof that the service delivers, and makes no message."""
        self.set_up()
        self.receive()
        event = self.events().filtered(lambda event: event.type_webhook == const.WEBHOOK_TEST)
        self.assertEqual(event.state, "done")
        self.assertFalse(self.instance.last_webhook_date)
        self.assertIn("not delivered anything yet", self.instance.receiving_message)

    def test_service_restarts(self):
        """While the service restarts nothing can be read back: the receive action does that."""
        self.phone.change(startingSeconds=600)
        self.phone.fault_sequence(
            "getSettings",
            {"kind": "pass"},
            {"kind": "status", "status": 400, "body": "instance in starting process try later"},
        )
        self.set_up()
        self.assertFalse(self.instance.is_receiving_configured)
        self.assertIn("restarts", self.instance.receiving_message)
        self.phone.clear_faults()
        self.receive()
        self.assertTrue(self.instance.is_receiving_configured)
        self.assertFalse(self.instance.settings_sent_date)

    def test_service_that_does_not_keep_its_settings(self):
        """Settings that are not kept are named, once the service had its five minutes."""
        self.set_up()
        self.phone.change(settings={"incomingWebhook": "no"})
        now = fields.Datetime.now()
        self.instance.write({"is_receiving_configured": False, "settings_sent_date": now})
        self.receive()
        self.assertFalse(self.instance.last_error)
        self.instance.settings_sent_date = now - timedelta(seconds=const.RESTART_SECONDS + 60)
        self.receive()
        self.assertIn("incomingWebhook", self.instance.last_error)
        self.assertFalse(self.instance.is_receiving_configured)

    def test_service_refuses(self):
        """When the service does not take the settings, the reason is told; nothing is claimed."""
        self.phone.fault("setSettings", "status", status=500, body="Internal error")
        params = self.set_up()
        self.assertEqual(params["type"], "warning")
        self.assertIn("temporarily unavailable", params["message"])
        self.assertFalse(self.instance.is_receiving_configured)
        self.assertEqual(self.set_up()["type"], "success")

    def test_new_send_interval(self):
        """A new send interval is said to be unfinished until the service was told: it was saved in
        Odoo only, and the account went on at its former pace."""
        self.instance.receive_mode = "polling"
        self.set_up()
        self.receive()
        self.assertFalse(self.instance.receiving_message)
        self.instance.send_interval = 2500
        self.assertIn("send interval", self.instance.receiving_message)
        self.set_up()
        self.receive()
        self.assertEqual(self.settings()["delaySendMessagesMilliseconds"], 2500)
        self.assertFalse(self.instance.receiving_message)

    def test_change_of_mode(self):
        """Choosing another way is said to be unfinished until the service was told."""
        self.set_up()
        self.instance.receive_mode = "polling"
        self.assertIn("Set Up Receiving", self.instance.receiving_message)
        secret = self.secret_of(self.instance)
        params = self.set_up()
        self.assertEqual(params["type"], "success")
        self.assertEqual(self.settings()["webhookUrl"], "")
        self.assertFalse(self.instance.receiving_message)
        # What was still on its way by webhook is taken in.
        url = self.instance._get_webhook_address()
        response = self.post(self.notification(), secret=secret, url=url)
        self.assertEqual(response.status_code, 200)

    def test_first_webhook(self):
        """Choosing a webhook does not speak of a changed address, before one was ever used."""
        self.instance.receive_mode = "polling"
        self.set_up()
        with Form(self.instance) as form:
            form.receive_mode = "webhook"
            self.assertIn("Receiving is not set up", form.receiving_message)

    def test_address_changes(self):
        """When Odoo has moved to another address, the instance says so."""
        self.set_up()
        self.receive()
        self.env["ir.config_parameter"].set_param("web.base.url", "http://127.0.0.1:1")
        self.instance.invalidate_recordset(["receiving_message"])
        self.assertIn("address of this Odoo has changed", self.instance.receiving_message)

    @mute_logger("odoo.addons.telegram_green_api.controllers.webhook")
    def test_new_secret(self):
        """A new secret reaches service and Odoo; the former one opens nothing any more."""
        self.set_up()
        former = self.secret_of(self.instance)
        params = self.instance.action_new_webhook_secret()["params"]
        self.env.invalidate_all()
        secret = self.secret_of(self.instance)
        self.assertEqual(params["type"], "success")
        self.assertNotEqual(secret, former)
        self.assertNotIn(secret, str(params))
        self.assertEqual(self.settings()["webhookUrlToken"], secret)
        for used, status in ((former, 401), (secret, 200)):
            self.assertEqual(self.post(self.notification(), secret=used).status_code, status)

    def test_new_secret_that_the_service_does_not_take(self):
        """The former secret goes on working when the service refused the new one."""
        self.set_up()
        former = self.secret_of(self.instance)
        self.phone.fault("setSettings", "status", status=400, body="no")
        params = self.instance.action_new_webhook_secret()["params"]
        self.env.invalidate_all()
        self.assertEqual((params["type"], self.secret_of(self.instance)), ("warning", former))

    def test_new_secret_without_a_webhook(self):
        """There is no secret to replace before the service was told one."""
        with self.assertRaisesRegex(UserError, "Set Up Receiving"):
            self.instance.action_new_webhook_secret()

    def test_secret_is_never_given_back(self):
        """Nobody reads the secret, an administrator with all rights included."""
        self.instance._store_secret("webhook_secret", f"{SECRET_MARK}hook")
        groups = "base.group_system,telegram_green_api.group_manager"
        instance = self.instance.with_user(new_user(self.env, "telegram_root", groups))
        with self.assertRaises(AccessError):
            instance.read(["webhook_secret"])
        with self.assertRaises(AccessError):
            instance.search([("webhook_secret", "=like", "d%")])
        with self.assertRaises(AccessError):
            instance.write({"webhook_secret": "mine"})
        self.assertNotIn("webhook_secret", instance.fields_get())
        self.assertNotIn(SECRET_MARK, str(instance.read()))

    def test_who_may(self):
        """Operators set nothing up; administrators do not forge what the service was told."""
        operator = self.instance.with_user(self.salesperson)
        for action in ("action_set_up_receiving", "action_new_webhook_secret"):
            with self.subTest(action), self.assertRaises(AccessError):
                getattr(operator, action)()
        manager = self.create_user("telegram_boss", "manager")
        for values in (
            {"webhook_key": "mine"},
            {"webhook_url": "x"},
            {"settings_sent_date": False},
        ):
            with self.subTest(values), self.assertRaises(AccessError):
                self.instance.with_user(manager).write(values)
        self.instance.with_user(manager).write({"receive_mode": "polling"})

    def test_nothing_comes(self):
        """When something waits but nothing is delivered, the instance says so, and recovers."""
        self.set_up()
        self.phone.change(settings={"webhookUrl": "http://127.0.0.1:9"}, longPoll=False)
        self.phone.write(CUSTOMER_CHAT, "Undelivered")
        self.receive()
        self.assertFalse(self.instance.last_error, "it was asked a moment ago")
        long_ago = fields.Datetime.now() - timedelta(minutes=6)
        self.instance.last_check_date = long_ago
        self.receive()
        self.assertIn("1 waiting", self.instance.last_error)
        self.phone.notifications()
        self.phone.change(settings={"webhookUrl": ""})
        with self.instance._get_client() as client:
            client.delete_notification(client.receive_notification().receipt_id)
        self.instance.last_check_date = long_ago
        self.receive()
        self.assertFalse(self.instance.last_error)

    def test_state_is_asked_for(self):
        """An instance that does not work is asked for its state, although nothing is delivered."""
        self.set_up()
        self.instance.write({"state": "starting", "last_check_date": False})
        self.receive()
        self.assertEqual(self.instance.state, "authorized")
