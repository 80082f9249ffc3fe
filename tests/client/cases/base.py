# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""How a call of the client is described, and what the calls have in common."""

import io
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import ANY

from ....client import results

GROUP = "-10000000000000"
VASILISA = "10000000"
IVAN = "10000001"
OWNER = "20000000"
FORM = {"Content-Type": "multipart/form-data"}
JPEG = b"\xff\xd8\xff\xe0 a picture"
DONE = results.Step(True, "")
SENT = results.SentMessage(ANY)


@dataclass
class Case:
    """A call of the client, made against an instance of its own.

    ``call`` and ``body`` get what ``before`` gave, after the client. ``body`` is what was sent:
    the JSON, the fields of a form, or a text. ``result`` is compared without the raw answers.
    """

    method: str
    verb: str
    call: Any
    body: Any = None
    result: Any = None
    query: dict = field(default_factory=dict)
    headers: dict = field(default_factory=dict)
    phone: dict = field(default_factory=dict)  # what the instance is like
    before: Any = None  # function of the client and the phone
    tail: str = ""  # what follows the token


def picture():
    return io.BytesIO(JPEG)


def sent(client, _phone):
    return client.send_message(VASILISA, "Hello").id_message


def received(_client, phone):
    return phone.write(VASILISA, "Hi")


def received_file(_client, phone):
    return phone.write_file(VASILISA, "offer.pdf", b"%PDF", "Offer")


def waiting(_client, phone):
    return phone.notify({"typeWebhook": "test"})[0]


def offered_code(client, phone):
    client.start_authorization("79876543210")
    return phone.instance()["loginCode"]


def group(client, _phone):
    return client.create_group("Buyers", [VASILISA]).chat_id


def group_with_ivan(client, phone):
    chat_id = group(client, phone)
    client.add_group_participant(chat_id, IVAN)
    return chat_id


def group_with_admin(client, phone):
    chat_id = group_with_ivan(client, phone)
    client.set_group_admin(chat_id, IVAN)
    return chat_id


def archived(client, phone):
    received(client, phone)
    client.archive_chat(VASILISA)


SIGNED_OUT = {"stateInstance": "notAuthorized"}
PENDING = {"stateInstance": "pendingPassword", "twoFactorPassword": "swordfish"}
PHONE_LESS = {"stateInstance": "starting"}
# The service's queue is not sent while there is no session.
QUEUEING = {"stateInstance": "notAuthorized", "pace": "real"}
