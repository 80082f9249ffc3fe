# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...client import RateLimiter
from ...models.sending.queue_sender import QueueSender
from ...tools.transactions import write_in_own_transaction
from ..committed_case import CommittedCase
from .account_case import AccountCase


@tagged("post_install", "-at_install")
class TestSession(AccountCase):
    """Log out and restart: what stops, what waits, who did it."""

    def test_log_out(self):
        """Signed out at the service and here; what waits goes on waiting, nobody is alarmed."""
        self.press("action_read_account")
        message = self.write_from(self.customer, "Later")
        self.assertIn("queued until an account signs in", self.press("action_log_out"))
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
        with self.assertRaisesRegex(UserError, "temporarily unavailable"):
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

    def test_blocked_by_mistake(self):
        """After a message to a deleted user GREEN-API may say "blocked" wrongly; a restart heals
        that, so it is advised before another account is."""
        self.phone.change(stateInstance="blocked", blockedByMistake=True)
        self.instance._refresh_state()
        advice = self.instance.state_message
        self.assertLess(advice.index("Restart"), advice.index("another account"))
        self.press("action_restart")
        self.instance._refresh_state()
        self.assertEqual(self.instance.state, "authorized")

    def test_starting_without_end(self):
        """After an expired code an account may be starting for ever; signing out heals that. The
        administrator gets to know it, and not before the time of a usual restart is over."""
        self.phone.change(stateInstance="starting")
        self.instance._refresh_state()
        for minutes, is_stuck in ((0, False), (9, False), (11, True)):
            with self.subTest(minutes):
                began = fields.Datetime.now() - timedelta(minutes=minutes)
                self.instance.state_date = began
                self.instance._refresh_state()
                self.assertEqual(self.instance.state_date, began, "the state is the same")
                self.assertEqual("Sign Out" in self.instance.state_message, is_stuck)
                self.assertEqual(bool(self.instance.activity_ids), is_stuck)
        self.press("action_restart")
        self.assertNotIn("Sign Out", self.instance.state_message, "it has just been restarted")
        self.press("action_log_out")
        self.assertEqual(self.instance.state, "notAuthorized")

    def test_restart_refused(self):
        """An instance that is not paid says so, and keeps that as its state."""
        self.phone.change(expired=True)
        with self.assertRaisesRegex(UserError, "subscription has expired"):
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
class TestNewToken(AccountCase):
    """A new API token: one call, kept at once, nothing lost, nobody sees it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.create_user("account_admin", "system", "manager")

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
        budget = self.instance._get_send_budget()
        with self.instance._get_client() as client:
            sender = QueueSender(self.instance)
            claim = sender._claim_next(message, budget)
            self.renew()
            handler, args = sender._send(claim, client, RateLimiter())
            handler(*args)
        self.assertEqual(message.state, "queued")
        self.assertEqual(self.instance.state, "authorized", "no alarm")
        self.assertFalse(self.instance.activity_ids)
        self.instance.send_after = False
        self.send_queue()
        self.assertEqual([entry["message"] for entry in self.phone.ledger()], ["Not lost"])
        self.assertEqual((message.state, self.instance.last_error), ("sent", False))

    def test_wrong_token_later(self):
        """Long after the exchange a refused token is an alarm again."""
        self.instance.token_change_date = fields.Datetime.now() - timedelta(hours=1)
        self.instance.api_token_new = "wrong"
        self.instance.write({"state": "authorized"})
        self.instance._refresh_state()
        self.assertEqual(self.instance.state, "unauthorized")

    def test_unknown_outcome(self):
        """When the answer is lost, nothing is tried again: the words say where the token is."""
        self.phone.fault("updateApiToken", "lost_after")
        with self.assertRaisesRegex(UserError, "Copy apiTokenInstance"):
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
        """A new token is kept though the send action has just written the same row.

        The log calls the usual conflict no bad query.
        """
        attempts = []

        def keep(instance):
            instance.flush_recordset()
            instance.invalidate_recordset()
            attempts.append(instance.send_failures)
            if len(attempts) == 1:
                with self.environment() as env:
                    env["telegram.instance"].browse(self.instance_id).send_failures = 3
            instance._store_new_token("fresh", instance.env.user)

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
                ("Signed In", "Not Signed In"),
                [(each.old_value_char, each.new_value_char) for each in changes],
            )
