# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ...client import RefusedError
from ..common import TelegramCase
from ..languages import load_language


@tagged("post_install", "-at_install")
class TestActivities(TelegramCase):
    """Whoever looks after an account learns that it needs them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.create_user("telegram_responsible", "manager")

    def setUp(self):
        super().setUp()
        self.instance.responsible_id = self.manager

    def activities(self):
        return self.env["mail.activity"].search(
            [("res_model", "=", "telegram.instance"), ("res_id", "=", self.instance.id)]
        )

    def report(self, *states):
        for number, state in enumerate(states):
            body = {"typeWebhook": "stateInstanceChanged", "stateInstance": state}
            self.ingest({**body, "timestamp": self.clock + number})
        self.clock += len(states)

    clock = 1763115112

    def test_stopped(self):
        """One activity says what to do, however often it is reported, to one who may see it."""
        self.report("notAuthorized")
        self.instance._record_error(RefusedError("sendMessage", "notAuthorized"))
        [activity] = self.activities()
        self.assertEqual(activity.user_id, self.manager)
        self.assertIn("Sign In", activity.note)
        self.assertEqual(activity.date_deadline, fields.Date.today())
        self.assertTrue(activity.with_user(self.manager).has_access("write"))

    def test_works_again(self):
        """The activity is closed when the account works again, and the next stop makes another."""
        self.report("blocked", "authorized")
        self.assertFalse(self.activities())
        self.assertTrue([m for m in self.instance.message_ids if "works again" in m.body])
        self.report("suspended")
        self.assertEqual(len(self.activities()), 1)

    def test_language_of_feedback(self):
        """One activity with a note in one language and a feedback in another."""
        load_language(self.env)
        self.manager.lang = "ru_RU"
        self.report("blocked", "authorized")
        self.assertTrue([m for m in self.instance.message_ids if "снова работает" in m.body])

    def test_every_way_of_stopping(self):
        """A refusal of any call tells it as well as a notification."""
        for code in ("expired", "deleted", "unauthorized", "forbidden"):
            with self.subTest(code):
                self.report("authorized")
                self.instance._record_error(RefusedError("getSettings", code))
                [activity] = self.activities()
                self.assertIn(self.instance.state_message[:20], activity.note.striptags())

    def test_restart(self):
        """A restart is nothing to look after, except when the account is gone after it."""
        self.report("starting", "authorized", "starting")
        self.assertFalse(self.activities())
        self.report("notAuthorized")
        self.assertEqual(len(self.activities()), 1)

    def test_setting_up(self):
        """An account that never worked, or got a new token, is being looked after already."""
        self.instance.state = "unchecked"
        self.report("notAuthorized", "pendingPassword", "starting", "notAuthorized")
        self.assertFalse(self.activities())
        self.report("authorized")
        self.instance.api_token_new = "another"
        self.instance._record_error(RefusedError("getStateInstance", "unauthorized"))
        self.assertFalse(self.activities())

    def test_connection(self):
        """A failed connection is no stop of the account."""
        self.instance._record_error(RefusedError("getStateInstance", "webhook_set"))
        self.assertFalse(self.activities())

    def test_who_is_told(self):
        """Where the administrator has left, or may not see it, another one is told."""
        for change in (
            {"responsible_id": False},
            {"responsible_id": self.salesperson.id},
        ):
            with self.subTest(change):
                self.report("authorized")
                self.instance.write(change)
                self.report("notAuthorized")
                [activity] = self.activities()
                self.assertTrue(activity.user_id.has_group("telegram_green_api.group_manager"))
                self.assertTrue(activity.user_id.active)

    def test_language(self):
        """It is written in the language of whoever gets it."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.manager.lang = "fr_FR"
        seen = []
        method = type(self.instance)._get_state_messages

        def messages(instance):
            seen.append(instance.env.lang)
            return method(instance)

        self.patch(self.registry["telegram.instance"], "_get_state_messages", messages)
        self.report("notAuthorized")
        self.assertIn("fr_FR", seen)

    def test_quota(self):
        """A quota that is used up is told once a month and method, also when it was closed."""
        quota = {"typeWebhook": "quotaExceeded", "timestamp": 1, "quotaData": {"method": "a"}}
        self.ingest(quota, {**quota, "timestamp": 2})
        [activity] = self.activities()
        self.assertIn("quota of your GREEN-API plan", activity.note)
        activity.action_done()
        self.ingest({**quota, "timestamp": 3})
        self.assertFalse(self.activities())
        self.ingest({**quota, "quotaData": {"method": "checkAccount"}})
        [activity] = self.activities()
        self.assertEqual(activity.summary, "Quota used up: Check Number")
        done = self.env["mail.activity"].with_context(active_test=False).search([])
        self.env.cr.execute(
            "UPDATE mail_activity SET create_date = %s WHERE id IN %s",
            (fields.Datetime.now() - relativedelta(months=1, day=1), tuple(done.ids)),
        )
        done.invalidate_recordset()
        self.ingest({**quota, "timestamp": 4})
        self.assertEqual(len(self.activities()), 2)

    def test_protected(self):
        """Nobody writes by hand what the service has reported."""
        for vals in ({"was_operational": True}, {"received_until": fields.Datetime.now()}):
            with self.subTest(vals), self.assertRaises(AccessError):
                self.instance.with_user(self.manager).write(vals)
