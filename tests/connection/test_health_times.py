# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import errno
import os
from datetime import timedelta
from unittest.mock import patch

from odoo.tests import tagged

from ...models.base import ir_attachment
from ...models.receiving.webhook import SILENCE_LIMIT
from ..common import CUSTOMER_CHAT, SECRET_MARK
from .test_health import HOUR, MINUTE, HealthCase

WEBHOOK = {"receive_mode": "webhook", "webhook_url": "https://odoo.example.com/x"}
CHECK_INTERVAL = 15  # minutes, as the guide says


@tagged("post_install", "-at_install")
class TestHealthTimes(HealthCase):
    """Each fault shows by itself within the time that the guide promises: nobody clicks a button.

    Only scheduled actions run, as often as they are planned.
    """

    def setUp(self):
        super().setUp()
        self.health_cron = self.env.ref("telegram_green_api.ir_cron_check_health")

    def check_health(self):
        self._run(self.health_cron)

    def lose_reports(self):
        """Remove what GREEN-API would report by itself."""
        for waiting in self.phone.notifications():
            self.assertTrue(self.instance._get_client().delete_notification(waiting["receiptId"]))

    def restore(self):
        """Let the account work again, and Odoo know it."""
        self.phone.change(stateInstance="authorized", expired=False, deleted=False)
        self.lose_reports()
        self.instance.write({"state": "authorized", "last_error": False})

    def test_interval(self):
        """The check runs less often than the guide says."""
        cron = self.health_cron
        self.assertEqual((cron.interval_number, cron.interval_type), (CHECK_INTERVAL, "minutes"))

    def test_states_without_report(self):
        """A state that GREEN-API does not report stays "Signed In", and messages go nowhere."""
        for state, words, action in (
            ("suspended", "Write to fewer", "action_check_state"),
            ("blocked", "click Restart", "action_restart"),
            ("notAuthorized", "scan the QR code", "action_sign_in"),
            ("pendingPassword", "enter", "action_sign_in"),
        ):
            for mode in ("polling", "webhook"):
                with self.subTest(state=state, mode=mode):
                    self.instance.write({**WEBHOOK, "receive_mode": mode})
                    self.phone.change(stateInstance=state)
                    self.lose_reports()
                    self.check_health()
                    self.check_card("danger", words, action)
                    self.restore()

    def test_states_reported(self):
        """A state that GREEN-API reports shows with the next notification."""
        for state, words, action in (
            ("blocked", "click Restart", "action_restart"),
            ("notAuthorized", "scan the QR code", "action_sign_in"),
            ("pendingPassword", "enter", "action_sign_in"),
        ):
            with self.subTest(state):
                self.phone.change(stateInstance=state)
                self.receive()
                self.check_card("danger", words, action)
                self.restore()

    def test_starting(self):
        """A restart shows, and that it is over, too, without a report."""
        self.phone.change(stateInstance="starting")
        self.lose_reports()
        self.check_health()
        self.check_card("warning", "up to 5 minutes", "action_check_state")
        self.phone.change(stateInstance="authorized")
        self.lose_reports()
        self.receive()
        self.instance.invalidate_recordset()
        self.assertEqual(self.instance.health, "good")

    def test_refused_account(self):
        """A wrong token or ID, an unpaid or a deleted instance shows before anyone sends."""
        for change, words, action in (
            ({"expired": True}, "Renew it", "console"),
            ({"deleted": True}, "Create another one", "console"),
        ):
            for run in (self.receive, self.check_health):
                with self.subTest(change=change, run=run.__name__):
                    self.phone.change(**change)
                    run()
                    self.check_card("danger", words, action)
                    self.restore()
        token, id_instance = self.phone.token, self.instance.id_instance
        for values, words in (
            ({"api_token_new": f"{SECRET_MARK}wrong"}, "Copy apiTokenInstance"),
            ({"api_token_new": token, "id_instance": "4100999999"}, "Compare idInstance"),
        ):
            for run in (self.receive, self.check_health):
                with self.subTest(words=words, run=run.__name__):
                    self.instance.write(values)
                    self.instance.state = "authorized"
                    run()
                    self.check_card("danger", words, "open")
        self.instance.write({"id_instance": id_instance})

    def test_works(self):
        """A check of an account that works alarms for nothing, or hides an error."""
        self.check_health()
        self.instance.invalidate_recordset()
        self.assertEqual(self.instance.health, "good", self.instance.health_message)
        self.instance.last_error = "?"
        self.check_health()
        self.assertEqual(self.instance.last_error, "?")

    def test_no_connection(self):
        """By listening, a lost connection shows with the next call; by webhook, after a silence."""
        self.phone.fault("receiveNotification", "reset", times=9)
        self.receive()
        self.check_card("danger", "onnection", "action_check_state")
        self.phone.clear_faults()
        self.instance.write({**WEBHOOK, "last_error": False})
        self.phone.fault("getWebhooksCount", "reset", times=9)
        self.instance.last_check_date = self.now - SILENCE_LIMIT + MINUTE
        self.receive()
        self.assertFalse(self.instance.last_error)
        self.instance.last_check_date = self.now - SILENCE_LIMIT - MINUTE
        self.receive()
        self.check_card("danger", "onnection", "action_check_state")

    def test_webhook_dead(self):
        """Events that GREEN-API cannot deliver show after the silence that is usual."""
        self.instance.write(WEBHOOK)
        self.phone.notify(self.notification("Waiting"))
        self.phone.change(counterSeconds=0)
        self.instance.last_check_date = self.now - SILENCE_LIMIT - MINUTE
        self.receive()
        self.check_card("danger", "Set Up Receiving", "action_set_up_receiving")

    def test_quota(self):
        """The first message that the quota refuses shows it."""
        self.phone.fault("sendMessage", "status", status=466)
        self.instance.send_text(CUSTOMER_CHAT, "Hi")
        self.send_queue()
        self.check_card("warning", "quota of your GREEN-API plan", "console")

    def test_clock(self):
        """A wrong clock shows with the next check, and is gone with the one after it is right."""
        self.phone.set_clock_ahead(300)
        self.check_health()
        self.check_card("warning", "NTP", "action_refresh_health")
        self.phone.set_clock_ahead(0)
        self.check_health()
        self.instance.invalidate_recordset()
        self.assertEqual(self.instance.health, "good", self.instance.health_message)

    def test_disk_full(self):
        """The first file that cannot be stored shows that the disk is full."""
        self.phone.write_file(CUSTOMER_CHAT, "offer.bin", os.urandom(100))
        full = OSError(errno.ENOSPC, "No space left on device")
        with patch.object(ir_attachment.os, "replace", side_effect=full):
            self.receive()
        self.check_card("danger", "Free space", "action_retry_files")
        self.press("action_retry_files")
        self.receive()
        self.instance.invalidate_recordset()
        self.assertEqual(self.instance.health, "good", self.instance.health_message)

    def test_files_fail(self):
        """A file that cannot be downloaded shows after three attempts, within five minutes."""
        self.phone.fault("download", "status", times=3, status=503)
        self.phone.write_file(CUSTOMER_CHAT, "offer.bin", os.urandom(100))
        self.receive()
        message = self.env["telegram.message"].search([("download_state", "=", "waiting")])
        pauses = timedelta()
        for _attempt in range(2):
            self.instance.invalidate_recordset()
            self.assertEqual(self.instance.health, "good", self.instance.health_message)
            pauses += message.download_after - message.write_date
            message.download_after = self.now
            self.receive()
        self.check_card("warning", "Retry Downloads", "action_retry_files")
        self.assertLess(pauses, 5 * MINUTE)

    def test_silence(self):
        """A silence shows once it is as long as the account says, not an hour earlier."""
        self.instance.company_id.resource_calendar_id = False
        for hours in (4, 5):
            self.add_usual_traffic(self.now - hours * HOUR - MINUTE)
        self.instance.silence_hours = 5
        self.instance.invalidate_recordset()
        self.assertEqual(self.instance.health, "good", self.instance.health_message)
        self.instance.silence_hours = 4
        self.check_card("warning", "4 hours", "action_fetch_missed")
