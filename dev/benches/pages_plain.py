# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Fill a database without the addon as ``pages_addon`` does; runs inside an Odoo process.

The messages are e-mails to contacts and their answers, the conversations are Odoo's own.
"""

FIRST_PHONE = 79300000000
MAKE_MESSAGES = """
    WITH message AS (
        SELECT number, number %% 2 = 0 AS is_answer,
               now() AT TIME ZONE 'UTC' - INTERVAL '1 day'
                   - (%(count)s - number) * INTERVAL '1 minute' AS date,
               (%(contacts)s)[1 + number / 2 %% cardinality(%(contacts)s)] AS partner_id
          FROM generate_series(1, %(count)s) AS number
    ), inserted AS (
        INSERT INTO mail_message (
            model, res_id, subtype_id, author_id, message_type, message_id, body,
            is_internal, date, create_uid, write_uid, create_date, write_date)
        SELECT 'res.partner', partner_id, %(subtype)s,
               CASE WHEN is_answer THEN partner_id ELSE %(author)s END,
               'email', '<' || number || '-openerp-message-notify@bench>',
               '<p>Good day! This is ' || number || '</p>',
               FALSE, date, %(uid)s, %(uid)s, date, date
          FROM message
     RETURNING id, res_id, author_id, date
    )
    INSERT INTO mail_notification (
        author_id, mail_message_id, res_partner_id, notification_type, notification_status,
        is_read, read_date)
    SELECT author_id, id, res_id, 'email', 'sent', TRUE, date
      FROM inserted
     WHERE author_id != res_id
"""


def main(env, say, *, of_contact, messages, conversations):
    """Store it all; parameters and result as those of ``pages_addon``."""
    env = env(user=env.ref("base.user_admin"))
    one, *others = env["res.partner"].create(
        [
            {"name": f"Customer {number}", "phone": f"+{FIRST_PHONE + number}"}
            for number in range(conversations + 1)
        ]
    )
    say(f"open {conversations:,} conversations")
    channels = env["discuss.channel"].create(
        [{"channel_type": "group", "name": partner.name} for partner in others]
    )
    env["mail.message"].create(
        [
            {
                "model": channel._name,
                "res_id": channel.id,
                "message_type": "comment",
                "body": f"Good day! {number}",
                "author_id": partner.id,
            }
            for number, (channel, partner) in enumerate(zip(channels, others, strict=True))
        ]
    )
    env.cr.commit()
    say(f"store {messages:,} messages")
    other_ids = [partner.id for partner in others]
    for count, contact_ids in ((of_contact, [one.id]), (messages, other_ids)):
        env.cr.execute(
            MAKE_MESSAGES,
            {
                "count": count,
                "contacts": contact_ids,
                "author": env.user.partner_id.id,
                "uid": env.uid,
                "subtype": env.ref("mail.mt_comment").id,
            },
        )
    env.cr.commit()
    _analyze(env)
    return one.id, other_ids


def _analyze(env):
    env.cr.execute("ANALYZE mail_message, mail_notification, discuss_channel, res_partner")
    env.cr.commit()
