# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Sending: everything that goes through the queue.

A method here only turns its fields into the messageData of the message; queueing and answering
are the same for all.
"""

from .. import messages
from ..errors import ServiceError
from ..fields import QUOTE, TYPING, Field, chat_id, number, text
from .registry import method

PLAIN = messages.PLAIN


def sending(name, *fields):
    """Declare a function (values of the request -> messageData) as a sending method."""

    def declare(make_data):
        @method(name, "POST", chat_id(), *fields, QUOTE, *TYPING, rps=50)
        def send(call):
            check_queue_open(call.instance)
            data = make_data(call.values)
            id_message = messages.enqueue(
                call.world, call.instance, name, call.values, data, call.number
            )
            return {"idMessage": id_message}

        return make_data

    return declare


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
    data = {
        "phoneContact": str(contact.get("phoneContact", "")),
        "firstName": contact.get("firstName", ""),
        "lastName": contact.get("lastName", ""),
        "vcard": "",
        "chatId": "",
        **PLAIN,
    }
    return {"typeMessage": "contactMessage", "contactMessageData": data}
