# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""What the API sends: the queue it waits in, and the ledger of what Telegram really got.

Functions that change something are called inside a transaction of the world.
"""

from . import account, chats, groups, message_content, messages, notifications
from .documents import Chat, Instance, JsonObject, Message
from .world import World

QUEUE = "queue"
LEDGER = "ledger"
QUEUE_LIFE = 24 * 60 * 60  # seconds
NO_ACCOUNT = "There is no Telegram account with this phone number"
NO_CHAT = "Chat not found"
DELETED = "The user is deleted"
NO_MEMBER = "The account is not a member of this group"
NOT_ANONYMOUS = "A poll in a channel has to be anonymous"


def enqueue(
    world: World,
    instance: Instance,
    method: str,
    body: JsonObject,
    data: JsonObject,
    request_number: int,
    look: JsonObject | None = None,
    repeats_id: bool = False,
) -> str:
    """Put a message of the API into the sending queue.

    :param body: the request's body, shown by showMessagesQueue
    :param data: its messageData
    :param look: what the phone shows of its words, when that is known already
    :param repeats_id: give it the id of a message in another chat, if there is one
    :return: its idMessage
    """
    id_message = (repeats_id and other_id(world, instance, body["chatId"])) or ""
    id_message = id_message or world.next_id_message(instance)
    item = {
        "idMessage": id_message,
        "type": method,
        "body": body,
        "data": data,
        "requestNumber": request_number,
        "look": look,
    }
    world.store.add_entry(instance.id_instance, QUEUE, item, world.clock.now())
    if instance.pace == "fast":
        # not left to the engine: who has the answer can look into the ledger
        send_due(world, instance)
    return id_message


def other_id(world: World, instance: Instance, wanted: str) -> str | None:
    """Return the id of the last message that the API has sent to another chat, or None."""
    chat = chats.find(world, instance, wanted)
    for message in messages.search(world, instance, outgoing=True, limit=100):
        if chat and message.send_by_api and message.chat_id != chat.chat_id:
            return message.id_message
    return None


def send_due(world: World, instance: Instance) -> float | None:
    """Send the messages that are due, in order.

    :return: the time when more is due, or None
    """
    now = world.clock.now()
    drop_expired(world, instance.id_instance)
    if instance.state_instance != "authorized" or instance.deleted or instance.expired:
        return None
    for number, created, item in world.store.entries(instance.id_instance, QUEUE):
        if instance.pace == "real":
            typing: float = item["body"].get("typingTime", 0) / 1000
            send_at = max(instance.next_send_at, created) + typing
            if send_at > now:
                return send_at
            pause = instance.settings["delaySendMessagesMilliseconds"] / 1000
            instance.next_send_at = send_at + pause
            world.save(instance)
        world.store.remove_entry(instance.id_instance, QUEUE, number)
        _send(world, instance, item)
        if instance.state_instance != "authorized":
            return None
    return None


def drop_expired(world: World, id_instance: int) -> None:
    world.store.drop_entries(id_instance, QUEUE, created_until=world.clock.now() - QUEUE_LIFE)


def _send(world: World, instance: Instance, item: JsonObject) -> None:
    body = item["body"]
    wanted = body["chatId"]
    chat = chats.find(world, instance, wanted) or chats.saved_messages(world, instance, wanted)
    if not chat:
        if wanted.endswith(chats.PHONE_SUFFIX):
            _report_unsent(world, instance, wanted, "noAccount", NO_ACCOUNT)
        else:
            _report_unsent(world, instance, wanted, "failed", NO_CHAT)
        return
    obstacle = _find_obstacle(instance, chat, body)
    if obstacle:
        _report_unsent(world, instance, wanted, "failed", obstacle)
        if chat.is_deleted:
            account.block_by_mistake(world, instance)
        return
    message = messages.new(
        world,
        instance,
        chat,
        instance.chat_id,
        item["data"],
        body.get("quotedMessageId"),
        id_message=item["idMessage"],
        send_by_api=True,
        **({"look": item["look"]} if item.get("look") else {}),
        is_anonymous=body.get("isAnonymous", False),
    )
    record_in_ledger(world, instance, message, item["requestNumber"])
    if instance.is_on("markIncomingMessagesReadedOnReply"):
        messages.read_by_account(world, instance, chat)
    messages.arrive(world, instance, message)


def _find_obstacle(instance: Instance, chat: Chat, body: JsonObject) -> str:
    """Return why Telegram does not take a message for this chat, or ""."""
    if chat.is_deleted:
        return DELETED
    if not groups.is_member(chat, instance.chat_id):
        return NO_MEMBER
    if chat.chat_type == "channel" and not body.get("isAnonymous", True):
        return NOT_ANONYMOUS
    return ""


def _report_unsent(
    world: World, instance: Instance, chat_id: str, status: str, reason: str
) -> None:
    body = notifications.status(world, instance, chat_id, status, description=reason)
    notifications.add(world, instance, body)


def record_in_ledger(
    world: World, instance: Instance, message: Message, request_number: int
) -> None:
    """Add to the ledger what Telegram received from the API; entries are never changed."""
    entry = {
        "chatId": message.chat_id,
        "idMessage": message.id_message,
        "typeMessage": message.data["typeMessage"],
        "message": message_content.words_of(message.data),
        **{key: message.look[key] for key in ("shown", "entities", "html")},
        "quotedMessageId": message.data.get("quotedMessage", {}).get("stanzaId", ""),
        "timestamp": message.timestamp,
        "requestNumber": request_number,
        "messageData": message.data,
    }
    world.store.add_entry(instance.id_instance, LEDGER, entry, world.clock.now())
