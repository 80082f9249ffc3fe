# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Sending: everything that goes through the queue.

A method here only turns its fields into the messageData of the message; queueing and answering
are the same for all.
"""

from .. import chats, messages
from ..errors import ServiceError
from ..fields import QUOTE, TYPING, Field, boolean, chat_id, integer, number, text, validate
from .registry import method

PLAIN = messages.PLAIN
CONTACT = (
    integer("phoneContact", 1, required=True),
    *(
        text(name, required=False, may_be_empty=True)
        for name in ("firstName", "middleName", "lastName", "company")
    ),
)


def sending(name, *fields):
    """Declare a function (values of the request -> messageData) as a sending method."""

    def declare(make_data):
        @method(name, "POST", chat_id(), *fields, QUOTE, *TYPING, rps=50)
        def send(call):
            return queue_message(call, name, make_data(call.values))

        return make_data

    return declare


def queue_message(call, name, data):
    """Put what the call wants to send into the queue; the service's answer is given back."""
    check_queue_open(call.instance)
    id_message = messages.enqueue(call.world, call.instance, name, call.values, data, call.number)
    return {"idMessage": id_message}


def check_queue_open(instance):
    """The queue takes messages in every state, unless the instance is told otherwise."""
    if not instance.queue_while_offline:
        check_session(instance)


def check_session(instance):
    if instance.state_instance == "starting":
        raise ServiceError("instance in starting process try later")
    if instance.state_instance != "authorized":
        raise ServiceError("instance is starting or not authorized")


@sending("sendMessage", text("message", high=4096))
def send_message(values):
    return messages.text_data(values["message"])


@sending(
    "sendLocation",
    number("latitude", -90, 90, required=True),
    number("longitude", -180, 180, required=True),
)
def send_location(values):
    place = {"latitude": values["latitude"], "longitude": values["longitude"], **PLAIN}
    return {"typeMessage": "locationMessage", "locationMessageData": place}


@sending("sendContact", Field("contact", "object", required=True))
def send_contact(values):
    contact = values["contact"]
    validate(CONTACT, contact)
    data = {
        "phoneContact": str(contact["phoneContact"]),
        "firstName": contact.get("firstName", ""),
        "lastName": contact.get("lastName", ""),
        "vcard": "",
        "chatId": "",
        **PLAIN,
    }
    return {"typeMessage": "contactMessage", "contactMessageData": data}


@sending(
    "sendPoll",
    text("message", high=255),
    Field("options", "array", required=True, low=2, high=12),
    Field("type", choices=("regular", "quiz")),
    boolean("multipleAnswers"),
    boolean("isAnonymous", default=True),
    integer("correctOptionId", 0),
)
def send_poll(values):
    """Options are taken as strings and as objects: the service's pages and clients disagree."""
    options = [
        option if isinstance(option, dict) else {"optionName": option}
        for option in values["options"]
    ]
    for option in options:
        validate((text("optionName", high=100),), option)
    poll = {
        "name": values["message"],
        "options": options,
        "multipleAnswers": values["multipleAnswers"],
        **PLAIN,
    }
    return {"typeMessage": "pollMessage", "pollMessageData": poll}


@sending(
    "sendFileByUrl",
    text("urlFile"),
    text("fileName"),
    text("caption", required=False, high=1024, may_be_empty=True),
)
def send_file_by_url(values):
    """The file is not fetched: what the customer gets is the same link."""
    return messages.file_data(values["urlFile"], values["fileName"], values.get("caption", ""))


@method(
    "forwardMessages",
    "POST",
    chat_id(),
    chat_id("chatIdFrom"),
    Field("messages", "array", required=True, low=1),
    TYPING[0],
)
def forward_messages(call):
    """All of them or none: an id that the source chat does not have is refused."""
    check_queue_open(call.instance)
    source = chats.find(call.world, call.instance, call.values["chatIdFrom"])
    wanted = call.values["messages"]
    found = [
        source and messages.get(call.world, call.instance, source.chat_id, id_message)
        for id_message in wanted
    ]
    if not all(found):
        raise ServiceError(f"Message not found by chatId {call.values['chatIdFrom']}")
    body = {"chatId": call.values["chatId"], "chatIdFrom": call.values["chatIdFrom"]}
    return {
        "messages": [
            messages.enqueue(
                call.world,
                call.instance,
                "forwardMessages",
                body,
                messages.forwarded(message.data),
                call.number,
            )
            for message in found
        ]
    }
