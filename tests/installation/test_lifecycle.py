# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import sql_db
from odoo.tests import tagged

from .database_case import ADDON, DatabaseCase

DATABASE = "telegram_lifecycle"

# Every kind of row that the addon makes in tables that are not its own.
FILL = """
instance = env["telegram.instance"].create({
    "name": "Life", "id_instance": "4100000001", "api_url": "http://127.0.0.1:9",
    "api_token_new": "abc",
})
partner = env["res.partner"].create({"name": "Life", "phone": "+79998887766"})
partner._message_telegram("Hello", instance=instance)
env["telegram.event"]._ingest(instance, {"typeWebhook": "new"})
template = env["telegram.template"].create({
    "name": "Life", "model_id": env["ir.model"]._get_id("res.partner"), "body": "Hello",
})
template.action_create_sidebar_action()
template.attachment_ids = env["ir.attachment"].create({"name": "map.txt", "raw": b"left"})
env.cr.commit()
"""

# What an older version would have left behind: no field and no index that are new, and a view as it
# was.
AS_OLDER_VERSION = f"""
UPDATE ir_module_module SET latest_version = '19.0.0.1.0' WHERE name = '{ADDON}';
UPDATE telegram_chat SET first_contact_date = '2026-01-01';
ALTER TABLE telegram_chat DROP COLUMN is_new_contact;
DROP INDEX telegram_message_queue_index;
UPDATE ir_ui_view SET arch_db = '{{"en_US": "<form/>"}}' FROM ir_model_data AS data
 WHERE data.name = 'telegram_chat_view_form' AND data.res_id = ir_ui_view.id;
"""

CHAT_VIEW = """
SELECT arch_db ->> 'en_US' FROM ir_ui_view JOIN ir_model_data AS data ON data.res_id = ir_ui_view.id
 WHERE data.name = 'telegram_chat_view_form'
"""

QUEUE_INDEX = "SELECT 1 FROM pg_indexes WHERE indexname = 'telegram_message_queue_index'"

UNINSTALL = f"""
env["ir.module.module"].search([("name", "=", "{ADDON}")]).button_immediate_uninstall()
"""

ORPHANS = {
    "tables": "SELECT tablename FROM pg_tables WHERE tablename LIKE 'telegram%%'",
    "columns": "SELECT table_name, column_name FROM information_schema.columns"
    " WHERE column_name LIKE 'telegram%%'",
    "external ids": "SELECT name FROM ir_model_data WHERE module = 'telegram_green_api'",
    "models": "SELECT model FROM ir_model WHERE model LIKE 'telegram.%%'",
    "fields": "SELECT model, name FROM ir_model_fields WHERE relation LIKE 'telegram.%%'",
    "selections": "SELECT value FROM ir_model_fields_selection WHERE value LIKE 'telegram%%'",
    "server actions": "SELECT code FROM ir_act_server WHERE code LIKE 'model.browse(%%)._cron_%%'",
    "scheduled actions": "SELECT id FROM ir_cron WHERE cron_name LIKE 'Telegram%%'",
    "windows": "SELECT id FROM ir_act_window WHERE res_model LIKE 'telegram.%%'",
    "attachments": "SELECT id FROM ir_attachment WHERE res_model LIKE 'telegram.%%'",
    "menus": "SELECT id FROM ir_ui_menu WHERE name ->> 'en_US' = 'Telegram'",
    "views": "SELECT id FROM ir_ui_view WHERE model LIKE 'telegram.%%'",
    "messages": "SELECT id FROM mail_message WHERE message_type = 'telegram'"
    " OR model LIKE 'telegram.%%'",
    "followers": "SELECT id FROM mail_followers WHERE res_model LIKE 'telegram.%%'",
    "notifications": "SELECT id FROM mail_notification WHERE notification_type = 'telegram'",
    "groups": "SELECT id FROM res_groups_privilege WHERE name ->> 'en_US' = 'Telegram'",
}


@tagged("post_install", "-at_install", "slow")
class TestLifecycle(DatabaseCase):
    """Installing, updating and uninstalling, as an administrator does on a server."""

    database = DATABASE

    def test_install_update_uninstall(self):
        """Odoo's log has no warning, and nothing is left behind, used tables included."""
        self.odoo("server", "-i", ADDON, "--stop-after-init")
        self.odoo("shell", "--no-http", script=FILL)
        with sql_db.db_connect(DATABASE).cursor() as cr:
            cr.execute(QUEUE_INDEX)
            self.assertTrue(cr.fetchall(), "the query would find nothing at all")
            cr.execute(AS_OLDER_VERSION)
        self.odoo("server", "-u", ADDON, "--stop-after-init")
        with sql_db.db_connect(DATABASE).cursor() as cr:
            cr.execute("SELECT is_new_contact FROM telegram_chat")
            self.assertEqual(cr.fetchall(), [(False,)], "a new field is computed for old rows")
            cr.execute(QUEUE_INDEX)
            self.assertTrue(cr.fetchall(), "the update creates a missing index")
            cr.execute("SELECT res_model, name, value FROM telegram_secret")
            self.assertEqual(cr.fetchall(), [("telegram.instance", "api_token", "abc")])
            cr.execute(CHAT_VIEW)
            self.assertIn("telegram_id", cr.fetchone()[0], "the update renews a view")
            for name in ("server actions", "scheduled actions", "messages", "notifications"):
                cr.execute(ORPHANS[name])
                self.assertTrue(cr.fetchall(), f"{name}: the query would find nothing at all")
        self.odoo("shell", "--no-http", script=UNINSTALL)
        with sql_db.db_connect(DATABASE).cursor() as cr:
            for name, query in ORPHANS.items():
                with self.subTest(name):
                    cr.execute(query)
                    self.assertEqual(cr.fetchall(), [])
