# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Composing for many contacts, against Odoo's own SMS composer; runs inside an Odoo process.

Both render the same text for each contact, queue it, and show it in each contact's chatter. Each
round has contacts of its own, not written to before, so ours makes their chats, too.
"""

from dataclasses import asdict
from statistics import median

from .account import Account, administrator, make_partners, measure, tidy
from .measure import Row, fastest_ratio, median_ratio

ID_INSTANCE = 4100000201
TEXT = "Good day, {{ object.name }}! Your order has arrived."
FIRST_NUMBER = 1000000  # of the contacts: none of the other benches
WARM_UP = 20


def main(env, say, *, url, service_pid, count, rounds):
    """Measure; return the rows.

    :param str url: of the local service; nothing is sent there
    :param int service_pid: its process
    :param int count: of contacts
    :param int rounds: each composes once by SMS and once by Telegram
    """
    env = administrator(env)
    instance = Account(env, url, ID_INSTANCE, 1, service_pid).instance
    ways = {"sms": lambda p: _by_sms(env, p), "telegram": lambda p: _by_telegram(instance, p)}
    costs = {"sms": [], "telegram": []}
    _round(env, ways, make_partners(env, WARM_UP, FIRST_NUMBER))
    for number in range(rounds):
        say(f"{number + 1} of {rounds}")
        partners = make_partners(env, count, FIRST_NUMBER + WARM_UP + number * count)
        tidy(env)
        found = _round(env, ways, partners, turned=number % 2)
        for name, cost in found.items():
            costs[name].append(cost)
    return _rows(costs["telegram"], costs["sms"], count)


def _round(env, ways, partners, turned=False):
    """Compose in each way; return the costs by name.

    :param bool turned: in the other order, so that none is always first
    """
    env.cr.commit()
    costs = {}
    for name in sorted(ways, reverse=turned):
        env.invalidate_all()
        costs[name] = measure(lambda way=ways[name]: (way(partners), env.cr.commit()), env)
    env.cr.execute("UPDATE telegram_message SET state = 'canceled' WHERE state = 'queued'")
    env.cr.commit()
    return costs


def _by_sms(env, partners):
    composer = env["sms.composer"].create(
        {
            "composition_mode": "mass",
            "res_model": partners._name,
            "res_ids": repr(partners.ids),
            "body": TEXT,
            "mass_keep_log": True,
        }
    )
    composer.action_send_sms()


def _by_telegram(instance, partners):
    composer = instance.env["telegram.composer"].create(
        {
            "res_model": partners._name,
            "res_ids": repr(partners.ids),
            "instance_id": instance.id,
            "body": TEXT,
        }
    )
    queued = composer.action_send()["params"]["message_ids"]
    if len(queued) != len(partners):
        raise RuntimeError(f"Only {len(queued)} of {len(partners)} messages were queued")


def _rows(ours, theirs, count):
    title = f"compose for {count:,} contacts, against Odoo's SMS composer"
    seconds = [[cost.seconds for cost in costs] for costs in (ours, theirs)]
    processor = [[cost.processor for cost in costs] for costs in (ours, theirs)]
    queries = [median(cost.queries for cost in costs) for costs in (ours, theirs)]
    remark = f"{min(seconds[0]):.2f} s, SMS {min(seconds[1]):.2f} s"
    return [
        asdict(row)
        for row in (
            Row(title, fastest_ratio(*seconds), "×", 0.8, remark),
            Row("  in the middle of the rounds", median_ratio(*seconds), "×"),
            Row("  work on the processors only", fastest_ratio(*processor), "×"),
            Row("  queries", queries[0], remark=f"SMS {queries[1]:,.0f}"),
        )
    ]
