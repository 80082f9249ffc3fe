# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Whether receiving gets slower with what is stored; runs inside an Odoo process.

Two databases take turns in processing what came in from some customers. Their own past is the same
in both; only one has the many others, with theirs.
"""

import time
from statistics import median

from .account import measure, tidy
from .history import environment, fill
from .measure import median_ratio

CHATS = 100  # that write
BATCH = 100
ROUNDS = 20
FIRST_CHAT = 60000000
MAKE_CHATS = """
    WITH partner AS (
        INSERT INTO res_partner (name, complete_name, phone, phone_sanitized, active, type, color,
                                 is_company, partner_share, create_uid, write_uid, create_date,
                                 write_date, autopost_bills)
        SELECT 'Customer ' || number, 'Customer ' || number, '+' || 79300000000 + number,
               '+' || 79300000000 + number, TRUE, 'contact', 0, FALSE, TRUE, 1, 1, now(), now(),
               'ask'
          FROM generate_series(1, %(chats)s) AS number
     RETURNING id, name, phone_sanitized
    )
    INSERT INTO telegram_chat (instance_id, company_id, telegram_id, chat_type, name, phone,
                               partner_id, active, last_received_date, create_uid, write_uid,
                               create_date, write_date)
    SELECT %(instance)s, %(company)s, (60000000 + row_number() OVER (ORDER BY id) - 1)::text,
           'user', name, phone_sanitized, id, TRUE, now() AT TIME ZONE 'UTC', 1, 1, now(), now()
      FROM partner
"""


def main(env, say, *, large_database, chats, messages):
    """Measure.

    :param str large_database: another database with the addon, not used so far
    :param int chats: stored there
    :param int messages: stored there
    :return: milliseconds for a message in this one and in the large one, and how many times as
        much work it is there, by the processors
    """
    with environment(large_database) as large_env:
        sides = [Side(env, 0), Side(large_env, 1)]
        say(f"store {messages:,} messages")
        # Those who write have the same past on both sides: what they answer is the same work.
        sides[0].make_chats(CHATS)
        fill(sides[0], CHATS * messages // chats, CHATS)
        sides[1].make_chats(chats)
        fill(sides[1], messages, chats)
        costs = [[], []]
        for number in range(-1, ROUNDS):
            say(f"receive, {number + 1} of {ROUNDS}")
            for which in (0, 1) if number % 2 else (1, 0):
                cost = sides[which].receive()
                if number >= 0:  # the first one makes the conversations
                    costs[which].append(cost.processor / BATCH * 1000)
    return [median(each) for each in costs], median_ratio(costs[1], costs[0])


class Side:
    """An account in one of the databases.

    :param int number: that tells the accounts apart
    """

    def __init__(self, env, number):
        self.env = env
        self._written = 0
        self.instance = env["telegram.instance"].create(
            {
                "name": "Bench",
                "id_instance": str(4100000401 + number),
                "api_url": "http://127.0.0.1:9",  # nothing is asked
                "api_token_new": "token",
                "operator_ids": [(6, 0, env.ref("base.user_admin").ids)],
            }
        )
        env.cr.commit()

    def make_chats(self, count):
        """Store chats with a contact each."""
        self.env.cr.execute(
            MAKE_CHATS,
            {
                "chats": count,
                "instance": self.instance.id,
                "company": self.instance.company_id.id,
            },
        )
        tidy(self.env)

    def receive(self):
        """Receive a batch of texts; return the Cost of processing it."""
        events = self.env["telegram.event"]
        for _number in range(BATCH):
            self._written += 1
            events._ingest(self.instance, self._make_body(self._written))
        self.env.cr.commit()
        return measure(lambda: events._process_inbox(self.instance), self.env)

    def _make_body(self, number):
        chat_id = str(FIRST_CHAT + number % CHATS)
        sender = {"chatId": chat_id, "chatType": "user", "sender": chat_id}
        return {
            "typeWebhook": "incomingMessageReceived",
            "timestamp": int(time.time()),
            "idMessage": f"new{number}",
            "senderData": {**sender, "senderName": f"Customer {number % CHATS + 1}"},
            "messageData": {
                "typeMessage": "textMessage",
                "textMessageData": {"textMessage": f"Good day! {number}"},
            },
        }
