# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""From queueing to the verdict."""

import time

from .letters import make_sources
from .storm import Storm, wait_until_settled
from .verdict import Verdict

EACH_SLEEPER = 4  # letters that it is given first
RECEIVING_PATIENCE = 120  # seconds until what is forwarded has come in


def run(
    service,
    workers,
    office,
    letters,
    books,
    passing_time,
    *,
    rounds,
    seed,
    seconds,
    proxy=None,
    sleepers=None,
    without=(),
    say=None,
):
    """Send letters through a storm, and judge.

    :param service: ``Service`` with the letters' customers
    :param workers: two ``Worker`` of the database with the instances
    :param office: ``Office``
    :param books: ``Books``
    :param PassingTime passing_time: not started yet
    :param int seconds: after which there are no more kills; as long again for settling
    :param proxy: the sandbox's ``Proxy`` between the workers and the service, if there is one
    :param sleepers: ``Sleepers``, for processes that are stopped for minutes
    :param without: names of ``letters.PARTS`` that are left out
    :param say: function that takes a line for a person
    :return: (Verdict, number of kills, number of faults that hit)
    """
    say = say or (lambda line: None)
    storm = Storm(service, workers, office.queue, seed, proxy, without)
    service.set_clock_ahead(storm.clock_ahead)
    passing_time.ahead = storm.clock_ahead
    rest = letters
    start = time.monotonic()
    passing_time.start()
    try:
        service.add_customers(each.customer for each in letters if each.kind == "automatic")
        say("receive what is forwarded")
        receive_sources(service, workers[0], books, letters)
        if sleepers:
            say("stop some processes")
            workers[0].kill()  # it would take what they are to claim
            batches, rest = take_some(letters, len(service.phones), EACH_SLEEPER)
            sleepers.stop_some(office.queue, batches)
        storm.rage(
            rest,
            rounds,
            start + seconds,
            lambda number: say(
                f"round {number + 1} of {rounds}, {storm.kills} kills, {service.hits} faults"
            ),
        )
        if sleepers:
            say("wake those that were stopped")
            sleepers.wake()
        say("settle")

        def is_settled():
            office.resume_mailings()
            return passing_time.error or not (
                service.count_waiting() or service.count_notifications() or books.count_unsettled()
            )

        wait_until_settled(is_settled, time.monotonic() + seconds)
    finally:
        for worker in workers:
            worker.kill()
        if sleepers:
            sleepers.kill()
        passing_time.end()
    if passing_time.error:
        raise passing_time.error
    verdict = Verdict(modes=str(storm.plan))
    ledgers = [phone.ledger() for phone in service.phones]
    verdict.judge_ledger(letters, ledgers, books.texts_of_mailings(office.paused_ids))
    verdict.judge_odoo(letters, ledgers, books.messages())
    verdict.judge_chats(letters, books.chats())
    verdict.judge_created(office.created, service.get_created())
    return verdict, storm.kills, service.hits + storm.broken


def take_some(letters, accounts, count):
    """Return the first letters of each account, and the rest, both in their order."""
    taken, rest = [[] for _account in range(accounts)], []
    for letter in letters:
        batch = taken[letter.customer.account]
        (batch if len(batch) < count else rest).append(letter)
    return taken, rest


def receive_sources(service, worker, books, letters):
    """Let customers write what is forwarded later, and wait until Odoo has it.

    :raise RuntimeError: it does not come in
    """
    sources = make_sources(len(service.phones))
    texts = [letter for letter in letters if letter.kind == "forward"]
    for letter in texts:
        account = letter.customer.account
        service.phones[account].write(sources[account].chat_id, letter.text, literal=True)
    worker.start()
    chat_ids = [source.chat_id for source in sources]
    is_known = wait_until_settled(
        lambda: books.count_received(chat_ids) == len(texts),
        time.monotonic() + RECEIVING_PATIENCE,
    )
    if not is_known:
        raise RuntimeError(f"Odoo does not receive what is forwarded; its log: {worker.log}")
