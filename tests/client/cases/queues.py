# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from unittest.mock import ANY

from ....client import results
from ....client.message_data import JournalMessage
from .base import DONE, QUEUEING, VASILISA, Case, received, sent, waiting

NO_NAMES = {"chat_type": "user", "chat_name": "", "sender": "", "sender_phone": ""}


def journal(**values):
    """Give a JournalMessage with the usual values."""
    usual = {
        "id_message": ANY,
        "timestamp": ANY,
        "chat_id": VASILISA,
        "sender_name": "",
        "is_incoming": False,
        "is_via_api": False,
        "type_message": "textMessage",
        "quoted_id_message": "",
        "status": "",
        "is_edited": False,
        "is_deleted": False,
        **NO_NAMES,
    }
    return JournalMessage(**{**usual, **values})


OUTGOING = journal(text="Hello", is_via_api=True, status="delivered")
INCOMING = journal(text="Hi", is_incoming=True, sender_name="Vasilisa")

JOURNALS = [
    Case(
        "getChatHistory",
        "POST",
        lambda client, _: client.get_chat_history(VASILISA, 5),
        {"chatId": VASILISA, "count": 5},
        [OUTGOING],
        before=sent,
    ),
    Case(
        "getMessage",
        "POST",
        lambda client, known: client.get_message(VASILISA, known),
        lambda known: {"chatId": VASILISA, "idMessage": known},
        INCOMING,
        before=received,
    ),
    Case(
        "lastIncomingMessages",
        "GET",
        lambda client, _: client.last_incoming_messages(),
        result=[INCOMING],
        before=received,
    ),
    Case(
        "lastOutgoingMessages",
        "GET",
        lambda client, _: client.last_outgoing_messages(60),
        result=[OUTGOING],
        query={"minutes": "60"},
        before=sent,
    ),
]

QUEUES = [
    Case(
        "showMessagesQueue",
        "GET",
        lambda client, _: client.show_messages_queue(),
        result=[
            results.QueuedMessage(
                ANY, "sendMessage", VASILISA, {"chatId": VASILISA, "message": "Hello"}
            )
        ],
        phone=QUEUEING,
        before=sent,
    ),
    Case(
        "getMessagesCount",
        "GET",
        lambda client, _: client.get_messages_count(),
        result=1,
        phone=QUEUEING,
        before=sent,
    ),
    Case("clearMessagesQueue", "GET", lambda client, _: client.clear_messages_queue(), result=DONE),
    Case(
        "getWebhooksCount",
        "GET",
        lambda client, _: client.get_webhooks_count(),
        result=1,
        before=waiting,
    ),
    Case(
        "clearWebhooksQueue",
        "DELETE",
        lambda client, _: client.clear_webhooks_queue(),
        result=DONE,
    ),
    Case(
        "clearWebhooksQueue",
        "DELETE",
        lambda client, _: client.clear_webhooks_queue(),
        result=results.Step(False, "Too many requests", retry_after=ANY),
        before=lambda client, _: client.clear_webhooks_queue(),
    ),
]
