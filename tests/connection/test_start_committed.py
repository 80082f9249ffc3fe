# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from contextlib import contextmanager

from odoo import api
from odoo.service import server
from odoo.tests import tagged
from odoo.tests.common import HOST

from green_api_sandbox.phone import Phone

from ..committed_case import CommittedCase
from ..partner_mode.partner_case import PARTNER_TOKEN


class StartCommittedCase(CommittedCase):
    """Each call of the browser in a transaction of its own, as in real life: what one of them has
    begun sees nothing of what others commit meanwhile."""

    name = "Start test"
    sandbox_options = ("--partner-token", PARTNER_TOKEN)

    @contextmanager
    def as_admin(self):
        with self.environment() as env:
            yield api.Environment(env.cr, env.ref("base.user_admin").id, {"lang": "en_US"})

    def call(self, model, record_id, method, *args):
        """Call a method as the web client does; the transaction has looked around before."""
        with self.as_admin() as env:
            env["telegram.instance"].search([]).mapped("state")
            return getattr(env[model].browse(record_id or []), method)(*args)

    def run_action(self, instance_id, field):
        with self.environment() as env:
            env["telegram.instance"].browse(instance_id)[field].method_direct_trigger()


@tagged("post_install", "-at_install")
class TestStartCommitted(StartCommittedCase):
    def setUp(self):
        super().setUp()
        self.phone = self._create_phone(stateInstance="notAuthorized", settings={})
        answer = self.call("telegram.onboarding", None, "start")
        self.start_id = answer["id"]
        values = (self.name, str(self.phone.id_instance), self.phone.token, self.sandbox_url)
        answer = self.call("telegram.onboarding", self.start_id, "connect", *values)
        self.assertEqual(answer["step"], "sign_in", answer)
        self.guided_id = answer["instance"]["id"]
        self.call("telegram.sign.in", answer["sign_in_id"], "refresh")
        self.phone.scan()
        answer = self.call("telegram.sign.in", answer["sign_in_id"], "refresh")
        self.assertEqual(answer["state"], "authorized")

    def test_by_scheduled_action(self):
        """The whole way with polling: what one call has kept, the next one sees."""
        answer = self.call("telegram.onboarding", self.start_id, "set_receiving", "polling")
        self.assertEqual((answer["step"], answer["is_good"]), ("test", True))
        self.check_two_ways()

    def test_by_webhook(self):
        """The whole way by webhook: our own address is proven, then the service delivers."""
        if not server.server or not server.server.httpd:
            self.skipTest("this Odoo serves no web pages")
        self.addCleanup(self.set_base_url, self.set_base_url())
        answer = self.call("telegram.onboarding", self.start_id, "set_receiving", "webhook")
        self.assertEqual((answer["step"], answer["is_good"]), ("test", True), answer)
        self.assertIn("has arrived", answer["message"])
        self.check_two_ways()

    def set_base_url(self, url=None):
        url = url or f"http://{HOST}:{server.server.httpd.server_port}"
        with self.environment() as env:
            parameters = env["ir.config_parameter"]
            former = parameters.get_param("web.base.url")
            parameters.set_param("web.base.url", url)
        return former

    def check_two_ways(self):
        answer = self.call("telegram.onboarding", self.start_id, "send_test")
        self.assertEqual(answer["status"], "queued", answer)
        self.run_action(self.guided_id, "send_cron_id")
        version = 0
        if self.phone.instance()["settings"]["webhookUrl"]:
            while self.phone.notifications():
                version = self.phone.wait_for_change(version)
        self.run_action(self.guided_id, "receive_cron_id")
        self.assertEqual(
            self.call("telegram.onboarding", self.start_id, "check_test")["status"], "proven"
        )
        self.assertEqual(
            self.call("telegram.onboarding", self.start_id, "get_progress")["step"], "done"
        )
        self.assertEqual(len(self.phone.ledger()), 1)


@tagged("post_install", "-at_install")
class TestPartnerCommitted(StartCommittedCase):
    def setUp(self):
        super().setUp()
        with self.as_admin() as env:
            self.api_partner_id = (
                env["telegram.api.partner"]
                .create(
                    {
                        "name": self.name,
                        "api_url": self.sandbox_url,
                        "instance_url": self.sandbox_url,
                        "api_token_new": PARTNER_TOKEN,
                    }
                )
                .id
            )

    def remove_records(self):
        with self.environment() as env:
            env["telegram.api.partner"].search([("name", "=", self.name)]).unlink()
            archived = env["telegram.instance"].search(
                [("name", "=", self.name), ("active", "=", False)]
            )
            archived.unlink()
        return super().remove_records()

    def test_life(self):
        """Listed, made, connected, deleted: each button's outcome is there for the next one."""
        self.call("telegram.api.partner", self.api_partner_id, "action_refresh")
        with self.as_admin() as env:
            dialog = env["telegram.api.partner.create"].create(
                {"api_partner_id": self.api_partner_id, "name": self.name}
            )
        action = self.call("telegram.api.partner.create", dialog.id, "action_create_instance")
        instance_id = action["params"]["instance_id"]
        answer = self.call("telegram.onboarding", None, "start", instance_id)
        self.assertEqual(answer["step"], "sign_in")
        with self.as_admin() as env:
            line = env["telegram.api.partner.instance"].search([("instance_id", "=", instance_id)])
            dialog = env["telegram.api.partner.delete"].create({"line_id": line.id})
            id_instance = line.id_instance
        self.call("telegram.api.partner.delete", dialog.id, "action_delete")
        self.assertTrue(Phone(self.sandbox_url, int(id_instance)).instance()["deleted"])
        with self.as_admin() as env:
            instance = env["telegram.instance"].browse(instance_id)
            self.assertEqual((instance.state, instance.active), ("deleted", False))
            notes = instance.message_ids.mapped("body")
            self.assertTrue([note for note in notes if "deleted" in note])
