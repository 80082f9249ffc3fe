# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Sending what is queued, against a bare loop of the same calls; runs inside an Odoo process."""

import time
from dataclasses import asdict
from statistics import median

import requests

from .account import PER_SECOND, Account, keep_pace, lift_pace, tidy
from .measure import Row, median_ratio

ID_INSTANCE = 4100000202
WARM_UP = 50
KINDS = ("contacts", "program", "storing", "bare")
PACED_LIMIT, UNPACED_LIMIT = 1.6, 3  # times the bare loop
CLAIM = "UPDATE telegram_message SET state = 'sending' WHERE id = %s RETURNING text"
STORE = "UPDATE telegram_message SET state = 'sent', id_message = %s WHERE id = %s"


def main(env, say, *, url, service_pid, count, rounds):
    """Measure; return the rows.

    :param str url: of the local service
    :param int service_pid: its process
    :param int count: of texts in a round
    :param int rounds: at the service's pace, and as many as fast as it goes
    """
    account = Account(env, url, ID_INSTANCE, count, service_pid)
    _rounds(account, say, "warm up", 1, WARM_UP, paced=False)
    paced = _rounds(account, say, f"{PER_SECOND} per second", rounds, count, paced=True)
    unpaced = _rounds(account, say, "no pace", rounds, count, paced=False)
    title = f"send {count:,} queued texts, against a bare loop"
    rows = _rows(f"{title}, {PER_SECOND}/s", paced, count, limit=PACED_LIMIT)
    rows += _rows(f"{title}, no pace", unpaced, count, limit=UNPACED_LIMIT)
    return [asdict(row) for row in rows]


def _rounds(account, say, title, rounds, count, *, paced):
    """Send in turns; return a list of Cost for each of KINDS."""
    keep_pace() if paced else lift_pace()
    costs = {kind: [] for kind in KINDS}
    for number in range(rounds):
        say(f"{title}, {number + 1} of {rounds}")
        # None is always first, and so on.
        for kind in KINDS[number % len(KINDS) :] + KINDS[: number % len(KINDS)]:
            tidy(account.env)
            costs[kind].append(_send(account, kind, count, paced))
    return costs


def _send(account, kind, count, paced):
    text = "Good day! Your order has arrived"
    # Whoever keeps the pace has to do so without being told.
    account.phone.change(rateLimits=paced and kind in ("contacts", "program"))
    if kind == "bare":
        return account.measure(lambda: _send_bare(account, count, text, paced))
    if kind == "storing":
        message_ids = account.queue_by_program(count, text).ids
        return account.measure(lambda: _send_bare(account, count, text, paced, message_ids))
    if kind == "contacts":
        account.queue_from_contacts(count, text)
    else:
        account.queue_by_program(count, text)
    return account.drain()


def _send_bare(account, count, text, paced, message_ids=()):
    """Do the same calls without Odoo.

    :param list message_ids: of queued messages. With them, each one is claimed and its outcome is
        stored as the queue has to, by the least that is possible: one statement for each, and one
        commit for the outcome and the next claim.
    """
    start = time.monotonic()
    cr = account.env.cr
    with requests.Session() as session:
        for number, chat_id in enumerate(account.chat_ids[:count]):
            if paced:
                time.sleep(max(0, start + number / PER_SECOND - time.monotonic()))
            if message_ids:
                cr.execute(CLAIM, [message_ids[number]])
                cr.commit()
            body = {"chatId": chat_id, "message": f"{text}, Customer {number}"}
            response = session.post(account.send_url, json=body)
            response.raise_for_status()
            id_message = response.json()["idMessage"]
            if message_ids:
                cr.execute(STORE, [id_message, message_ids[number]])
    cr.commit()


def _rows(title, costs, count, limit=None):
    """Return the rows about one pace, the limit being that of what people queue."""

    def per_message(kind, what):
        return median(getattr(cost, what) for cost in costs[kind]) / count

    def milliseconds(kind):
        seconds, working = per_message(kind, "seconds"), per_message(kind, "processor")
        return f"{seconds * 1000:.1f} ms a message, {working * 1000:.1f} on the processors"

    rows = []
    bare = [cost.seconds for cost in costs["bare"]]
    names = {
        "contacts": title,
        "program": "  queued by a program, no chatter",
        "storing": "  bare loop that claims each message and stores its outcome",
    }
    for kind, name in names.items():
        ratio = median_ratio([cost.seconds for cost in costs[kind]], bare)
        remark = f"{milliseconds(kind)}, {per_message(kind, 'queries'):.1f} queries"
        rows.append(Row(name, ratio, "×", limit if kind == "contacts" else None, remark))
    rows.append(Row("  bare loop", 1, "×", remark=milliseconds("bare")))
    return rows
