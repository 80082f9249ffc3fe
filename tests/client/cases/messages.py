# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import io
from unittest.mock import ANY

from ....client import results
from .base import (
    DONE,
    FORM,
    GROUP,
    IVAN,
    SENT,
    VASILISA,
    Case,
    picture,
    received,
    received_file,
    waiting,
)

TYPING = {"typing_time": 2000, "typing_type": "upload_photo"}
TYPING_SENT = {"typingTime": 2000, "typingType": "upload_photo"}

SENDING = [
    Case(
        "sendMessage",
        "POST",
        lambda client, _: client.send_message("79998887766@c.us", "Hello"),
        {"chatId": "79998887766@c.us", "message": "Hello"},
        SENT,
    ),
    Case(
        "sendMessage",
        "POST",
        lambda client, _: client.send_message(GROUP, "Hello", quoted_message_id="7", **TYPING),
        {"chatId": GROUP, "message": "Hello", "quotedMessageId": "7", **TYPING_SENT},
        SENT,
    ),
    Case(
        "sendFileByUpload",
        "POST",
        lambda client, _: client.send_file_by_upload(
            VASILISA, picture(), "Счёт №7.jpg", caption="Ваш счёт", quoted_message_id="7"
        ),
        {
            "chatId": VASILISA,
            "fileName": "Счёт №7.jpg",
            "caption": "Ваш счёт",
            "quotedMessageId": "7",
            "file": "Счёт №7.jpg",
        },
        results.SentFile(ANY, url_file=ANY),
        headers=FORM,
    ),
    Case(
        "sendFileByUrl",
        "POST",
        lambda client, _: client.send_file_by_url(
            VASILISA, "https://example.com/a.png", "a.png", caption="Invoice", **TYPING
        ),
        {
            "chatId": VASILISA,
            "urlFile": "https://example.com/a.png",
            "fileName": "a.png",
            "caption": "Invoice",
            **TYPING_SENT,
        },
        SENT,
    ),
    Case(
        "uploadFile",
        "POST",
        lambda client, _: client.upload_file(io.BytesIO(b"some text"), "note.txt"),
        "some text",
        results.FileLink(ANY),
        headers={"Content-Type": "text/plain", "Ga-Filename": "note.txt", "Content-Length": "9"},
    ),
    Case(
        "sendLocation",
        "POST",
        lambda client, _: client.send_location(VASILISA, 44.9370129, 89, **TYPING),
        {"chatId": VASILISA, "latitude": 44.9370129, "longitude": 89.0, **TYPING_SENT},
        SENT,
    ),
    Case(
        "sendContact",
        "POST",
        lambda client, _: client.send_contact(VASILISA, "79876543210", "Jane", company="Shop"),
        {
            "chatId": VASILISA,
            "contact": {"phoneContact": 79876543210, "firstName": "Jane", "company": "Shop"},
        },
        SENT,
    ),
    Case(
        "sendPoll",
        "POST",
        lambda client, _: client.send_poll(
            GROUP, "When?", ["Today", "Tomorrow"], multiple_answers=True, is_anonymous=False
        ),
        {
            "chatId": GROUP,
            "message": "When?",
            "options": [{"optionName": "Today"}, {"optionName": "Tomorrow"}],
            "multipleAnswers": True,
            "isAnonymous": False,
        },
        SENT,
    ),
    Case(
        "sendPoll",
        "POST",
        lambda client, _: client.send_poll(GROUP, "2 + 2", ["3", "4"], correct_option_id=1),
        {
            "chatId": GROUP,
            "message": "2 + 2",
            "options": [{"optionName": "3"}, {"optionName": "4"}],
            "type": "quiz",
            "correctOptionId": 1,
        },
        SENT,
    ),
    Case(
        "forwardMessages",
        "POST",
        lambda client, known: client.forward_messages(IVAN, VASILISA, [known], typing_time=1000),
        lambda known: {
            "chatId": IVAN,
            "chatIdFrom": VASILISA,
            "messages": [known],
            "typingTime": 1000,
        },
        results.ForwardedMessages((ANY,)),
        before=received,
    ),
]

RECEIVING = [
    Case(
        "receiveNotification",
        "GET",
        lambda client, _: client.receive_notification(7),
        result=results.WaitingNotification(ANY, {"typeWebhook": "test"}),
        query={"receiveTimeout": "7"},
        before=waiting,
    ),
    Case(
        "receiveNotification",
        "GET",
        lambda client, _: client.receive_notification(),
        query={"receiveTimeout": "5"},
    ),
    Case(
        "deleteNotification",
        "DELETE",
        lambda client, receipt_id: client.delete_notification(receipt_id),
        result=DONE,
        before=waiting,
        tail="/{}",
    ),
    Case(
        "deleteNotification",
        "DELETE",
        lambda client, _: client.delete_notification(999999),
        result=results.Step(False, ANY),
        tail="/999999",
    ),
    Case(
        "downloadFile",
        "POST",
        lambda client, known: client.download_file(VASILISA, known),
        lambda known: {"chatId": VASILISA, "idMessage": known},
        results.FileLink(ANY),
        before=received_file,
    ),
]
