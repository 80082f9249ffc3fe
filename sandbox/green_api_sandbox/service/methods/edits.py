# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Messages that were sent: edited and deleted."""

from ...world import edits, message_content, messages
from ...world.documents import JsonObject, Message
from ..errors import ServiceError
from ..fields import boolean, chat_id, text
from ..registry import EMPTY, Call, method

EDIT_LIFE = 48 * 60 * 60  # seconds


@method(
    "editMessage",
    "POST",
    chat_id(),
    text("idMessage"),
    text("message", high=4096),
    needs_session=True,
)
def edit_message(call: Call) -> JsonObject:
    """Edit an outgoing text that is at most two days old, as in Telegram."""
    message = _sent_message(call)
    if not message_content.is_text(message.data):
        raise ServiceError("Only text messages can be edited")
    if call.world.clock.now() > message.timestamp + EDIT_LIFE:
        raise ServiceError("The message is too old to be edited")
    edits.edit(call.world, call.instance, message, call.values["message"], call.number)
    return {"idMessage": message.id_message}


@method(
    "deleteMessage",
    "POST",
    chat_id(),
    text("idMessage"),
    boolean("onlySenderDelete"),
    needs_session=True,
)
def delete_message(call: Call) -> object:
    for_everyone = not call.values["onlySenderDelete"]
    edits.delete(call.world, call.instance, _sent_message(call), call.number, for_everyone)
    return EMPTY


def _sent_message(call: Call) -> Message:
    """Return the account's own message that is named in the request."""
    chat, wanted = call.values["chatId"], call.values["idMessage"]
    message = messages.find(call.world, call.instance, chat, wanted)
    if not message or not message.outgoing or message.is_deleted:
        raise ServiceError(f"Message not found by chatId {chat} and idMessage {wanted}")
    return message
