# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""What is written under chaos, so that afterwards each text can be told from the others."""

import random
from dataclasses import dataclass

FIRST_CHAT = 30000000
FIRST_PHONE = 79990000000
PHONE_EVERY = 5  # every fifth customer is written to by phone
SAME_EVERY = 6  # every sixth text of a chat is the same as the ones before
SAME_WORDS = "Same words"


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
    """One text to one customer."""

    customer: Customer
    text: str


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
        letters.append(Letter(customer, text if number % SAME_EVERY else SAME_WORDS))
    return letters
