# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from green_api_sandbox.phone import Phone

from ...models.connection.service_settings import RECEIVE_SETTINGS
from ..common import SECRET_MARK
from .partner_case import PartnerCase


@tagged("post_install", "-at_install")
class TestPartnerInstances(PartnerCase):
    """Instances made, connected and deleted by the partner's token."""

    def test_create(self):
        """One call with our settings; the instance is connected with its token at once."""
        instance = self.create_instance()
        self.assertEqual(instance.name, "Branch")
        [request] = self.asked("createInstance")[-1:]
        settings = {**RECEIVE_SETTINGS, "delaySendMessagesMilliseconds": 500}
        self.assertEqual(request["body"], {"name": "Branch", **settings})
        phone = Phone(self.sandbox_url, int(instance.id_instance))
        self.assertEqual(instance.sudo().api_token, phone.instance()["apiTokenInstance"])
        self.assertEqual(instance._get_start_step(), "sign_in")
        self.assertEqual(self.line(instance.id_instance).instance_id.id, instance.id)
        with self.enter_registry_test_mode():
            instance._refresh_state()
        self.assertEqual(instance.state, "notAuthorized")
        calls = self.env["telegram.call"].search([("api_partner_id", "=", self.partner.id)])
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
        with self.assertRaisesRegex(UserError, "Click Refresh"):
            self.create_instance("Lost")
        self.assertEqual(len(self.asked("createInstance")), before + 1)
        self.refresh()
        line = self.partner.line_ids.filtered(lambda line: line.name == "Lost")
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
        dialog = self.env["telegram.api.partner.create"].with_user(self.admin)
        dialog = dialog.create({"api_partner_id": self.partner.id, "name": "Branch"})
        before = len(self.asked("createInstance"))
        # A second click said that the result is not known yet.
        for text in ("was created, but could not be connected", "already clicked.*was created"):
            with self.assertRaisesRegex(UserError, f"{text}.*in another company.*Click Refresh"):
                self.press("action_create_instance", dialog)
        self.assertEqual(len(self.asked("createInstance")), before + 1)

    def test_nothing_is_bought_without_rights(self):
        """Who may not make instances in Odoo makes none at GREEN-API, either."""
        user = self.create_user("partner_other", "system")
        dialog = self.env["telegram.api.partner.create"].with_user(user)
        dialog = dialog.create({"api_partner_id": self.partner.id, "name": "No"})
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

    def test_connected_already(self):
        """An instance that is connected keeps its name and token, also if it was just created."""
        self.instance.api_token_new = "former"
        row = {"idInstance": self.phone.id_instance, "apiTokenInstance": "x"}
        self.control.fault("createInstance", "status", status=200, body=row)
        with self.assertRaisesRegex(UserError, "already connected as “Sales”"):
            self.create_instance()
        self.assertEqual(self.instance.sudo().api_token, "former")

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
        self.assertIn("Queued messages that will not be sent: 1", answer["params"]["message"])
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
        self.assertIn("temporarily unavailable", dialog.problem)
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
        with self.assertRaisesRegex(UserError, "temporarily unavailable"):
            self.delete(self.line(self.phone.id_instance))
        self.env.invalidate_all()
        self.assertEqual((self.instance.state, self.instance.active), ("notAuthorized", True))

    def test_deleted_by_somebody_else(self):
        """Deleting twice is no riddle: the words say that it is gone."""
        self.refresh()
        line = self.line(self.phone.id_instance)
        body = {"code": 404, "description": "Not found"}
        self.control.fault("deleteInstanceAccount", "status", status=200, body=body)
        with self.assertRaisesRegex(UserError, "no longer exists"):
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
        self.assertFalse(self.partner.has_api_token)

    @mute_logger("odoo.sql_db")
    def test_secrets_stay_in_their_columns(self):
        """After list, creation, connection and deletion no token stands anywhere else."""
        self.refresh()
        instance = self.create_instance()
        token = instance.sudo().api_token
        self.delete(self.line(self.phone.id_instance))
        for model in ("telegram.call", "telegram.api.partner", "telegram.api.partner.instance"):
            texts = str(self.env[model].with_user(self.admin).search([]).read())
            self.assertNotIn(token, texts)
            self.assertNotIn(SECRET_MARK, texts)
        self.assertNotIn(token, str(instance.message_ids.read(["body"])))
