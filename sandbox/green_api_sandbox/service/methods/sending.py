# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Sending: everything that goes through the queue.

A method here only turns its fields into the messageData of the message; queueing and answering
are the same for all.
"""

from collections.abc import Callable

from ...world import message_content, messages, send_queue
from ...world.documents import JsonObject
from ...world.faults import SAME_ID, WRONG_ID
from ..errors import ServiceError, invalid
from ..fields import QUOTE, TYPING, Field, boolean, chat_id, integer, number, text, validate
from ..registry import Call, method
from ..session import check_queue_open

CONTACT = (
    integer("contact.phoneContact", 1, required=True),
    *(
        text(f"contact.{name}", required=False, may_be_empty=True)
        for name in ("firstName", "middleName", "lastName", "company")
    ),
)
OPTION = (text("optionName", high=100),)

MakeData = Callable[[JsonObject], JsonObject]


def sending_method(name: str, *fields: Field) -> Callable[[MakeData], MakeData]:
    """Declare a function (values of the request -> messageData) as a sending method."""

    def declare(make_data: MakeData) -> MakeData:
        @method(name, "POST", chat_id(), *fields, QUOTE, *TYPING, rps=50, quota="chats")
        def send(call: Call) -> JsonObject:
            return queue_message(call, name, make_data(call.values))

        return make_data

    return declare


def queue_message(call: Call, name: str, data: JsonObject) -> JsonObject:
    """Queue what the call sends; return the answer of the service."""
    check_queue_open(call.instance)
    wrong = None
    if call.has_fault(WRONG_ID):
        wrong = send_queue.other_id(call.world, call.instance, call.values["chatId"])
    id_message = send_queue.enqueue(
        call.world,
        call.instance,
        name,
        call.values,
        data,
        call.number,
        repeats_id=call.has_fault(SAME_ID),
    )
    return {"idMessage": wrong or id_message}


@sending_method("sendMessage", text("message", high=4096))
def send_message(values: JsonObject) -> JsonObject:
    return message_content.text(values["message"])


@sending_method(
    "sendLocation",
    number("latitude", -90, 90, required=True),
    number("longitude", -180, 180, required=True),
)
def send_location(values: JsonObject) -> JsonObject:
    return message_content.location(values["latitude"], values["longitude"])


@sending_method("sendContact", Field("contact", "object", required=True))
def send_contact(values: JsonObject) -> JsonObject:
    card = values["contact"]
    validate(CONTACT, {f"contact.{name}": value for name, value in card.items()})
    names = card.get("firstName", ""), card.get("lastName", "")
    return message_content.contact(card["phoneContact"], *names)


@sending_method(
    "sendPoll",
    text("message", high=255),
    Field("options", "array", required=True, low=2, high=12),
    Field("type", choices=("regular", "quiz")),
    boolean("multipleAnswers"),
    boolean("isAnonymous", default=True),
    integer("correctOptionId", 0),
)
def send_poll(values: JsonObject) -> JsonObject:
    """Return a poll; options may be strings or objects, as the service's documents disagree."""
    options = [
        option if isinstance(option, dict) else {"optionName": option}
        for option in values["options"]
    ]
    for option in options:
        validate(OPTION, option)
    if values.get("type") == "quiz" and values["multipleAnswers"]:
        raise invalid("'multipleAnswers' is for the type regular only")
    if values.get("correctOptionId", 0) >= len(options):
        raise invalid(f"'correctOptionId' must be less than {len(options)}")
    names = [option["optionName"] for option in options]
    return message_content.poll(values["message"], names, values["multipleAnswers"])


@sending_method(
    "sendFileByUrl",
    text("urlFile"),
    text("fileName"),
    text("caption", required=False, high=1024, may_be_empty=True),
)
def send_file_by_url(values: JsonObject) -> JsonObject:
    """Return a file that keeps its link: it is not downloaded."""
    return message_content.file(values["urlFile"], values["fileName"], values.get("caption", ""))


@method(
    "forwardMessages",
    "POST",
    chat_id(),
    chat_id("chatIdFrom"),
    Field("messages", "array", required=True, low=1, items="string"),
    TYPING[0],
    quota="chats",
)
def forward_messages(call: Call) -> JsonObject:
    """Forward all messages, or none when the source chat does not have one of them."""
    world, instance, values = call.world, call.instance, call.values
    check_queue_open(instance)
    wanted = values["messages"]
    found = [messages.find(world, instance, values["chatIdFrom"], each) for each in wanted]
    originals = [message for message in found if message]
    if len(originals) < len(found):
        raise ServiceError(f"Message not found by chatId {values['chatIdFrom']}")
    return {
        "messages": [
            send_queue.enqueue(
                world,
                instance,
                "forwardMessages",
                {**values, "messages": [message.id_message]},
                message_content.forwarded(message.data),
                call.number,
                message.look,
                call.has_fault(SAME_ID),
            )
            for message in originals
        ]
    }
