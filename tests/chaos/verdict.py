# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Compare what was queued, what Telegram got, and what Odoo believes."""

from collections import Counter, defaultdict
from contextlib import closing
from dataclasses import dataclass, field

from .letters import essence

SENT = ("sent", "delivered", "read")
# Counts that are told if there are any.
ADDED = ("undecided", "misjudged", "invented", "set_aside", "left_new", "created_twice")
MESSAGES = """
    SELECT chat.instance_id, chat.telegram_id,
           COALESCE(message.content ->> 'firstName', message.text), message.state,
           message.id_message, message.is_being_checked
      FROM telegram_message AS message
      JOIN telegram_chat AS chat ON chat.id = message.chat_id
     WHERE chat.instance_id = ANY(%s) AND message.direction = 'outgoing'
     ORDER BY message.id
"""
MAILINGS = """
    SELECT DISTINCT text FROM telegram_message WHERE mailing_id = ANY(%s)
"""
CHATS = """
    SELECT instance_id, telegram_id
      FROM telegram_chat
     WHERE instance_id = ANY(%s)
     ORDER BY id
"""
KNOWN_SOURCES = """
    SELECT count(*)
      FROM telegram_message AS message
      JOIN telegram_chat AS chat ON chat.id = message.chat_id
     WHERE message.instance_id = ANY(%s) AND message.direction = 'incoming'
       AND chat.telegram_id = ANY(%s)
"""
UNSETTLED = """
    SELECT (SELECT count(*) FROM telegram_message
             WHERE instance_id = ANY(%(ids)s)
               AND (state IN ('queued', 'sending') OR is_being_checked))
         + (SELECT count(*) FROM telegram_automatic_message AS message
              JOIN ir_act_server AS action ON action.id = message.action_id
             WHERE telegram_instance_id = ANY(%(ids)s) AND message.state = 'waiting')
         + (SELECT count(*) FROM telegram_event
             WHERE instance_id = ANY(%(ids)s) AND state = 'new')
         + (SELECT count(*) FROM telegram_message
             WHERE instance_id = ANY(%(ids)s) AND download_state = 'waiting')
"""


@dataclass
class Verdict:
    """What came of it; numbers of messages, and a sentence for each one that went wrong."""

    queued: int = 0
    delivered: int = 0
    lost: int = 0
    doubled: int = 0
    out_of_order: int = 0
    undecided: int = 0  # Odoo does not call them sent, though all had time
    misjudged: int = 0  # Odoo calls them sent, but with the id of another message, or of none
    invented: int = 0  # messages in Odoo that nobody wrote
    second_chats: int = 0  # chats in Odoo beyond the one that each customer has
    set_aside: int = 0  # notifications that cannot be processed
    left_new: int = 0  # notifications that were not processed, though all had time
    created_twice: int = 0  # groups and instances that a dialog created a second time
    modes: str = ""  # which combinations of the service's switches there were
    details: list = field(default_factory=list)

    @property
    def is_good(self):
        return not self.details

    def __str__(self):
        counts = [
            f"{self.queued} queued",
            f"{self.delivered} delivered",
            f"{self.lost} lost",
            f"{self.doubled} doubled",
            f"{self.out_of_order} out of order",
            f"{self.second_chats} second chats",
        ]
        counts += [
            f"{getattr(self, name)} {name.replace('_', ' ')}"
            for name in ADDED
            if getattr(self, name)
        ]
        return ", ".join(counts)

    def _blame(self, name, amount, sentence):
        if amount:
            setattr(self, name, getattr(self, name) + amount)
            self.details.append(f"{name}: {sentence}")

    def judge_ledger(self, letters, ledgers, overtaken=()):
        """Compare what was written with what arrived, but for marks that format.

        :param letters: all that were written, in order
        :param ledgers: of each account, what Telegram got, or what Odoo has received
        :param overtaken: texts that later ones need not wait for, as those of a paused mailing
        """
        overtaken = set(map(essence, overtaken))
        written, got = defaultdict(list), defaultdict(list)
        for letter in letters:
            written[letter.customer.account, letter.customer.chat_id].append(essence(letter.text))
        for account, ledger in enumerate(ledgers):
            for entry in ledger:
                got[account, entry["chatId"]].append(essence(entry["message"]))
        self.queued, self.delivered = len(letters), sum(map(len, got.values()))
        for chat in written.keys() | got.keys():
            lost = Counter(written[chat]) - Counter(got[chat])
            doubled = Counter(got[chat]) - Counter(written[chat])
            self._blame("lost", lost.total(), f"chat {chat}: {dict(lost)}")
            self._blame("doubled", doubled.total(), f"chat {chat}: {dict(doubled)}")
            waiting = [text for text in written[chat] if text not in overtaken]
            late = count_late(waiting, got[chat])
            self._blame("out_of_order", late, f"chat {chat}: {got[chat]}")

    def judge_events(self, poisoned, set_aside, left_new):
        """Compare how many notifications cannot be processed with how many were not.

        :param int poisoned: as many have to be set aside, and none may be left
        """
        self.set_aside = set_aside
        if set_aside != poisoned:
            self.details.append(f"set aside: {set_aside} events instead of {poisoned}")
        self._blame("left_new", left_new, f"{left_new} events were not processed")

    def judge_odoo(self, letters, ledgers, messages):
        """Compare what Odoo believes with what Telegram got.

        :param messages: of each account, rows of chat id, text, state and id
        """
        self._blame(
            "invented",
            max(0, sum(map(len, messages)) - len(letters)),
            "Odoo has more messages than were written",
        )
        for account, (ledger, rows) in enumerate(zip(ledgers, messages, strict=True)):
            got = defaultdict(list)  # by id, which may have been given to several
            for entry in ledger:
                got[entry["idMessage"]].append((entry["chatId"], essence(entry["message"])))
            for chat_id, text, state, id_message, is_being_checked in rows:
                words = f"account {account}, chat {chat_id}, {text!r}, id {id_message}: {state}"
                if state not in SENT:
                    self._blame("undecided", 1, f"{words}, being checked: {is_being_checked}")
                    continue
                entry = _find_same(got[id_message], chat_id, essence(text))
                if entry:
                    got[id_message].remove(entry)
                else:
                    self._blame("misjudged", 1, words)

    def judge_created(self, asked, found):
        """Count the groups and instances that there are more than once.

        :param asked: the names that were asked for, once each
        :param found: the names of all that there are at the service
        """
        for name, count in Counter(found).items():
            if name in asked:
                self._blame("created_twice", count - 1, f"{count} of {name}")

    def judge_chats(self, letters, chats):
        """Count the chats in Odoo that a customer has beyond the first.

        :param chats: of each account, Telegram IDs or phone forms
        """
        for account, ids in enumerate(chats):
            customers = {each.customer for each in letters if each.customer.account == account}
            for customer in customers:
                own = [each for each in ids if each in (customer.chat_id, customer.address)]
                self._blame("second_chats", max(0, len(own) - 1), f"account {account}: {own}")


def _find_same(entries, chat_id, text):
    """Return the entry of the ledger that is a message; a chat's number may be unknown to Odoo."""
    for entry in entries:
        if entry[1] == text and (entry[0] == chat_id or chat_id.endswith("@c.us")):
            return entry
    return None


def count_late(written, got):
    """Count the texts that came after one written later; equal ones are taken in their order."""
    places = defaultdict(list)
    for place, text in enumerate(written):
        places[text].append(place)
    late, furthest = 0, -1
    for text in got:
        if places[text]:
            place = places[text].pop(0)
            late += place < furthest
            furthest = max(furthest, place)
    return late


class Books:
    """Odoo's side, read from its database.

    :param connect: function that takes the name of a database and gives a psycopg2 connection
    """

    def __init__(self, connect, database, instance_ids):
        self._connect = connect
        self._database = database
        self._instance_ids = instance_ids

    def count_unsettled(self):
        """Return how many messages and events still wait for something."""
        return self._rows(UNSETTLED, {"ids": self._instance_ids})[0][0]

    def count_received(self, chat_ids):
        """Return how many messages of these chats have come in."""
        return self._rows(KNOWN_SOURCES, [self._instance_ids, list(chat_ids)])[0][0]

    def texts_of_mailings(self, mailing_ids):
        """Return the texts of the messages of some mailings."""
        return [text for (text,) in self._rows(MAILINGS, [list(mailing_ids)])]

    def messages(self):
        """Return for each account what it wrote, see ``Verdict.judge_odoo``."""
        found = {instance_id: [] for instance_id in self._instance_ids}
        for instance_id, *rest in self._rows(MESSAGES, [self._instance_ids]):
            chat_id, text, state, id_message, is_being_checked = rest
            found[instance_id].append((chat_id, text, state, id_message, is_being_checked))
        return list(found.values())

    def chats(self):
        """Return for each account the IDs of its chats, see ``Verdict.judge_chats``."""
        found = {instance_id: [] for instance_id in self._instance_ids}
        for instance_id, chat_id in self._rows(CHATS, [self._instance_ids]):
            found[instance_id].append(chat_id)
        return list(found.values())

    def _rows(self, query, values):
        with (
            closing(self._connect(self._database)) as connection,
            connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(query, values)
            return cursor.fetchall()
