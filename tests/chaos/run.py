# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""From queueing to the verdict."""

import time

from .storm import Storm, wait_until_settled
from .verdict import Verdict


def run(service, workers, queue, letters, books, passing_time, *, rounds, seed, seconds, say=None):
    """Send letters through a storm, and judge.

    :param service: ``Service`` with the letters' customers
    :param workers: two ``Worker`` of the database with the instances
    :param queue: see ``Storm``
    :param books: ``Books``
    :param PassingTime passing_time: not started yet
    :param int seconds: after which there are no more kills; as long again for settling
    :param say: function that takes a line for a person
    :return: (Verdict, number of kills, number of faults that hit)
    """
    say = say or (lambda line: None)
    storm = Storm(service, workers, queue, seed)
    start = time.monotonic()
    passing_time.start()
    try:
        storm.rage(
            letters,
            rounds,
            start + seconds,
            lambda number: say(
                f"round {number + 1} of {rounds}, {storm.kills} kills, {service.hits} faults"
            ),
        )
        say("settle")
        wait_until_settled(
            lambda: (
                passing_time.error
                or not (
                    service.count_waiting()
                    or service.count_notifications()
                    or books.count_unsettled()
                )
            ),
            time.monotonic() + seconds,
        )
    finally:
        for worker in workers:
            worker.kill()
        passing_time.end()
    if passing_time.error:
        raise passing_time.error
    verdict = Verdict()
    ledgers = [phone.ledger() for phone in service.phones]
    verdict.judge_ledger(letters, ledgers)
    verdict.judge_odoo(letters, ledgers, books.messages())
    return verdict, storm.kills, service.hits
