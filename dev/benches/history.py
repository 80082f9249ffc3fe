# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Whether sending gets slower with what is stored; runs inside an Odoo process.

Two databases that differ in their history only take turns in sending what people have queued.
"""

from contextlib import contextmanager
from dataclasses import asdict
from statistics import median

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

from .account import Account, lift_pace, tidy
from .measure import Row, median_ratio

ID_INSTANCES = (4100000203, 4100000204)
CONTACTS = 1000  # the history is with them
BATCH = 50  # texts that one database sends before it is the other one's turn
# Every other message is an answer. All are in the chatter, as those from and to contacts are.
FILL = """
    WITH chat AS (
        SELECT row_number() OVER (ORDER BY id) - 1 AS place, id, instance_id, partner_id
          FROM telegram_chat
         WHERE instance_id = %(instance)s
    ), message AS (
        SELECT number,
               number %% 2 = 0 AS is_answer,
               now() AT TIME ZONE 'UTC' - INTERVAL '1 day'
                   - (%(count)s - number) * INTERVAL '1 minute' AS date,
               chat.*
          FROM generate_series(1, %(count)s) AS number
          JOIN chat ON chat.place = number / 2 %% %(contacts)s
    ), inserted_messages AS (
        INSERT INTO telegram_message (
            id, chat_id, instance_id, author_id, sender_name, direction, state,
            id_message, type_message, text, res_model, res_id, date, attempts, last_attempt_date,
            is_being_checked, create_uid, write_uid, create_date, write_date)
        SELECT %(first_message)s + number, id, instance_id,
               CASE WHEN is_answer THEN partner_id ELSE %(author)s END,
               CASE WHEN is_answer THEN 'Customer' ELSE 'Administrator' END,
               CASE WHEN is_answer THEN 'incoming' ELSE 'outgoing' END,
               CASE WHEN is_answer THEN 'received' ELSE 'read' END,
               (1700000000000 + number)::text, 'textMessage', 'Good day! This is ' || number,
               'res.partner', partner_id, date,
               CASE WHEN is_answer THEN NULL ELSE 1 END,
               CASE WHEN is_answer THEN NULL ELSE date END,
               FALSE, %(uid)s, %(uid)s, date, date
          FROM message
    ), inserted_notes AS (
        INSERT INTO mail_message (
            id, model, res_id, subtype_id, author_id, message_type, message_id, body,
            is_internal, date, create_uid, write_uid, create_date, write_date)
        SELECT %(first_note)s + number, 'res.partner', partner_id, %(subtype)s,
               CASE WHEN is_answer THEN partner_id ELSE %(author)s END,
               'telegram', '<' || number || '-openerp-message-notify@bench>',
               '<p>Good day! This is ' || number || '</p>',
               TRUE, date, %(uid)s, %(uid)s, date, date
          FROM message
    ), inserted_links AS (
        INSERT INTO mail_message_telegram_message_rel (telegram_message_id, mail_message_id)
        SELECT %(first_message)s + number, %(first_note)s + number
          FROM message
    )
    INSERT INTO mail_notification (
        author_id, mail_message_id, res_partner_id, notification_type, notification_status,
        is_read, read_date, telegram_message_id)
    SELECT %(author)s, %(first_note)s + number, partner_id, 'telegram', 'sent',
           TRUE, date, %(first_message)s + number
      FROM message
     WHERE NOT is_answer
"""


def main(env, say, *, url, service_pid, large_database, counts, rounds):
    """Measure; return the rows.

    :param str url: of the local service
    :param int service_pid: its process
    :param str large_database: another database with the addon, not used so far
    :param list counts: of messages stored in this one, and in the large one
    :param int rounds: each sends BATCH texts in both
    """
    with environment(large_database) as large_env:
        accounts = []
        for each, id_instance, count in zip((env, large_env), ID_INSTANCES, counts, strict=True):
            say(f"store {count:,} messages")
            accounts.append(Account(each, url, id_instance, CONTACTS, service_pid))
            fill(accounts[-1], count)
        lift_pace()
        costs = [[], []]
        for number in range(-1, rounds):
            say(f"send, {number + 1} of {rounds}")
            for which in (0, 1) if number % 2 else (1, 0):
                accounts[which].queue_from_contacts(BATCH, "Good day! Your order has arrived")
                cost = accounts[which].drain()
                if number >= 0:  # the first one warms up
                    costs[which].append(cost)
    return _rows(costs, counts)


@contextmanager
def environment(database):
    """Return an environment of another database until the block ends."""
    with Registry(database).cursor() as cr:
        yield api.Environment(cr, SUPERUSER_ID, {})


def fill(account, count, contacts=CONTACTS):
    """Store messages of the past, with what they are in the chatter.

    :param account: has an ``env``, and an ``instance`` with a chat of each contact
    """
    env = account.env
    env.cr.execute(
        FILL,
        {
            "count": count,
            "contacts": contacts,
            "instance": account.instance.id,
            "author": env.user.partner_id.id,
            "uid": env.uid,
            "subtype": env.ref("mail.mt_note").id,
            "first_message": _reserve(env, "telegram_message", count),
            "first_note": _reserve(env, "mail_message", count),
        },
    )
    tidy(env)


def _reserve(env, table, count):
    """Reserve ids; return the one before the first."""
    env.cr.execute("SELECT nextval(%s)", [f"{table}_id_seq"])
    [before] = env.cr.fetchone()
    env.cr.execute("SELECT setval(%s, %s)", [f"{table}_id_seq", before + count])
    return before


def _rows(costs, counts):
    small, large = costs
    title = f"send with {counts[1]:,} stored messages, against {counts[0]:,}"
    milliseconds = [median(cost.seconds for cost in each) / BATCH * 1000 for each in costs]
    remark = f"{milliseconds[1]:.1f} ms a message against {milliseconds[0]:.1f}"
    rows = [
        # Not by the clock: the difference is small against what else a machine may be doing.
        Row(f"{title}: work on the processors", _ratio(large, small, "processor"), "×", 1.1),
        Row("  by the clock", _ratio(large, small, "seconds"), "×", remark=remark),
    ]
    return [asdict(row) for row in rows]


def _ratio(ours, theirs, what):
    return median_ratio(*([getattr(cost, what) for cost in costs] for costs in (ours, theirs)))
