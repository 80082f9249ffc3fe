# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The local service under chaos: accounts, faults that are counted, a program that is killed."""

from urllib.parse import urlsplit

from green_api_sandbox.phone import Phone
from green_api_sandbox.process import launch, stop

from ..settings import EVERYTHING_ON
from .letters import make_sources


class Service:
    """One local service with some accounts.

    :param folder: for its state, which outlives the program
    :param list id_instances: of the accounts
    :param customers: the ``letters.Customer`` there are
    :param str token: what the accounts' tokens begin with
    """

    def __init__(self, folder, id_instances, customers, token="token"):
        self._folder = folder
        self.partner_token = f"gac.{token}"
        self._options = ("--partner-token", self.partner_token)
        self._process, self.url = launch(folder, 0, *self._options)
        self._waiting_faults = 0
        self.hits = 0
        self.customers = customers
        self.phones = [Phone(self.url, id_instance) for id_instance in id_instances]
        for phone in self.phones:
            phone.token = f"{token}{phone.id_instance}"
            phone.create(
                apiTokenInstance=phone.token,
                stateInstance="authorized",
                settings=EVERYTHING_ON,
                longPoll=False,  # an empty queue of notifications says so at once
            )
        self.add_customers([*customers, *make_sources(len(id_instances))])

    def add_customers(self, customers):
        """Add people to whom the accounts write."""
        for customer in customers:
            self.phones[customer.account].add_customer(
                customer.chat_id, chatId=customer.chat_id, phoneNumber=customer.phone
            )

    def add_faults(self, phone, method, *steps):
        """Let calls of an account go wrong, see ``Phone.fault_sequence``."""
        phone.fault_sequence(method, *steps)
        self._waiting_faults += sum(_count(step) for step in steps)

    def clear_faults(self):
        """Take back what has not hit yet, and let go what is held."""
        left = self.phones[0].faults()
        self.hits += self._waiting_faults - sum(_count(fault) for fault in left)
        self._waiting_faults = 0
        self.phones[0].clear_faults()
        self.phones[0].release()

    def restart(self, pause):
        """Kill the program, and start it again after a pause on the same address.

        :param pause: function that is called while it is down
        """
        self.clear_faults()  # they live as long as the program
        self._process.kill()
        self._process.wait()
        pause()
        stop(self._process)
        self._process, _url = launch(self._folder, urlsplit(self.url).port, *self._options)

    def change_all(self, **switches):
        for phone in self.phones:
            phone.change(**switches)

    def set_clock_ahead(self, seconds):
        """Let the service's clock be ahead of Odoo's, or behind it."""
        self.phones[0].set_clock_ahead(seconds)

    def count_notifications(self):
        """Return how many notifications wait for Odoo."""
        return sum(phone.instance()["webhooksCount"] for phone in self.phones)

    def count_waiting(self):
        """Return how many messages wait at the service."""
        return sum(phone.instance()["messagesCount"] for phone in self.phones)

    def get_created(self):
        """Return the names of all groups of the first account, and of all instances."""
        groups = [each["name"] for each in self.phones[0].instance()["chats"]]
        return groups + [each["name"] for each in self.phones[0].instances()]

    def stop(self):
        stop(self._process)


def _count(step):
    """Return the calls that go wrong by a step of a sequence."""
    if isinstance(step, str):
        return step != "pass"
    return 0 if step["kind"] == "pass" else step.get("times", 1)
