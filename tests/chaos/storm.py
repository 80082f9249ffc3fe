# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Kill what runs, and let calls go wrong, while messages are being sent."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from .plan import Plan

SHORTEST_LIFE, LONGEST_LIFE = 0.2, 3.0  # seconds from the first sending to the kill
LOOK = 0.5  # seconds between two looks whether all is settled
OTHER_SENDS = ("sendFileByUrl", "sendPoll", "sendContact", "forwardMessages")
CREATING = ("createGroup", "createInstance")
FAILED_CREATIONS = ("lost_before", "lost_after", "5xx_after", "429")
ASKING = ("showMessagesQueue", "lastOutgoingMessages", "checkAccount", "getStateInstance")
RECEIVING = ("receiveNotification", "deleteNotification")
CLOCKS = (-180, 180)  # seconds by which the service's clock is ahead of Odoo's
BROKEN = ("cut_after", "cut_before", "time_out", "refuse", "cut_tunnel")  # by the proxy
ALMOST_OK = (201, 202, 204, 206, 207, 301, 302, 303, 304)
FAILED_SENDS = tuple(
    "lost_before lost_after reset truncated broken_off html hold delay storm 5xx 5xx_after".split()
)
PARTS_OF_SENDS = {
    "statuses": ("2xx_after", "2xx_after", "early_hints"),
    "ids": ("same_id", "wrong_id"),
}
VICTIMS = (("first",), ("second",), ("first", "second"), ("first", "service"), ("service",))
WEIGHTS = (3, 3, 2, 1, 1)


class Storm:
    """Rounds of chaos; each queues some letters, lets Odoo work, and kills something.

    What goes wrong is the seed's choice; only the very moments are the machine's. What the service
    makes of texts and files goes by a plan: each account takes the next combination in each round.

    :param service: ``Service``
    :param workers: two ``Worker``
    :param queue: function that takes letters and queues them in Odoo, committed
    :param int seed: of the choices
    :param proxy: the sandbox's ``Proxy`` between the workers and the service, if there is one
    :param without: names of ``letters.PARTS`` that are left out
    """

    def __init__(self, service, workers, queue, seed, proxy=None, without=()):
        self._service = service
        self._workers = workers
        self._queue = queue
        self._proxy = proxy
        if proxy:
            proxy.part = "/send"
        self._chance = random.Random(seed)
        self._without = without
        ahead = self._chance.choice(CLOCKS)
        self.clock_ahead = 0 if "clock" in without else ahead
        self.plan = Plan(seed)
        self.kills = 0
        self.broken = 0  # requests by the proxy

    def rage(self, letters, rounds, deadline, report=None):
        """Queue all letters, some in each round.

        :param float deadline: on ``time.monotonic``; after it the rest is queued in peace
        :param report: function that is told the number of each round
        """
        size = -(-len(letters) // rounds)
        with ThreadPoolExecutor(1) as writing:
            for number in range(rounds):
                batch = letters[number * size : (number + 1) * size]
                if time.monotonic() > deadline:
                    self._queue(batch)
                    continue
                if report:
                    report(number)
                written = writing.submit(self._queue, batch)
                self._round()
                written.result()
        self.calm()

    def calm(self):
        """Let everything work again; what the service makes of texts stays as it is."""
        self._clear_faults()
        self._service.change_all(
            stateInstance="authorized", longPoll=False, checkAccountLimitedUntil=0
        )
        for worker in self._workers:
            worker.start()

    def _round(self):
        for phone in self._service.phones:
            self._disturb(phone)
        for method in CREATING:
            if self._chance.random() < 0.5:
                failure = self._failed_call(FAILED_CREATIONS)
                self._service.add_faults(self._service.phones[0], method, failure)
        self._disturb_proxy()
        victims = self._chance.choices(VICTIMS, WEIGHTS)[0]
        doomed = [
            worker
            for worker, name in zip(self._workers, ("first", "second"), strict=True)
            if name in victims
        ]
        for worker in self._workers:
            worker.start()
        for worker in self._workers:
            worker.wait_until_it_works()
        self._workers[0].live(self._chance.uniform(SHORTEST_LIFE, LONGEST_LIFE))
        for worker in doomed:
            worker.kill()
            self.kills += 1
        if "service" in victims:
            down = self._chance.uniform(0, 1)
            self._service.restart(lambda: threading.Event().wait(down))
            self.kills += 1
        self._clear_faults()

    # === FAULTS === #

    def _clear_faults(self):
        self._service.clear_faults()
        if self._proxy:
            self.broken -= sum(order != "pass" for order in self._proxy.orders)
            self._proxy.orders.clear()

    def _disturb_proxy(self):
        """Let requests and answers be lost on their way, in this round."""
        if self._proxy:
            for _number in range(self._chance.randint(1, 4)):
                passed = ["pass"] * self._chance.randint(2, 8)
                self._proxy.orders.extend([*passed, self._chance.choice(BROKEN)])
                self.broken += 1

    def _disturb(self, phone):
        """Let calls of one account go wrong in this round."""
        chance = self._chance
        steps = []
        for _number in range(chance.randint(2, 6)):
            steps += [{"kind": "pass", "times": chance.randint(1, 6)}, self._failed_send()]
        self._service.add_faults(phone, "sendMessage", *steps)
        for method in OTHER_SENDS:
            self._service.add_faults(phone, method, self._failed_send())
        self._service.add_faults(phone, chance.choice(ASKING), self._failed_question())
        self._service.add_faults(
            phone, chance.choice(RECEIVING), {"kind": "pass", "times": 3}, self._failed_question()
        )
        odd = {"kind": chance.choice(("repeat", "late", "drop")), "times": chance.randint(1, 3)}
        self._service.add_faults(phone, "notification", {"kind": "pass", "times": 5}, odd)
        if chance.random() < 0.3:
            self._service.add_faults(phone, "deleteNotification", "duplicate")
        # A suspended account's messages wait at the service; a long poll is a long transaction.
        state = "suspended" if chance.random() < 0.2 else "authorized"
        # A phone number cannot always be checked: then only the echo tells whose chat it is.
        limited_until = phone.now() + 3600 if chance.random() < 0.3 else 0
        phone.change(
            stateInstance=state,
            longPoll=chance.random() < 0.2,
            checkAccountLimitedUntil=int(limited_until),
            **({} if "formatting" in self._without else self.plan.take()),
        )

    def _failed_send(self):
        kinds = FAILED_SENDS
        for part, own in PARTS_OF_SENDS.items():
            kinds += () if part in self._without else own
        return self._failed_call(kinds)

    def _failed_call(self, kinds):
        """Return one of these faults, with what belongs to it."""
        chance = self._chance
        kind = chance.choice(kinds)
        if kind == "429":
            return self._too_many(1)
        if kind == "storm":
            return self._too_many(chance.randint(1, 4))
        if kind == "2xx_after":
            status = chance.choice(ALMOST_OK)
            headers = {"Location": f"{self._service.url}/"} if 300 < status < 304 else {}
            return {"kind": "status_after", "status": status, "headers": headers}
        if kind in ("5xx", "5xx_after"):
            kind = "status" if kind == "5xx" else "status_after"
            return {"kind": kind, "status": chance.choice((499, 500, 502, 503, 504))}
        return {"kind": kind}

    def _failed_question(self):
        kind = self._chance.choice(("lost_before", "lost_after", "truncated", "html", "5xx", "429"))
        if kind == "429":
            return self._too_many(1)
        return {"kind": "status", "status": 500} if kind == "5xx" else {"kind": kind}

    def _too_many(self, times):
        wait = str(self._chance.randint(1, 5))
        return {"kind": "status", "status": 429, "headers": {"Retry-After": wait}, "times": times}


def wait_until_settled(is_settled, deadline):
    """Wait until nothing moves any more.

    :param is_settled: function
    :param float deadline: on ``time.monotonic``
    :return: bool, whether it came to that
    """
    look = threading.Event()
    while not is_settled():
        if time.monotonic() > deadline:
            return False
        look.wait(LOOK)
    return True
