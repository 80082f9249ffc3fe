# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""The company of a chat, message or notification is read from its instance, not stored with it."""

TABLES = ("telegram_chat", "telegram_message", "telegram_event")


def migrate(cr, version):
    """Remove the companies stored before."""
    for table in TABLES:
        cr.execute(f"ALTER TABLE {table} DROP COLUMN IF EXISTS company_id")
