# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Open the inbox and the dashboard as an operator; runs inside an Odoo process."""

import time

from .account import tidy
from .history import fill
from .measure import fastest_ratio
from .receive_history import Side

ROUNDS = 15
PAGE = 80  # rows of a list in Odoo
ORDER = "waiting_since_date, last_message_date desc"  # of the views
PERIODS = (30, 365)  # days
# As their lists show them.
NAMED = {"fields": {"display_name": {}}}
INBOX_FIELDS = {
    "name": {},
    "last_incoming_text": {},
    "waiting_time": {},
    "waiting_since_date": {},
    "inbox_state": {},
    "user_id": NAMED,
    "instance_id": NAMED,
    "activity_ids": {},
}
CONTACT_FIELDS = {
    "complete_name": {},
    "email": {},
    "phone": {},
    "city": {},
    "avatar_128": {},
    "user_id": NAMED,
    "country_id": NAMED,
    "category_id": NAMED,
    "activity_ids": {},
}
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
        and pairs of the days of a period and the seconds of the dashboard
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
    inbox, contacts = [], []
    for number in range(ROUNDS):
        say(f"open, {number + 1} of {ROUNDS}")
        inbox.append(_open(own["telegram.chat"], waiting, INBOX_FIELDS, ORDER))
        contacts.append(_open(own["res.partner"], [], CONTACT_FIELDS, None))
    counting = _measure(own, own["telegram.chat"]._get_waiting_count)
    dashboard = own["telegram.dashboard"]
    figures = [
        (days, min(_measure(own, dashboard.get_figures, days) for _number in range(3)))
        for days in PERIODS
    ]
    return min(inbox), min(contacts), fastest_ratio(inbox, contacts), counting, figures


def _make_operator(env, instance):
    """Return a new user who operates the account and is no administrator."""
    groups = env.ref("telegram_green_api.group_user") | env.ref("base.group_user")
    user = env["res.users"].create(
        {"name": "Operator", "login": "bench_operator", "group_ids": [(6, 0, groups.ids)]}
    )
    instance.operator_ids = [(4, user.id)]
    env.cr.commit()
    return user


def _open(records, domain, fields, order):
    """Return the seconds for the first page of a list."""
    return _measure(
        records.env,
        lambda: records.web_search_read(
            domain, fields, limit=PAGE, order=order, count_limit=10_000
        ),
    )


def _measure(env, act, *args):
    env.invalidate_all()
    started = time.perf_counter()
    act(*args)
    return time.perf_counter() - started
