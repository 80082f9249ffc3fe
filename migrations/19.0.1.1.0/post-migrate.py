# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""What the first version left behind: chats without their first contact, rules without branches."""

# A branch reads the accounts of its parent companies; Odoo does not update rules by itself.
RULES = {
    "rule_instance_company": "",
    "rule_chat_company": "instance_id.",
    "rule_message_company": "instance_id.",
}
# An account may show its operators their own customers' chats only.
OPERATOR_RULES = {
    "rule_chat_operator": ("", ""),
    "rule_group_member_operator": ("group_id.", "group_id."),
    "rule_message_operator": ("", "chat_id."),
}
OPERATOR_DOMAIN = (
    "[('%sinstance_id.operator_ids', 'in', user.id), "
    "'|', ('%srestricted_user_id', '=', False), ('%srestricted_user_id', '=', user.id)]"
)
DOMAIN = (
    "['|', ('company_id', 'in', company_ids), '&', ('company_id', 'parent_of', company_ids), "
    "('%soperator_ids', 'in', user.id)]"
)


def migrate(cr, version):
    """Bring chats and rules up to date."""
    _fill_first_contact(cr)
    _fill_telegram_name(cr)
    _widen_rules(cr)
    _narrow_operator_rules(cr)
    _move_secrets(cr)


def _move_secrets(cr):
    """Take the secrets out of the instances' rows, which PostgreSQL may write into its log."""
    for name in ("api_token", "webhook_secret"):
        cr.execute(
            "SELECT 1 FROM information_schema.columns "
            "WHERE table_name = 'telegram_instance' AND column_name = %s",
            [name],
        )
        if cr.rowcount:
            cr.execute(
                f"""
                INSERT INTO telegram_secret (res_model, res_id, name, value)
                SELECT 'telegram.instance', id, '{name}', {name}
                  FROM telegram_instance
                 WHERE {name} IS NOT NULL
                    ON CONFLICT DO NOTHING
                """,
                log_exceptions=False,
            )
            cr.execute(f"ALTER TABLE telegram_instance DROP COLUMN {name}")


def _fill_telegram_name(cr):
    """Names came from Telegram: whoever changes one from now on keeps it."""
    cr.execute("UPDATE telegram_chat SET telegram_name = name WHERE telegram_name IS NULL")


def _widen_rules(cr):
    for name, path in RULES.items():
        cr.execute(
            """
            UPDATE ir_rule
               SET domain_force = %s,
                   perm_write = FALSE,
                   perm_create = FALSE,
                   perm_unlink = FALSE
              FROM ir_model_data AS data
             WHERE data.module = 'telegram_green_api'
               AND data.name = %s
               AND data.model = 'ir.rule'
               AND data.res_id = ir_rule.id
            """,
            (DOMAIN % path, name),
        )


def _narrow_operator_rules(cr):
    for name, (account, chat) in OPERATOR_RULES.items():
        cr.execute(
            """
            UPDATE ir_rule
               SET domain_force = %s
              FROM ir_model_data AS data
             WHERE data.module = 'telegram_green_api'
               AND data.name = %s
               AND data.model = 'ir.rule'
               AND data.res_id = ir_rule.id
            """,
            (OPERATOR_DOMAIN % (account, chat, chat), name),
        )


def _fill_first_contact(cr):
    """Fill in when each chat was first written to, and when it last answered: who has been in
    touch before is no new person."""
    cr.execute(
        """
        UPDATE telegram_chat AS chat
           SET first_written_at = known.first_written_at,
               last_received_at = known.last_received_at,
               is_stranger = FALSE
          FROM (
               SELECT chat_id,
                      min(date) FILTER (WHERE direction = 'outgoing') AS first_written_at,
                      max(date) FILTER (WHERE direction = 'incoming') AS last_received_at
                 FROM telegram_message
                WHERE direction = 'incoming'
                   OR state IN ('sent', 'delivered', 'read', 'unsure')
                GROUP BY chat_id
               ) AS known
         WHERE known.chat_id = chat.id
        """
    )
