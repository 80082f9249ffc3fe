# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Open the report of a mailing as a marketing person; runs inside an Odoo process."""

import time

from .account import tidy
from .receive_history import Side

ROUNDS = 3
PAGE = 80  # rows of a list in Odoo
# Of a hundred: 5 left out, 2 failed, 23 sent, 30 delivered, 40 read. A tenth of these answered.
FILL = """
    WITH message AS (
        INSERT INTO telegram_message (
            chat_id, instance_id, direction, state, type_message, text, res_model, res_id, date,
            attempts, last_attempt_date, is_being_checked, mailing_id, mailing_part, failure_reason,
            id_message, create_uid, write_uid, create_date, write_date)
        SELECT id, instance_id, 'outgoing',
               CASE WHEN id %% 100 < 7 THEN 'error' WHEN id %% 100 < 30 THEN 'sent'
                    WHEN id %% 100 < 60 THEN 'delivered' ELSE 'read' END,
               'textMessage', 'Good day!', 'res.partner', partner_id, now() AT TIME ZONE 'UTC',
               1, now() AT TIME ZONE 'UTC' - id %% 3000 * INTERVAL '1 minute', FALSE,
               %(mailing)s, 0, CASE WHEN id %% 100 < 7 THEN 'The chat was not found' END,
               'bench' || id, 1, 1, now(), now()
          FROM telegram_chat
         WHERE instance_id = %(instance)s AND id %% 100 >= 5
     RETURNING id, chat_id, last_attempt_date
    )
    INSERT INTO telegram_mailing_recipient (
        mailing_id, res_id, partner_id, chat_id, message_id, state, reason_code, reason,
        answer_date, create_uid, write_uid, create_date, write_date)
    SELECT %(mailing)s, chat.partner_id, chat.partner_id, chat.id, message.id,
           CASE WHEN message.id IS NULL THEN 'left_out' ELSE 'composed' END,
           CASE WHEN message.id IS NULL THEN 'opted_out' END,
           CASE WHEN message.id IS NULL THEN 'Wants no mailings' END,
           CASE WHEN message.id %% 10 = 0 THEN last_attempt_date END, 1, 1, now(), now()
      FROM telegram_chat AS chat
      LEFT JOIN message ON message.chat_id = chat.id
     WHERE chat.instance_id = %(instance)s
"""


def main(env, say, *, messages):
    """Measure.

    :param int messages: of the mailing
    :return: pairs of a view and the seconds until it has its data
    """
    side = Side(env, 0)
    say(f"store {messages:,} messages")
    side.make_chats(messages)
    own = env(user=_make_marketer(env, side.instance))
    mailing = _create_mailing(own, side.instance, state="done", has_all_outcomes=True)
    env.cr.execute(FILL, {"mailing": mailing.id, "instance": side.instance.id})
    tidy(env)
    env.cr.execute("ANALYZE telegram_mailing_recipient")
    env.cr.commit()
    opened = []
    for title, act in _get_pages(mailing):
        say(title)
        opened.append((title, min(_measure(own, act) for _number in range(ROUNDS))))
    # sudo: telegram.mailing - its state is written by the addon only
    mailing.sudo().write({"state": "sending", "has_all_outcomes": False})
    env.cr.commit()
    title, act = next(_get_pages(mailing))
    opened.append((f"{title}, while it is sent", min(_measure(own, act) for _ in range(ROUNDS))))
    return opened


def _make_marketer(env, instance):
    """Return a new user who operates the account and may send mailings."""
    groups = env.ref("telegram_green_api.group_mailing") | env.ref("base.group_user")
    user = env["res.users"].create(
        {"name": "Marketer", "login": "bench_marketer", "group_ids": [(6, 0, groups.ids)]}
    )
    instance.operator_ids = [(4, user.id)]
    env.cr.commit()
    return user


def _create_mailing(env, instance, **values):
    # sudo: the state of a mailing is protected
    mailings = env["telegram.mailing"].sudo()
    values = {"name": "Sale", "instance_id": instance.id, "body": "Good day!", **values}
    return mailings.create(values).with_env(env)


def _get_pages(mailing):
    env = mailing.env
    form = _get_fields(env, "telegram.mailing", "telegram_mailing_view_form")
    yield "form", lambda: mailing.web_read(form)
    mailings = _get_fields(env, "telegram.mailing", "telegram_mailing_view_list")
    yield "list of mailings", lambda: mailing.web_search_read([], mailings, limit=PAGE)
    recipients = env["telegram.mailing.recipient"]
    shown = _get_fields(env, recipients._name, "telegram_mailing_recipient_view_list")
    of_mailing = ("mailing_id", "=", mailing.id)
    for title, domain in (
        ("recipients", []),
        ("sent", [("outcome", "in", ["sent", "delivered", "read"])]),
        ("read", [("outcome", "=", "read")]),
        ("answered", [("answer_date", "!=", False)]),
        ("failed", [("outcome", "in", ["failed", "unsure"])]),
        ("left out", [("outcome", "=", "left_out")]),
        ("opted out", [("has_opted_out", "=", True)]),
    ):
        yield (
            f"list of those {title}",
            lambda domain=domain: recipients.web_search_read(
                [of_mailing, *domain], shown, limit=PAGE, count_limit=10_000
            ),
        )
    yield (
        "recipients by reason",
        lambda: recipients.web_read_group([of_mailing], ["reason"], ["__count"], limit=PAGE),
    )
    figures = env["telegram.mailing.report"]
    sums = ["__count", "sent_count:sum", "read_count:sum", "answered_count:sum"]
    yield (
        "graph over time",
        lambda: figures.formatted_read_group([of_mailing], ["sent_date:day", "outcome"], sums),
    )


def _get_fields(env, model, view):
    names = env[model].get_view(env.ref(f"telegram_green_api.{view}").id)["models"][model]
    fields = env[model]._fields
    return {
        name: {"fields": {"display_name": {}}} if fields[name].type == "many2one" else {}
        for name in names
    }


def _measure(env, act):
    env.invalidate_all()
    started = time.perf_counter()
    act()
    return time.perf_counter() - started
