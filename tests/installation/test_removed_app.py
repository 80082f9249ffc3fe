# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import sql_db
from odoo.tests import tagged

from .database_case import ADDON, DatabaseCase

SWITCH_ON = """
rule = env.ref("telegram_green_api.telegram_automation_appointment_tomorrow")
rule.user_id = env.ref("base.user_admin")
rule.action_switch_on()
rule.write({
    "second_channel": "email",
    "mail_template_id": env["mail.template"].create(
        {"name": "Reminder", "model_id": env["ir.model"]._get_id("calendar.event")}
    ).id,
})
instance = env["telegram.instance"].create({
    "name": "Removed", "id_instance": "4100000001", "api_url": "http://127.0.0.1:9",
    "api_token_new": "abc",
})
instance.create_model_id = env["ir.model"]._get("calendar.event")
event = env["calendar.event"].create(
    {"name": "Fitting", "start": "2026-01-01 10:00:00", "stop": "2026-01-01 11:00:00"}
)
env["telegram.automatic.message"]._request(rule.action_id, event)
env.cr.commit()
"""
UNINSTALL = """
env["ir.module.module"].search([("name", "=", "calendar")]).button_immediate_uninstall()
"""
RUN = """
for name in ("automations", "automatic_messages", "second_channel"):
    cron = env.ref(f"telegram_green_api.ir_cron_{name}")
    assert cron.method_direct_trigger() is True, name
rule = env.ref("telegram_green_api.telegram_automation_appointment_tomorrow")
assert not rule.is_available
assert not rule.search([("is_available", "=", True), ("model", "=", "calendar.event")])
assert not env["telegram.instance"].search([]).create_model_id
"""


@tagged("post_install", "-at_install", "slow")
class TestRemovedApp(DatabaseCase):
    """An app is uninstalled for whose records a ready-made rule is on."""

    database = "telegram_removed_app"

    def test_uninstall(self):
        """The app could not be uninstalled, or the rules of all others would fail since then."""
        self.odoo("server", "-i", f"{ADDON},calendar", "--stop-after-init")
        self.odoo("shell", "--no-http", script=SWITCH_ON)
        self.odoo("shell", "--no-http", script=UNINSTALL)
        with sql_db.db_connect(self.database).cursor() as cr:
            cr.execute("SELECT model FROM ir_model WHERE model LIKE 'calendar.%'")
            self.assertEqual(cr.fetchall(), [])
        self.odoo("shell", "--no-http", script=RUN)
        self.odoo("server", "-u", ADDON, "--stop-after-init")
