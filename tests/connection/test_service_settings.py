# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ..common import SECRET_MARK
from .account_case import AccountCase


@tagged("post_install", "-at_install")
class TestSettings(AccountCase):
    """The settings at the service: shown, changed in one call, put back to the standard."""

    def setUp(self):
        super().setUp()
        with self.enter_registry_test_mode():
            self.instance._set_up_receiving()

    def open(self):
        action = self.press("action_open_settings")
        return self.env[action["res_model"]].with_user(self.manager).browse(action["res_id"])

    def sent(self):
        """Return the bodies of the calls that changed settings since the standard was set up."""
        return [request["body"] for request in self.phone.requests("setSettings")][1:]

    def test_shown_as_they_are(self):
        """Each switch stands as the service has it; the webhook's secret is not among them."""
        self.phone.change(
            settings={
                "markIncomingMessagesReaded": "yes",
                "editedMessageWebhook": "no",
                "webhookUrlToken": f"{SECRET_MARK}hook",
                "delaySendMessagesMilliseconds": 3000,
            }
        )
        dialog = self.open()
        self.assertTrue(dialog.mark_incoming)
        self.assertFalse(dialog.edited_message_webhook)
        self.assertEqual((dialog.delay, dialog.missing), (3000, "Edited Messages"))
        self.assertNotIn(SECRET_MARK, str(dialog.read()))

    def test_only_what_changed(self):
        """One call with the changes alone; a call too many would restart the instance again."""
        dialog = self.open()
        dialog.write({"keep_online": True, "delay": 1500})
        self.press("action_save", dialog)
        changes = {"keepOnlineStatus": "yes", "delaySendMessagesMilliseconds": 1500}
        self.assertEqual(self.sent(), [changes])
        self.assertEqual(self.instance.send_interval, 1500)
        self.receive()
        self.assertTrue(self.instance.is_receiving_configured, "read back by the receive action")

    def test_nothing_changed(self):
        """Saving what was not touched asks nothing of the service."""
        self.assertIn("No settings were changed", self.press("action_save", self.open()))
        self.assertEqual(self.sent(), [])

    def test_own_choice_stays(self):
        """What a person switched off is not switched on behind their back by the next check."""
        dialog = self.open()
        dialog.outgoing_message_webhook = False
        self.press("action_save", dialog)
        self.press("action_check_state")
        self.press("action_set_up_receiving")
        self.assertEqual(self.sent(), [{"outgoingMessageWebhook": "no"}])

    def test_standard_settings(self):
        """One button takes every choice back, whoever made it and wherever."""
        dialog = self.open()
        dialog.write({"outgoing_message_webhook": False, "mark_on_reply": True})
        self.press("action_save", dialog)
        self.phone.change(settings={"keepOnlineStatus": "yes"})
        self.press("action_standard_settings")
        settings = self.phone.instance()["settings"]
        self.assertEqual(
            (
                settings["outgoingMessageWebhook"],
                settings["markIncomingMessagesReadedOnReply"],
                settings["keepOnlineStatus"],
            ),
            ("yes", "no", "no"),
        )
        self.assertEqual(len(self.sent()), 2)
        self.press("action_standard_settings")
        self.assertEqual(len(self.sent()), 2, "nothing differs: no call, no restart")

    def test_service_refuses(self):
        """What the service does not take is not kept as wanted, and the reason is told."""
        dialog = self.open()
        dialog.keep_online = True
        self.phone.fault("setSettings", "status", status=400, body={"message": "No such switch"})
        with self.assertRaisesRegex(UserError, "No such switch"):
            self.press("action_save", dialog)
        self.assertFalse(self.instance.own_settings)

    def test_service_does_not_keep_it(self):
        """A service that says yes and changes nothing is told of by the names that differ."""
        dialog = self.open()
        dialog.keep_online = True
        self.phone.fault("setSettings", "status", status=200, body={"saveSettings": True})
        told = self.press("action_save", dialog)
        self.assertIn("Settings changed at GREEN-API: Always Online.", told)
        self.assertIn("previous value of: Always Online.", told)

    def test_while_it_restarts(self):
        """The answer to a change may be silence for minutes: the receive action reads back."""
        self.phone.change(startingSeconds=60)
        dialog = self.open()
        dialog.keep_online = True
        self.assertIn("5 minutes", self.press("action_save", dialog))
        self.assertFalse(self.instance.is_receiving_configured)

    def test_no_connection(self):
        """Without an answer no dialog opens that would show switches nobody has."""
        self.phone.fault("getSettings", "lost_before")
        with self.assertRaisesRegex(UserError, "connection"):
            self.press("action_open_settings")

    def test_odd_settings(self):
        """Switches that are new, missing or of another kind keep no dialog from opening."""
        body = {"delaySendMessagesMilliseconds": "soon", "brandNew": 7, "newToken": SECRET_MARK}
        self.phone.fault("getSettings", "status", status=200, body=body)
        dialog = self.open()
        self.assertEqual((dialog.delay, dialog.others), (500, "brandNew: 7"))

    def test_pause_out_of_range(self):
        """The service's own limits are told before it is asked."""
        dialog = self.open()
        for delay in (499, 600001):
            with self.subTest(delay), self.assertRaises(ValidationError):
                dialog.delay = delay
