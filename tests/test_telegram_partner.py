# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import logging
from datetime import timedelta

from psycopg2.errors import NotNullViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .. import const
from ..sandbox.phone import Phone
from .common import SECRET_MARK, TelegramCase

PARTNER_TOKEN = f"gac.{SECRET_MARK}partner"


class PartnerCase(TelegramCase):
    sandbox_options = ("--partner-token", PARTNER_TOKEN)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        manager = "telegram_green_api.group_manager"
        cls.admin = new_test_user(cls.env, "partner_admin", groups=f"base.group_system,{manager}")
        cls.manager = new_test_user(cls.env, "partner_manager", groups=manager)

    def setUp(self):
        super().setUp()
        self.control = Phone(self.sandbox_url)
        self.addCleanup(self.control.clear_faults)
        self.partner = (
            self.env["telegram.partner"]
            .with_user(self.admin)
            .create(
                {
                    "name": "Our partner",
                    "api_url": self.sandbox_url,
                    "instance_url": self.sandbox_url,
                    "token_new": f" {PARTNER_TOKEN}\n",
                    "call_log": "all",
                }
            )
        )

    def press(self, action, record=None):
        with self.enter_registry_test_mode():
            answer = getattr(self.partner if record is None else record, action)()
        self.env.invalidate_all()
        return answer

    def refresh(self):
        return self.press("action_refresh")

    def line(self, id_instance):
        return self.partner.instance_ids.filtered(lambda line: line.id_instance == str(id_instance))

    def create_instance(self, name="Branch"):
        dialog = self.env["telegram.partner.create"].with_user(self.admin)
        dialog = dialog.create({"partner_id": self.partner.id, "name": name})
        action = self.press("action_create_instance", dialog)
        return self.env["telegram.instance"].browse(action["params"]["instance_id"])

    def delete(self, line, action="action_delete", dialog=None):
        dialog = dialog or self.env["telegram.partner.delete"].with_user(self.admin).create(
            {"line_id": line.id}
        )
        return dialog, self.press(action, dialog)

    def asked(self, method):
        return self.control.requests_without_instance(method)


@tagged("post_install", "-at_install")
class TestPartner(PartnerCase):
    """The partner, its token, and the list of its instances."""

    def test_token_is_never_given_back(self):
        """Whoever asks, an administrator of Odoo included, learns only that the token is set."""
        self.assertTrue(self.partner.token_set)
        self.assertFalse(self.partner.token_new)
        with self.assertRaises(AccessError):
            self.partner.read(["token"])
        with self.assertRaises(AccessError):
            self.partner.search([("token", "=like", "g%")])
        self.assertNotIn(SECRET_MARK, str(self.partner.read()))
        values = {"token_new": PARTNER_TOKEN}
        saved = self.partner.web_save(values, {"token_new": {}, "name": {}})
        self.assertNotIn(SECRET_MARK, str(saved))
        self.assertFalse(self.partner.copy().token_set)

    def test_failed_statement_does_not_log_the_token(self):
        """A statement that fails stands in the log with its values: not with the token."""
        with self.assertLogs("odoo.sql_db", logging.ERROR) as logs:
            with self.assertRaises(NotNullViolation), self.cr.savepoint():
                self.partner.write({"token_new": f"{SECRET_MARK}new", "name": False})
                self.env.flush_all()
        self.assertNotIn(SECRET_MARK, "".join(logs.output))

    def test_odd_values(self):
        """A token with spaces, an address without https: refused before anything is sent there."""
        for values in (
            {"token_new": "two words"},
            {"api_url": "http://example.com"},
            {"instance_url": "ftp://example.com"},
        ):
            with self.subTest(values), self.assertRaises(ValidationError):
                self.partner.write(values)

    def test_list(self):
        """All instances with name and state; the tokens in the answer are kept nowhere."""
        self.phone.change(name="Shop", plan="developer")
        expired = self._create_phone(expired=True)
        deleted = self._create_phone(deleted=True)
        answer = self.refresh()
        line = self.line(self.phone.id_instance)
        self.assertEqual((line.name, line.tariff, line.state), ("Shop", "DEVELOPER", "active"))
        self.assertEqual(line.instance_id.id, self.instance.id)
        self.assertFalse(line.can_connect, "it is connected")
        self.assertEqual(self.line(expired.id_instance).state, "expired")
        self.assertEqual(self.line(deleted.id_instance).state, "deleted")
        calls = self.env["telegram.call"].search([("telegram_partner_id", "=", self.partner.id)])
        self.assertEqual(calls.mapped("method"), ["getInstances"])
        kept = [answer, calls.read(), self.partner.read(), self.partner.instance_ids.read()]
        self.assertNotIn(SECRET_MARK, str(kept))

    def test_list_again(self):
        """Nothing is doubled; what is not listed any more was deleted."""
        phone = self._create_phone()
        self.refresh()
        count = len(self.partner.instance_ids)
        phone.forget()
        self.refresh()
        self.assertEqual(len(self.partner.instance_ids), count)
        self.assertEqual(self.line(phone.id_instance).state, "deleted")

    def test_deleted_elsewhere(self):
        """An instance that somebody deleted in the console is told of where it is used."""
        self.instance.has_worked = True
        self.phone.change(deleted=True)
        self.refresh()
        self.assertEqual(self.instance.state, "deleted")
        self.assertIn("deleted at GREEN-API", self.instance.state_message)
        self.assertTrue(self.instance.activity_ids)

    def test_failures(self):
        """Wrong token, no connection, a web page: in words, and without the token."""
        self.control.fault("getInstances", "html")
        with self.assertRaisesRegex(UserError, "not like GREEN-API"):
            self.refresh()
        self.control.fault("getInstances", "status", status=500, body=f"partner/{PARTNER_TOKEN}")
        with self.assertRaisesRegex(UserError, "disturbance") as caught:
            self.refresh()
        self.assertNotIn(SECRET_MARK, str(caught.exception))
        self.partner.token_new = f"{SECRET_MARK}wrong"
        with self.assertRaisesRegex(UserError, "does not accept the partner token"):
            self.refresh()
        self.partner.api_url = "http://127.0.0.1:9"
        with self.assertRaisesRegex(UserError, "No connection"):
            self.refresh()
        calls = self.env["telegram.call"].search([("telegram_partner_id", "=", self.partner.id)])
        self.assertEqual(len(calls), 4)
        self.assertNotIn(SECRET_MARK, str(calls.read()))

    def test_calls_are_removed_by_age(self):
        """The partner's calls do not stay longer than they are to be kept."""
        self.refresh()
        self.refresh()
        calls = self.env["telegram.call"].search([("telegram_partner_id", "=", self.partner.id)])
        self.env.cr.execute(
            "UPDATE telegram_call SET create_date = %s WHERE id = %s",
            [fields.Datetime.now() - timedelta(days=15), calls[0].id],
        )
        self.env["telegram.call"]._gc_calls()
        self.assertEqual(calls.exists(), calls[1])

    def test_no_token(self):
        """Without a token nothing is asked."""
        with self.assertRaisesRegex(UserError, "partnerToken"):
            self.press("action_refresh", self.partner.copy())

    def test_rights(self):
        """Partner mode is for administrators of Odoo: others see neither it nor its calls."""
        self.refresh()
        line = self.partner.instance_ids[0]
        for user in (self.manager, self.salesperson):
            with self.subTest(user.login):
                for record in (self.partner, line):
                    with self.assertRaises(AccessError):
                        record.with_user(user).read(["name"])
                for action in ("action_refresh", "action_create_instance"):
                    with self.assertRaises(AccessError):
                        getattr(self.partner.with_user(user), action)()
                for action in ("action_connect", "action_delete"):
                    with self.assertRaises(AccessError):
                        getattr(line.with_user(user), action)()
                with self.assertRaises(AccessError):
                    self.env["telegram.partner.delete"].with_user(user).create({"line_id": line.id})
        calls = self.env["telegram.call"].with_user(self.manager)
        self.assertFalse(calls.search([("method", "=", "getInstances")]))
        with self.assertRaises(AccessError):
            line.with_user(self.admin).write({"state": "deleted"})

    def test_other_company(self):
        """Who does not see a company does not see its partner either."""
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.partner.sudo().company_id = company
        self.assertFalse(self.env["telegram.partner"].with_user(self.admin).search([]))


@tagged("post_install", "-at_install")
class TestPartnerInstances(PartnerCase):
    """Instances made, connected and deleted by the partner's token."""

    def test_create(self):
        """One call with our settings; the instance is connected with its token at once."""
        instance = self.create_instance()
        self.assertEqual(instance.name, "Branch")
        [request] = self.asked("createInstance")[-1:]
        self.assertEqual(request["body"], {"name": "Branch", **const.NEW_INSTANCE_SETTINGS})
        phone = Phone(self.sandbox_url, int(instance.id_instance))
        self.assertEqual(instance.sudo().api_token, phone.instance()["apiTokenInstance"])
        self.assertEqual(instance._get_start_step(), "sign_in")
        self.assertEqual(self.line(instance.id_instance).instance_id.id, instance.id)
        with self.enter_registry_test_mode():
            instance._refresh_state()
        self.assertEqual(instance.state, "notAuthorized")
        calls = self.env["telegram.call"].search([("telegram_partner_id", "=", self.partner.id)])
        self.assertNotIn(instance.sudo().api_token, str(calls.read()))

    def test_settings_need_no_restart(self):
        """What a new instance gets is what receiving needs: setting it up changes nothing."""
        instance = self.create_instance()
        phone = Phone(self.sandbox_url, int(instance.id_instance))
        phone.change(stateInstance="authorized")
        with self.enter_registry_test_mode():
            instance._refresh_state()
            self.assertEqual(instance._set_up_receiving(), set())
        self.assertEqual(phone.requests("setSettings"), [])

    def test_create_unknown_outcome(self):
        """A lost answer: nothing is made twice; the list tells, and connects it from there."""
        before = len(self.asked("createInstance"))
        self.control.fault("createInstance", "lost_after")
        with self.assertRaisesRegex(UserError, "press “Refresh”"):
            self.create_instance("Lost")
        self.assertEqual(len(self.asked("createInstance")), before + 1)
        self.refresh()
        line = self.partner.instance_ids.filtered(lambda line: line.name == "Lost")
        self.assertTrue(line.can_connect)
        action = self.press("action_connect", line)
        instance = self.env["telegram.instance"].browse(action["params"]["instance_id"])
        self.assertEqual(instance.name, "Lost")
        with self.enter_registry_test_mode():
            instance._refresh_state()
        self.assertEqual(instance.state, "notAuthorized")

    def test_create_refused(self):
        """A refusal makes nothing, here or there."""
        count = self.env["telegram.instance"].search_count([])
        self.control.fault("createInstance", "status", status=400, body={"message": "No money"})
        with self.assertRaisesRegex(UserError, "No money"):
            self.create_instance()
        self.assertEqual(self.env["telegram.instance"].search_count([]), count)

    def test_made_but_not_entered(self):
        """What was paid for is not lost when Odoo cannot keep it: it is connected from the list."""
        company = self.env["res.company"].create({"name": "Elsewhere"})
        row = {"idInstance": self.phone.id_instance, "apiTokenInstance": "x"}
        self.instance.company_id = company  # the user does not see it
        self.control.fault("createInstance", "status", status=200, body=row)
        with self.assertRaisesRegex(UserError, "was made, but could not be entered"):
            self.create_instance()

    def test_nothing_is_bought_without_rights(self):
        """Who may not make instances in Odoo makes none at GREEN-API, either."""
        user = new_test_user(self.env, "partner_other", groups="base.group_system")
        dialog = self.env["telegram.partner.create"].with_user(user)
        dialog = dialog.create({"partner_id": self.partner.id, "name": "No"})
        before = len(self.asked("createInstance"))
        with self.assertRaises(AccessError):
            dialog.action_create_instance()
        self.assertEqual(len(self.asked("createInstance")), before)

    def test_connect_again(self):
        """An archived instance comes back with the token that it has now, under its own name."""
        self.refresh()
        self.instance.active = False
        self.instance.api_token_new = "former"
        self.press("action_connect", self.line(self.phone.id_instance))
        self.assertTrue(self.instance.active)
        self.assertEqual(self.instance.name, "Sales")
        self.assertEqual(self.instance.sudo().api_token, self.phone.token)

    def test_connect_what_is_gone(self):
        """Deleted since the list was read, or of another messenger: explained, nothing is made."""
        phone = self._create_phone()
        self.refresh()
        line = self.line(phone.id_instance)
        phone.change(deleted=True)
        with self.assertRaisesRegex(UserError, "was deleted"):
            self.press("action_connect", line)
        self.env.invalidate_all()
        self.assertEqual(line.state, "deleted")
        row = {"idInstance": 4100777777, "typeInstance": "whatsapp", "apiTokenInstance": "x"}
        self.control.fault("getInstances", "status", times=2, status=200, body=[row])
        self.refresh()
        line = self.line(4100777777)
        self.assertFalse(line.can_connect)
        with self.assertRaisesRegex(UserError, "whatsapp"):
            self.press("action_connect", line)

    def test_delete(self):
        """Signed out first, then deleted; here archived, and what waits is told of."""
        self.write_from(self.customer, "Never sent")
        self.refresh()
        _dialog, answer = self.delete(self.line(self.phone.id_instance))
        self.assertIn("Messages that waited and are not sent: 1", answer["params"]["message"])
        self.assertEqual(len(self.phone.requests("logout")), 1)
        self.assertTrue(self.phone.instance()["deleted"])
        self.assertEqual(self.phone.instance()["stateInstance"], "notAuthorized")
        self.assertEqual((self.instance.state, self.instance.active), ("deleted", False))
        self.assertFalse(self.instance.activity_ids, "no alarm of what was wanted")
        self.assertEqual(self.line(self.phone.id_instance).state, "deleted")
        notes = self.instance.message_ids.filtered(lambda each: "deleted" in (each.body or ""))
        self.assertEqual(notes.author_id, self.admin.partner_id)

    def test_delete_what_is_not_connected(self):
        """An instance that Odoo does not use is signed out with the token of the list."""
        phone = self._create_phone()
        self.refresh()
        self.delete(self.line(phone.id_instance))
        self.assertEqual(len(phone.requests("logout")), 1)
        self.assertTrue(phone.instance()["deleted"])

    def test_delete_without_session(self):
        """Where nobody is signed in, there is nothing to sign out of."""
        phone = self._create_phone(stateInstance="notAuthorized")
        body = {"message": "instance is starting or not authorized"}
        phone.fault("logout", "status", status=400, body=body)
        self.refresh()
        self.delete(self.line(phone.id_instance))
        self.assertTrue(phone.instance()["deleted"])

    def test_log_out_fails(self):
        """When the account cannot be signed out, nothing is deleted until a person says so."""
        self.refresh()
        line = self.line(self.phone.id_instance)
        self.phone.fault("logout", "status", status=500)
        dialog, answer = self.delete(line)
        self.assertEqual(answer["res_id"], dialog.id)
        self.assertIn("disturbance", dialog.problem)
        self.assertFalse(self.phone.instance()["deleted"])
        self.assertTrue(self.instance.active)
        self.delete(line, "action_delete_anyway", dialog)
        self.assertTrue(self.phone.instance()["deleted"])
        self.assertFalse(self.instance.active)
        self.assertEqual(len(self.phone.requests("logout")), 1)

    def test_deletion_fails(self):
        """Signed out, but not deleted: the account is shown as signed out, and stays."""
        self.refresh()
        self.control.fault("deleteInstanceAccount", "status", status=500)
        with self.assertRaisesRegex(UserError, "disturbance"):
            self.delete(self.line(self.phone.id_instance))
        self.env.invalidate_all()
        self.assertEqual((self.instance.state, self.instance.active), ("notAuthorized", True))

    def test_deleted_by_somebody_else(self):
        """Deleting twice is no riddle: the words say that it is gone."""
        self.refresh()
        line = self.line(self.phone.id_instance)
        body = {"code": 404, "description": "Not found"}
        self.control.fault("deleteInstanceAccount", "status", status=200, body=body)
        with self.assertRaisesRegex(UserError, "any more"):
            self.delete(line)
        self.phone.change(deleted=True)
        with self.assertRaisesRegex(UserError, "was deleted"):
            self.delete(line)

    def test_neutralized(self):
        """A copied database cannot make or delete anything: it has no partner token."""
        from odoo.modules.neutralize import get_neutralization_queries

        self.env.flush_all()
        for query in get_neutralization_queries(["telegram_green_api"]):
            self.env.cr.execute(query)
        self.env.invalidate_all()
        self.assertFalse(self.partner.token_set)

    @mute_logger("odoo.sql_db")
    def test_secrets_stay_in_their_columns(self):
        """After list, creation, connection and deletion no token stands anywhere else."""
        self.refresh()
        instance = self.create_instance()
        token = instance.sudo().api_token
        self.delete(self.line(self.phone.id_instance))
        for model in ("telegram.call", "telegram.partner", "telegram.partner.instance"):
            texts = str(self.env[model].with_user(self.admin).search([]).read())
            self.assertNotIn(token, texts)
            self.assertNotIn(SECRET_MARK, texts)
        self.assertNotIn(token, str(instance.message_ids.read(["body"])))
