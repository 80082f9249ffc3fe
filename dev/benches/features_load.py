# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Receive and send with and without the inbox and the rules; runs inside an Odoo process."""

from contextlib import ExitStack
from statistics import median
from unittest.mock import patch

from .account import Account, lift_pace, tidy
from .measure import median_ratio
from .receive_history import BATCH, CHATS, Side

ID_INSTANCE = 4100000301
TEXTS = 100  # in a round


def _do_nothing(self, *args, **kwargs):
    return None


def _write(self, records, vals):
    records.write(vals)


# By what the features take part in receiving and sending, and what would be there without them.
TEAM = {
    ("telegram.chat", "_update_inbox"): _do_nothing,
    ("telegram.chat", "_process_answer"): _do_nothing,
    ("telegram.chat", "_take_by_answer"): _do_nothing,
    ("telegram.message", "_send_away_messages"): _do_nothing,
}
RULES = {
    ("telegram.chat", "_get_or_create_record"): _do_nothing,
    ("telegram.chat", "_update_answered"): _do_nothing,
    ("telegram.message", "_on_received"): _do_nothing,
    ("telegram.message", "_on_failed"): _do_nothing,
    ("mail.thread", "_telegram_on_answer"): _do_nothing,
    ("telegram.instance", "_write_despite_rules"): _write,
}


def main(env, say, *, url, service_pid, rounds):
    """Measure.

    :param str url: of the local service
    :param int service_pid: its process
    :param int rounds: of each kind of work, with and without each feature
    :return: list of a title, the pair of the ratios of work and of queries, and the pair of the
        queries of a message without and with the feature
    """
    side = Side(env, 0)
    side.make_chats(CHATS)
    account = Account(env, url, ID_INSTANCE, TEXTS, service_pid)
    lift_pace()

    def send():
        account.queue_from_contacts(TEXTS, "Good day! Your order has arrived")
        return account.drain()

    found = []
    for action, run, count in (("receive", side.receive, BATCH), ("send", send, TEXTS)):
        run()  # it makes the conversations, and warms up
        for feature, methods in (("inbox", TEAM), ("rules", RULES)):
            costs = [[], []]
            for number in range(rounds):
                say(f"{action}, {feature}, {number + 1} of {rounds}")
                for which in (0, 1) if number % 2 else (1, 0):
                    tidy(env)
                    with ExitStack() as stack:
                        for (model, name), method in [] if which else methods.items():
                            stack.enter_context(patch.object(env.registry[model], name, method))
                        costs[which].append(run())
            without, beside = costs
            ratios = [
                median_ratio(
                    *([getattr(cost, what) for cost in each] for each in (beside, without))
                )
                for what in ("processor", "queries")
            ]
            queries = [median(cost.queries for cost in each) / count for each in costs]
            found.append((f"{action}, with the {feature} against without", ratios, queries))
    return found
