# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Customers write while what takes it in is killed; then everything is counted."""

import random
import time

from .letters import DECORATIONS, ODD_NAMES, Letter
from .plan import Plan
from .storm import LONGEST_LIFE, SHORTEST_LIFE, wait_until_settled
from .verdict import Books, Verdict

SENDER = {"chatType": "user", "chatName": "Poison", "senderName": "Poison"}
DATA = {"typeMessage": "textMessage", "textMessageData": {"textMessage": "Poison"}}
ODD = 0.5  # of all messages: with marks, and files with odd names among them
LONGEST_INDEXED = 2704  # bytes that an index of PostgreSQL takes
RECEIVED = """
    SELECT chat.instance_id, chat.telegram_id, message.text
      FROM telegram_message AS message
      JOIN telegram_chat AS chat ON chat.id = message.chat_id
     WHERE chat.instance_id = ANY(%s)
     ORDER BY message.id
"""
SHOWN = """
    SELECT chat.instance_id, chat.telegram_id, regexp_replace(shown.body, '<[^>]*>', '', 'g')
      FROM mail_message AS shown
      JOIN telegram_chat AS chat ON chat.channel_id = shown.res_id
     WHERE shown.model = 'discuss.channel' AND chat.instance_id = ANY(%s)
     ORDER BY shown.id
"""
EVENTS = """
    SELECT count(*) FILTER (WHERE state = 'error'), count(*) FILTER (WHERE state = 'new')
      FROM telegram_event
     WHERE instance_id = ANY(%s)
"""


class Inbox(Books):
    """What Odoo has taken in; its instances are in the order of the service's accounts."""

    def received(self):
        """Return for each account its messages in their order, as a ledger of the service."""
        return self._ledgers(RECEIVED)

    def shown(self):
        """Return the same of what the conversations in Discuss show."""
        return self._ledgers(SHOWN)

    def events(self):
        """Return how many events are set aside, and how many are new still."""
        return self._rows(EVENTS, [self._instance_ids])[0]

    def _ledgers(self, query):
        found = {instance_id: [] for instance_id in self._instance_ids}
        for instance_id, chat_id, text in self._rows(query, [self._instance_ids]):
            found[instance_id].append({"chatId": chat_id, "message": text})
        return list(found.values())


class Downpour:
    """Rounds of messages from customers; in each, Odoo takes them in and is killed.

    :param service: ``Service``
    :param customers: the ``Customer`` who write
    :param workers: two ``Worker`` that receive
    :param make_passing_time: function that gives a ``PassingTime`` that is not started yet
    :param interrupt: function that breaks all connections to the database
    :param int seed: of the choices
    """

    def __init__(self, service, customers, workers, make_passing_time, interrupt, seed):
        self._service = service
        self._customers = customers
        self._workers = workers
        self._make_passing_time = make_passing_time
        self._passing_time = None
        self._interrupt = interrupt
        self._chance = random.Random(seed)
        self._poisons = list(make_poisons(customers[0].chat_id, self._chance))
        self.plan = Plan(seed)
        self.letters = []
        self.poisoned = 0
        self.kills = 0

    @property
    def error(self):
        """What made time stand still, if anything did."""
        return self._passing_time.error

    def pour(self, count, rounds, deadline, say):
        """Let ``count`` messages come in, some in each round, with the poison in the middle ones.

        :param float deadline: on ``time.monotonic``; after it nothing more is killed
        :param say: function that takes a line for a person
        """
        self._start_time()
        size = -(-count // rounds)
        for number in range(rounds):
            say(f"round {number + 1} of {rounds}, {self.kills} kills")
            amount = min(size, count - len(self.letters))
            is_last = number == rounds - 1
            if time.monotonic() > deadline:
                self._write(number, amount)
                continue
            self._disturb()
            self._write(number, amount // 2)
            if number >= rounds // 2 or is_last:
                self._poison(len(self._poisons) if is_last else 1)
            self._start_workers()
            self._write(f"{number} later", amount - amount // 2)
            if number == rounds // 2:
                self._break_database()
            else:
                self._kill()
        self._poison(len(self._poisons))
        self._service.clear_faults()
        for worker in self._workers:
            worker.start()

    def end(self):
        """Kill what still runs."""
        for worker in self._workers:
            worker.kill()
        self._passing_time.end()

    def _start_time(self):
        self._passing_time = self._make_passing_time()
        self._passing_time.start()

    def _write(self, name, amount):
        """Let the customers of each account write in turns."""
        accounts = len(self._service.phones)
        for account, phone in enumerate(self._service.phones):
            share = amount // accounts + (account < amount % accounts)
            writers = [each for each in self._customers if each.account == account]
            self._chance.shuffle(writers)
            if not share:
                continue
            words, files = f"Round {name}, message", []
            if self._chance.random() < ODD:
                words = self._chance.choice(DECORATIONS).format(words)
                files = [*self._chance.sample(ODD_NAMES, 2), *[""] * 6]
            phone.burst(share, *(each.chat_id for each in writers), text=words, file_names=files)
            self.letters += [
                Letter(writers[number % len(writers)], f"{words} {number + 1}")
                for number in range(share)
            ]

    def _poison(self, amount):
        for _number in range(amount):
            if self._poisons:
                phone = self._service.phones[self.poisoned % len(self._service.phones)]
                phone.notify(self._poisons.pop())
                self.poisoned += 1

    def _disturb(self):
        """Let some calls and deliveries go wrong; none of it may lose or change the order."""
        chance = self._chance
        for phone in self._service.phones:
            for method, kinds in (
                ("receiveNotification", ("lost_before", "lost_after", "truncated", "html")),
                ("deleteNotification", ("lost_before", "lost_after", "duplicate")),
                ("webhook", ("lost_before", "lost_after", "duplicate")),
                ("notification", ("repeat",)),
            ):
                calls_between = {"kind": "pass", "times": chance.randint(1, 8)}
                self._service.add_faults(phone, method, calls_between, chance.choice(kinds))
            phone.change(**self.plan.take())

    def _start_workers(self):
        for worker in self._workers:
            worker.start()
        for worker in self._workers:
            worker.wait_until_it_works()

    def _kill(self):
        self._workers[0].live(self._chance.uniform(SHORTEST_LIFE, LONGEST_LIFE))
        for worker in self._chance.choice([self._workers, self._workers[:1], self._workers[1:]]):
            worker.kill()
            self.kills += 1

    def _break_database(self):
        """Break it while all work; Odoo's schedulers may not outlive that, so they start anew."""
        self._workers[0].live(self._chance.uniform(SHORTEST_LIFE, LONGEST_LIFE))
        self._passing_time.end()
        self._interrupt()
        for worker in self._workers:
            worker.kill()
        self._start_time()


def make_poisons(chat_id, chance):
    """Return notifications that can never be processed.

    :param random.Random chance: of what is in them
    """
    message = {"typeWebhook": "incomingMessageReceived", "messageData": DATA}
    # Odoo finds nothing wrong with it, only the database does: it fails with every attempt.
    endless = "".join(chance.choices("0123456789abcdefghijklmnopqrstuvwxyz", k=LONGEST_INDEXED * 4))
    sender = {"chatId": chat_id, "sender": chat_id}
    return (
        {**message, "idMessage": endless, "senderData": {**SENDER, **sender}},
        {**message, "idMessage": "poison", "senderData": SENDER},
        {"typeWebhook": "outgoingMessageStatus", "idMessage": "poison", "chatId": chat_id},
    )


def run(downpour, service, inbox, *, messages, rounds, seconds, say=None):
    """Let messages pour in, and judge what was taken in.

    :param Downpour downpour: not begun yet
    :param Inbox inbox: of the accounts
    :param int seconds: after which there are no more kills; as long again for settling
    :param say: function that takes a line for a person
    :return: Verdict
    """
    say = say or (lambda line: None)
    try:
        downpour.pour(messages, rounds, time.monotonic() + seconds, say)
        say("settle")
        wait_until_settled(
            lambda: (
                downpour.error or not (service.count_notifications() or inbox.count_unsettled())
            ),
            time.monotonic() + seconds,
        )
    finally:
        downpour.end()
    if downpour.error:
        raise downpour.error
    verdict = Verdict(modes=str(downpour.plan))
    verdict.judge_ledger(downpour.letters, inbox.shown())
    verdict.judge_ledger(downpour.letters, inbox.received())
    verdict.judge_events(downpour.poisoned, *inbox.events())
    verdict.judge_chats(downpour.letters, inbox.chats())
    return verdict
