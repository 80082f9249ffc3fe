# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import base64
import io
from datetime import datetime, timedelta

from PIL import Image

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from ..client import Pace
from ..models.transactions import write_in_own_transaction
from .committed_case import CommittedCase
from .common import SECRET_MARK, TelegramCase


def picture_file(image_format="PNG", mode="RGBA", size=(20, 10), color=(255, 0, 0, 0)):
    """Give a picture of one colour, base64."""
    target = io.BytesIO()
    Image.new(mode, size, color).save(target, image_format)
    return base64.b64encode(target.getvalue())


class AccountCase(TelegramCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env, "account_manager", groups="telegram_green_api.group_manager"
        )

    def press(self, action, record=None, user=None):
        """Press a button as an administrator of Telegram does; return the answer's message."""
        record = (record or self.instance).with_user(user or self.manager)
        with self.enter_registry_test_mode():
            answer = getattr(record, action)()
        self.env.invalidate_all()
        return answer.get("params", {}).get("message") or answer


@tagged("post_install", "-at_install")
class TestSession(AccountCase):
    """Log out and restart: what stops, what waits, who did it."""

    def test_log_out(self):
        """Signed out at the service and here; what waits goes on waiting, nobody is alarmed."""
        self.press("action_read_account")
        message = self.write_from(self.customer, "Later")
        self.assertIn("wait until somebody signs in", self.press("action_log_out"))
        self.assertEqual(self.phone.instance()["stateInstance"], "notAuthorized")
        self.assertEqual(self.instance.state, "notAuthorized")
        self.assertFalse(self.instance.account_phone, "nobody's account any more")
        self.receive()  # the service reports it, too
        self.assertFalse(self.instance.activity_ids)
        note = self.instance.message_ids.filtered(lambda each: "signed out" in (each.body or ""))
        self.assertEqual(note.author_id, self.manager.partner_id)
        self.send_queue()
        self.assertEqual((message.state, self.phone.ledger()), ("queued", []))

    def test_log_out_fails(self):
        """When the service fails, the account is not shown as signed out."""
        self.phone.fault("logout", "status", status=500)
        with self.assertRaisesRegex(UserError, "disturbance"):
            self.press("action_log_out")
        self.assertEqual(self.instance.state, "authorized")

    def test_restart(self):
        """The restart takes its time; messages wait and go out by themselves."""
        self.phone.change(startingSeconds=60)
        message = self.write_from(self.customer, "After the restart")
        self.assertIn("5 minutes", self.press("action_restart"))
        self.assertEqual(self.instance.state, "starting")
        self.send_queue()
        self.assertEqual(message.state, "queued")
        self.finish_restart()
        self.send_queue()
        self.assertEqual((message.state, self.instance.state), ("sent", "authorized"))

    def test_restart_refused(self):
        """An instance that is not paid says so, and keeps that as its state."""
        self.phone.change(expired=True)
        with self.assertRaisesRegex(UserError, "not paid"):
            self.press("action_restart")
        self.env.invalidate_all()
        self.assertEqual(self.instance.state, "expired")

    def test_operators_press_none_of_these(self):
        """An operator cannot sign out, restart, see settings, or exchange token and picture."""
        instance = self.instance.with_user(self.salesperson)
        for action in (
            "action_log_out",
            "action_restart",
            "action_open_settings",
            "action_standard_settings",
            "action_read_account",
            "action_set_picture",
            "action_new_api_token",
        ):
            with self.subTest(action), self.assertRaises(AccessError):
                getattr(instance, action)()
        for wizard in ("telegram.instance.settings", "telegram.instance.picture"):
            with self.subTest(wizard), self.assertRaises(AccessError):
                self.env[wizard].with_user(self.salesperson).create(
                    {"instance_id": self.instance.id}
                )
        asked = [request["method"] for request in self.phone.requests()]
        self.assertEqual(asked, [])

    def test_what_the_service_said_is_not_written_by_hand(self):
        """No one types in whose account it is, or which settings are wanted."""
        for values in ({"account_phone": "+7"}, {"own_settings": {}}, {"account_picture": False}):
            with self.subTest(values), self.assertRaises(AccessError):
                self.instance.with_user(self.manager).write(values)


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
        """The bodies of the calls that changed settings since the standard was set up."""
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
        self.assertEqual((dialog.delay, dialog.missing), (3000, "Edited messages"))
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
        self.assertTrue(self.instance.receiving_set, "read back by the receive action")

    def test_nothing_changed(self):
        """Saving what was not touched asks nothing of the service."""
        self.assertIn("Nothing", self.press("action_save", self.open()))
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
        self.assertIn("The service was told: Show as online.", told)
        self.assertIn("former value of: Show as online.", told)

    def test_while_it_restarts(self):
        """The answer to a change may be silence for minutes: the receive action reads back."""
        self.phone.change(startingSeconds=60)
        dialog = self.open()
        dialog.keep_online = True
        self.assertIn("5 minutes", self.press("action_save", dialog))
        self.assertFalse(self.instance.receiving_set)

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


@tagged("post_install", "-at_install")
class TestProfile(AccountCase):
    """Who is signed in, and the account's picture."""

    def set_picture(self, content):
        dialog = self.env["telegram.instance.picture"].with_user(self.manager)
        dialog = dialog.create({"instance_id": self.instance.id, "picture": content})
        return self.press("action_set", dialog)

    def test_who_is_signed_in(self):
        """Phone, user name and chat id, as the service tells them; for reading by operators."""
        self.assertIn("+79876543210", self.press("action_read_account"))
        instance = self.instance.with_user(self.salesperson)
        self.assertEqual(
            (instance.account_phone, instance.account_username, instance.account_chat_id),
            ("+79876543210", "@shop", "20000000"),
        )

    def test_suspended(self):
        """Limits that Telegram has set are shown with their end."""
        end = datetime(2033, 5, 18, 3, 33, 20)
        self.phone.change(stateInstance="suspended", suspendedUntil=2000000000)
        self.press("action_read_account")
        self.assertEqual((self.instance.suspended_until, self.instance.state), (end, "suspended"))

    def test_nobody_signed_in(self):
        """An account without a session has no name; the words say what to do."""
        self.press("action_read_account")
        self.phone.change(stateInstance="notAuthorized")
        self.assertIn("Sign in", self.press("action_read_account"))
        self.assertFalse(self.instance.account_phone)

    def test_signed_out_on_the_phone(self):
        """Once the session has ended elsewhere, nobody is shown as signed in any more."""
        self.press("action_read_account")
        self.phone.change(stateInstance="notAuthorized")
        self.receive()
        self.assertEqual(
            (self.instance.state, self.instance.account_phone), ("notAuthorized", False)
        )

    def test_picture_there_and_back(self):
        """A PNG with transparent parts arrives as a JPEG, and is read back from the service."""
        self.assertIn("new picture", self.set_picture(picture_file()))
        self.instance.account_picture = False
        self.press("action_read_account")
        image = Image.open(io.BytesIO(base64.b64decode(self.instance.account_picture)))
        self.assertEqual((image.format, image.size), ("JPEG", (20, 10)))
        self.assertEqual(image.getpixel((1, 1)), (255, 255, 255), "transparent has become white")

    def test_formats(self):
        """Whatever Odoo reads is converted: palettes, grey, print colours, rotated or large."""
        for image_format, mode, size, color in (
            ("GIF", "P", (10, 10), 3),
            ("PNG", "LA", (10, 10), (9, 0)),
            ("PNG", "L", (10, 10), 7),
            ("JPEG", "CMYK", (10, 10), (0, 0, 0, 0)),
            ("BMP", "RGB", (3000, 10), (1, 2, 3)),
        ):
            with self.subTest(image_format=image_format, mode=mode):
                self.set_picture(picture_file(image_format, mode, size, color))

    def test_no_picture(self):
        """A text, what Odoo does not convert, half a picture: refused, the service is not asked."""
        half = base64.b64decode(picture_file("JPEG", "RGB", (400, 400), (1, 2, 3)))[:400]
        webp = b"RIFF\x1a\x00\x00\x00WEBPVP8 \x0e\x00"
        for content in (b"Hello", webp, half):
            with self.subTest(content[:10]), self.assertRaisesRegex(UserError, "no picture"):
                self.set_picture(base64.b64encode(content))
        self.assertEqual(self.phone.requests("setProfilePicture"), [])

    def test_picture_refused(self):
        """A reason inside a 200 answer is told in words, and the former picture stays."""
        body = {"reason": "rate-overlimit", "urlAvatar": None, "setProfilePicture": False}
        self.phone.fault("setProfilePicture", "status", status=200, body=body)
        with self.assertRaisesRegex(UserError, "once in a while"):
            self.set_picture(picture_file())
        self.assertFalse(self.instance.account_picture)

    def test_picture_cannot_be_fetched(self):
        """A link to elsewhere is not followed; who is signed in is kept all the same."""
        body = {
            "stateInstance": "authorized",
            "phone": "79876543210",
            "chatId": "20000000",
            "avatar": "https://example.com/x.jpg",
        }
        self.phone.fault("getAccountSettings", "status", status=200, body=body)
        self.assertIn("picture could not", self.press("action_read_account"))
        self.assertEqual(self.instance.account_phone, "+79876543210")

    def test_odd_picture(self):
        """What the link leads to may be no picture at all: nothing of it is kept."""
        self.set_picture(picture_file())
        self.phone.fault("download", "html")
        self.assertIn("picture could not", self.press("action_read_account"))
        self.assertTrue(self.instance.account_picture, "the former one stays")


@tagged("post_install", "-at_install")
class TestNewToken(AccountCase):
    """A new API token: one call, kept at once, nothing lost, nobody sees it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = new_test_user(
            cls.env,
            "account_admin",
            groups="base.group_system,telegram_green_api.group_manager",
        )

    def renew(self):
        return self.press("action_new_api_token", user=self.admin)

    def test_new_token(self):
        """One call; the former token is dead, Odoo goes on with the new one and tells nobody."""
        self.instance.call_log = "all"
        answer = self.renew()
        token = self.instance.sudo().api_token
        self.assertNotEqual(token, self.phone.token)
        self.assertEqual(token, self.phone.instance()["apiTokenInstance"])
        self.assertEqual(len(self.phone.requests("updateApiToken")), 1)
        self.press("action_check_state")
        self.assertEqual(self.instance.state, "authorized")
        calls = self.env["telegram.call"].search([("instance_id", "=", self.instance.id)])
        told = [answer, *calls.mapped("answer"), *self.instance.message_ids.mapped("body")]
        self.assertNotIn(token, str(told))

    def test_message_under_way(self):
        """A message that is just being sent with the former token goes out with the new one."""
        message = self.write_from(self.customer, "Not lost")
        allowance = self.instance._get_allowance()
        with self.instance._get_client() as client:
            claimed = message._claim_next(self.instance, allowance)
            self.renew()
            keep, *args = claimed._deliver(client, Pace())
            keep(*args)
        self.assertEqual(message.state, "queued")
        self.assertEqual(self.instance.state, "authorized", "no alarm")
        self.assertFalse(self.instance.activity_ids)
        self.instance.send_after = False
        self.send_queue()
        self.assertEqual([entry["message"] for entry in self.phone.ledger()], ["Not lost"])
        self.assertEqual((message.state, self.instance.problem), ("sent", False))

    def test_wrong_token_later(self):
        """Long after the exchange a refused token is an alarm again."""
        self.instance.token_changed_at = fields.Datetime.now() - timedelta(hours=1)
        self.instance.api_token_new = "wrong"
        self.instance.write({"state": "authorized"})
        self.instance._refresh_state()
        self.assertEqual(self.instance.state, "unauthorized")

    def test_unknown_outcome(self):
        """When the answer is lost, nothing is tried again: the words say where the token is."""
        self.phone.fault("updateApiToken", "lost_after")
        with self.assertRaisesRegex(UserError, "apiTokenInstance in the GREEN-API console"):
            self.renew()
        self.assertEqual(len(self.phone.requests("updateApiToken")), 1)
        self.assertEqual(self.instance.sudo().api_token, self.phone.token)

    def test_half_an_answer(self):
        """An answer without a token is no token: the former one is not overwritten."""
        self.phone.fault("updateApiToken", "status", status=200, body={"apiTokenInstance": ""})
        with self.assertRaisesRegex(UserError, "may have replaced"):
            self.renew()
        self.assertEqual(self.instance.sudo().api_token, self.phone.token)

    def test_refused(self):
        """A refusal inside a 200 answer is one: nothing has changed."""
        body = {"code": 401, "description": "Unauthorized"}
        self.phone.fault("updateApiToken", "status", status=200, body=body)
        with self.assertRaisesRegex(UserError, "does not accept the API token"):
            self.renew()
        self.assertEqual(self.instance.sudo().api_token, self.phone.token)

    def test_for_the_settings_group_only(self):
        """An administrator of Telegram alone does not handle tokens."""
        with self.assertRaisesRegex(AccessError, "Odoo's settings"):
            self.press("action_new_api_token")
        self.assertEqual(self.phone.requests("updateApiToken"), [])


@tagged("post_install", "-at_install")
class TestCommitted(CommittedCase):
    """With real commits: what another transaction must not swallow, and the history."""

    name = "Account test"

    def test_conflict(self):
        """A new token is kept though the send action has just written the same row."""
        attempts = []

        def keep(instance):
            instance.flush_recordset()
            instance.invalidate_recordset()
            attempts.append(instance.send_failures)
            if len(attempts) == 1:
                with self.environment() as env:
                    env["telegram.instance"].browse(self.instance_id).send_failures = 3
            instance._keep_new_token("fresh", instance.env.user)

        with self.environment() as env:
            write_in_own_transaction(env["telegram.instance"].browse(self.instance_id), keep)
        self.assertEqual(attempts, [0, 3])
        with self.environment() as env:
            instance = env["telegram.instance"].browse(self.instance_id)
            self.assertEqual((instance.api_token, instance.send_failures), ("fresh", 3))

    def test_history_of_states(self):
        """What a scheduled action learns of the state stands in the history, old and new."""
        self.phone.change(stateInstance="notAuthorized")
        with self.environment() as env:
            env["ir.cron"].browse(self.receive_cron_id).method_direct_trigger()
        with self.environment() as env:
            instance = env["telegram.instance"].browse(self.instance_id)
            self.assertEqual(instance.state, "notAuthorized")
            changes = instance.message_ids.tracking_value_ids
            self.assertIn(
                ("Authorized", "Not authorized"),
                [(each.old_value_char, each.new_value_char) for each in changes],
            )
