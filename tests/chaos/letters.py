# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""What is written under chaos, so that afterwards each text can be told from the others."""

import random
from dataclasses import dataclass

FIRST_CHAT = 30000000
FIRST_PHONE = 79990000000
PHONE_EVERY = 5  # every fifth customer is written to by phone
SAME_EVERY = 6  # every sixth text of a chat is the same as the ones before
SAME_WORDS = "Same words"
# What every so many letters of a chat are instead of texts; their words are found in each.
KINDS = {7: "file", 10: "poll", 13: "contact"}
FILE_URL = "https://example.com/letter.png"
PHONE = "+79990009988"


@dataclass(frozen=True)
class Customer:
    """Somebody to write to.

    :param account: number of the account that writes, from 0
    :param chat_id: Telegram's id
    :param address: what Odoo writes to: that id, or the phone form
    """

    account: int
    chat_id: str
    phone: int
    address: str


@dataclass(frozen=True)
class Letter:
    """Some words to one customer: a text, a file's caption, a poll's question or a name."""

    customer: Customer
    text: str
    kind: str = "text"

    def get_call(self):
        """Return the method of telegram.instance that queues it, and its arguments."""
        address = self.customer.address
        return {
            "text": ("send_text", (address, self.text)),
            "file": ("send_file_by_url", (address, FILE_URL, "letter.png", self.text)),
            "poll": ("send_poll", (address, self.text, ["Yes", "No"])),
            "contact": ("send_contact", (address, PHONE, self.text)),
        }[self.kind]


def make_customers(accounts, count):
    """Return ``count`` customers, spread over so many accounts."""
    customers = []
    for number in range(count):
        chat_id, phone = str(FIRST_CHAT + number), FIRST_PHONE + number
        address = f"{phone}@c.us" if number % PHONE_EVERY == 0 else chat_id
        customers.append(Customer(number % accounts, chat_id, phone, address))
    return customers


def make_letters(customers, count, seed):
    """Return ``count`` letters in the order of their writing; each chat's are numbered."""
    chance = random.Random(seed)
    written = dict.fromkeys(customers, 0)
    letters = []
    for _number in range(count):
        customer = chance.choice(customers)
        written[customer] += 1
        number = written[customer]
        text = f"{customer.chat_id}: letter {number}"
        kinds = [kind for every, kind in KINDS.items() if number % every == 0]
        words = text if number % SAME_EVERY else SAME_WORDS
        letters.append(Letter(customer, words, *kinds[:1]))
    return letters
