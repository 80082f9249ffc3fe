# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Open the inbox and the dashboard as an operator; runs inside an Odoo process."""

import time

from lxml import etree

from .account import tidy
from .history import fill
from .measure import fastest_ratio
from .receive_history import Side

ROUNDS = 15
PAGE = 80  # rows of a list in Odoo
ORDER = "waiting_since_date, last_message_date desc"  # of the views
COUNTED, ODOO_COUNTED = 1_000, 10_000  # at most, of the inbox and of Odoo's other lists
PERIODS = (30, 365)  # days
MEASURES = ["__count", "answer_time:avg"]
PIVOT = ([], ["instance_id", "date:week"], MEASURES)
ANSWERS = ([("answer_time", "!=", False)], ["author_id", "date:week"], MEASURES)
INBOX_LIST = "telegram_green_api.telegram_inbox_view_list"
INBOX_KANBAN = "telegram_green_api.telegram_inbox_view_kanban"
CONTACT_LIST = "base.view_partner_tree"
# A tenth waits; the others were answered or closed. Answers took up to two hours.
SPREAD = """
    UPDATE telegram_chat
       SET inbox_state = CASE WHEN id %% 10 = 0 THEN 'waiting'
                              WHEN id %% 3 = 0 THEN 'closed' ELSE 'answered' END,
           waiting_since_date = CASE WHEN id %% 10 = 0 THEN now() AT TIME ZONE 'UTC'
                                                            - id %% 1000 * INTERVAL '1 minute' END,
           user_id = CASE WHEN id %% 2 = 0 THEN %(user)s END,
           last_message_date = now() AT TIME ZONE 'UTC' - id * INTERVAL '1 second'
     WHERE instance_id = %(instance)s;
    UPDATE telegram_message
       SET answer_time = id %% 120 / 60.0
     WHERE instance_id = %(instance)s AND direction = 'outgoing';
"""


def main(env, say, *, chats, messages):
    """Measure.

    :param int chats: stored, with a contact each
    :param int messages: stored
    :return: seconds for the inbox and for the contacts, the ratio of both, seconds for the counter,
        pairs of the days of a period and the seconds of the dashboard, and pairs of another view
        and its seconds
    """
    side = Side(env, 0)
    say(f"store {chats:,} chats")
    side.make_chats(chats)
    say(f"store {messages:,} messages")
    fill(side, messages, chats)
    user = _make_operator(env, side.instance)
    env.cr.execute(SPREAD, {"instance": side.instance.id, "user": user.id})
    tidy(env)
    own = env(user=user)
    waiting = [("inbox_state", "!=", False)]
    inbox_fields = _read_fields(own["telegram.chat"], INBOX_LIST)
    contact_fields = _read_fields(own["res.partner"], CONTACT_LIST)
    card_fields = _read_fields(own["telegram.chat"], INBOX_KANBAN)
    inbox, contacts = [], []
    for number in range(ROUNDS):
        say(f"open, {number + 1} of {ROUNDS}")
        inbox.append(_open(own["telegram.chat"], waiting, inbox_fields, ORDER, COUNTED))
        contacts.append(_open(own["res.partner"], [], contact_fields, None, ODOO_COUNTED))
    counting = _measure(own, own["telegram.chat"]._get_waiting_count)
    dashboard = own["telegram.dashboard"]
    analysis = own["telegram.message"].formatted_read_group
    opened = [
        (
            "inbox by status",
            _measure(own, _open_columns, own["telegram.chat"], waiting, card_fields),
        ),
        (
            "inbox, search for a name",
            _measure(own, _search, own["telegram.chat"], waiting, inbox_fields),
        ),
        ("graph", _measure(own, analysis, [], ["date:day", "direction"], ["__count"])),
        ("pivot", _measure(own, analysis, *PIVOT)),
        ("pivot of answers", _measure(own, analysis, *ANSWERS)),
    ]
    figures = [
        (days, min(_measure(own, dashboard.get_figures, days) for _number in range(3)))
        for days in PERIODS
    ]
    return min(inbox), min(contacts), fastest_ratio(inbox, contacts), counting, figures, opened


def _make_operator(env, instance):
    """Return a new user who operates the account and is no administrator."""
    groups = env.ref("telegram_green_api.group_user") | env.ref("base.group_user")
    user = env["res.users"].create(
        {"name": "Operator", "login": "bench_operator", "group_ids": [(6, 0, groups.ids)]}
    )
    instance.operator_ids = [(4, user.id)]
    env.cr.commit()
    return user


def _read_fields(records, view):
    """Return what the web client reads for a view: all of its fields, also of hidden columns.

    :param str view: its XML ID
    """
    record = records.env.ref(view).sudo()  # sudo: ir.ui.view - to find which fields it has
    arch = etree.fromstring(records.get_view(record.id, record.type)["arch"])
    specification = {}
    for node in arch.iter("field"):
        name = node.get("name")
        is_named = records._fields[name].type == "many2one" or "tags" in node.get("widget", "")
        specification[name] = {"fields": {"display_name": {}}} if is_named else {}
    return specification


def _open(records, domain, fields, order, count_limit):
    """Return the seconds for the first page of a list."""
    return _measure(
        records.env,
        lambda: records.web_search_read(
            domain, fields, limit=PAGE, order=order, count_limit=count_limit
        ),
    )


def _open_columns(chats, domain, fields):
    """Open the kanban view."""
    chats.web_read_group(
        domain,
        ["inbox_state"],
        ["__count"],
        order=ORDER,
        auto_unfold=True,
        unfold_read_specification=fields,
        unfold_read_default_limit=PAGE // 2,
    )


def _search(chats, domain, fields):
    """Open the list of those whose name contains some digits."""
    chats.web_search_read(
        [*domain, ("name", "ilike", "77")],
        fields,
        limit=PAGE,
        order=ORDER,
        count_limit=COUNTED,
    )


def _measure(env, act, *args):
    env.invalidate_all()
    started = time.perf_counter()
    act(*args)
    return time.perf_counter() - started
