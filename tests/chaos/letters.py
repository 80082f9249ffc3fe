# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""What is written under chaos, so that afterwards each text can be told from the others.

Half of all letters have what Telegram may change: marks that format, long names of files, kinds of
files that are told as others. Texts are compared without such marks (``essence``).
"""

import html
import random
import re
from dataclasses import dataclass

#: what a run may leave out, to see what the rest does
PARTS = ("formatting", "proxy", "statuses", "ids", "clock", "presses", "stops")
FIRST_CHAT = 30000000
FIRST_PHONE = 79990000000
FIRST_AUTOMATIC = 10**6  # added to both, for customers to whom only automations write
FIRST_SOURCE = 2 * 10**6  # the same, for customers who write what is forwarded
CUSTOMER = "Chaos customer"  # what the names of contacts begin with
PHONE_EVERY = 3  # every third customer is written to by phone, some of them by dialogs
AUTOMATIC_EVERY = 10  # every tenth letter is one of an automation
ONCE_EVERY = 3  # every third of these is written to once only, so no later letter helps
MAILINGS = 0.1  # of all letters, each to two customers
SAME_EVERY = 6  # every sixth text of a chat is the same as the ones before
SAME_WORDS = ("Same words", "Same *words*")
# What every so many letters of a chat are instead of texts; their words are found in each.
KINDS = {4: "file", 10: "poll", 13: "contact"}
FILE_URL = "https://example.com/letter"
FILE_NAME = "letter.pdf"
ODD_NAMES = (
    "Счёт на оплату № 00001 от 14.02.2026 для ООО «Василиса и сыновья» (копия).pdf",
    "Offer: 3 doors, 2 windows & the rest of what was asked for on Monday.pdf",
    "sticker.webp",
    "Moving picture of the new machine in our work shop.gif",
    "voice.ogg",
    "photo.png",
    "drawing.bmp",
)
#: marks around and inside of words: those that are meant, and those that only look so
DECORATIONS = (
    "*{}*",
    "_{}_ 1200*600*50 mm",
    "~{}~ ~100, ~200",
    "`{}` INV_2026_01",
    "> {}",
    "{}\n> and a quotation",
    "*{}",
    "{} **twice** __init__",
    "{} https://example.com/a_b_c?x=1*2*3",
    "```{}```",
    "{} a_b_c@example.com",
)
MARKS = re.compile(r"[*_~`>\s]")
PHONE = "+79990009988"


def essence(text):
    """Return a text without all that formatting and markup may add or take away."""
    return MARKS.sub("", html.unescape(text or ""))


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

    @property
    def is_known_by_phone(self):
        return self.address != self.chat_id

    @property
    def name(self):
        """What the contact in Odoo is called."""
        return f"{CUSTOMER} {self.chat_id}"


@dataclass(frozen=True)
class Letter:
    """Some words to one customer: a text, a file's caption, a poll's question or a name.

    :param kind: "text", "file", "poll", "contact"; "dialog": a text that a person writes in a
        dialog; "mailing": the same to several, of whom the others have a letter "mailed" each;
        "forward": somebody else's text, forwarded in a dialog; "automatic": of a server action
    :param mates: the other customers of a mailing
    """

    customer: Customer
    text: str
    kind: str = "text"
    file_name: str = FILE_NAME
    mates: tuple = ()

    def get_call(self):
        """Return the method of telegram.instance that queues it, and its arguments."""
        address = self.customer.address
        return {
            "text": ("send_text", (address, self.text)),
            "file": ("send_file_by_url", (address, FILE_URL, self.file_name, self.text)),
            "poll": ("send_poll", (address, self.text, ["Yes", "No"])),
            "contact": ("send_contact", (address, PHONE, self.text)),
        }[self.kind]


def make_customers(accounts, count):
    """Return ``count`` customers, spread over so many accounts."""
    customers = []
    for number in range(count):
        chat_id, phone = str(FIRST_CHAT + number), FIRST_PHONE + number
        address = f"{phone}@c.us" if number // accounts % PHONE_EVERY == 0 else chat_id
        customers.append(Customer(number % accounts, chat_id, phone, address))
    return customers


def make_sources(accounts):
    """Return the customers who write what is forwarded, one for each account."""
    return [_make_further_customer(number, number, FIRST_SOURCE) for number in range(accounts)]


def _make_further_customer(account, number, first=FIRST_AUTOMATIC):
    chat_id, phone = str(FIRST_CHAT + first + number), FIRST_PHONE + first + number
    return Customer(account, chat_id, phone, f"{phone}@c.us")


def make_all_letters(customers, count, seed, automatic=None):
    """Return ``count`` letters, with those of automations among them.

    Each of these is to a customer of its own, who gets one however often the automation fires.

    :param int automatic: number of letters of automations; by default every tenth
    """
    accounts = len({customer.account for customer in customers})
    automatic = count // AUTOMATIC_EVERY if automatic is None else min(automatic, count)
    letters = make_letters(customers, count - automatic, seed)
    for number in range(automatic):
        customer = _make_further_customer(number % accounts, number)
        letter = Letter(customer, f"{customer.name}: automatic", "automatic")
        letters.insert(number * count // automatic, letter)
    return letters


def make_letters(customers, count, seed):
    """Return ``count`` letters in the order of their writing; each chat's are numbered."""
    chance = random.Random(seed)
    by_phone = [each for each in customers if each.is_known_by_phone]
    once = by_phone[::ONCE_EVERY]
    often = [each for each in customers if each not in once]
    written = dict.fromkeys(customers, 0)
    letters = []
    while len(letters) < count:
        customer = chance.choice([*often, *once])
        if customer in once:
            once.remove(customer)
            letters.append(_make_odd_letter(customer, chance))
            continue
        mates = [each for each in often if _can_be_mates(customer, each)]
        if mates and len(letters) + 2 <= count and chance.random() < MAILINGS:
            letters += _make_mailing(customer, chance.choice(mates), len(letters))
            written[letters[-1].customer] += 1
            written[customer] += 1
            continue
        written[customer] += 1
        letters.append(_make_letter(customer, written[customer], chance))
    return letters


def _make_odd_letter(customer, chance):
    """Return a text with marks, or a file with an odd name."""
    text = f"{customer.chat_id}: the only letter"
    if chance.random() < 0.5:
        return Letter(customer, text, "file", chance.choice(ODD_NAMES))
    return Letter(customer, chance.choice(DECORATIONS).format(text))


def _make_mailing(customer, mate, number):
    text = f"{customer.chat_id}, {mate.chat_id}: mailing {number}"
    return [Letter(customer, text, "mailing", mates=(mate,)), Letter(mate, text, "mailed")]


def _can_be_mates(one, other):
    return (
        one != other
        and one.account == other.account
        and one.is_known_by_phone
        and other.is_known_by_phone
    )


def _make_letter(customer, number, chance):
    text = f"{customer.chat_id}: letter {number}"
    kinds = [kind for every, kind in KINDS.items() if number % every == 0]
    kind = kinds[0] if kinds else "text"
    is_odd = chance.random() < 0.5 and kind != "contact"
    if is_odd:
        text = chance.choice(DECORATIONS).format(text)
    if number % SAME_EVERY == 0:
        text = SAME_WORDS[number // SAME_EVERY % len(SAME_WORDS)]
    if kind == "text" and customer.is_known_by_phone and chance.random() < 0.5:
        kind = chance.choice(("dialog", "forward"))
        if kind == "forward":
            text = f"{customer.chat_id}: letter {number} of somebody else"
    return Letter(customer, text, kind, chance.choice(ODD_NAMES) if is_odd else FILE_NAME)
