# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import re

from odoo.tests import tagged

from ... import const
from ...client import RefusedError
from ...client.notifications import NotificationError, decode_body, parse, read_body
from ...client.results import Step
from ..common import CUSTOMER_CHAT
from ..languages import find_latin
from .account_case import AccountCase

# The words of GREEN-API's documentation and of its known answers.
KNOWN_WORDS = (
    "bad request data",
    "Bad Request",
    "Validation failed",
    "Validation failed. Details: 'chatId' is required",
    "Validation failed. Details: 'message' is not allowed to be empty",
    "Validation failed. Details: 'foo' is not allowed",
    "Validation failed. Details: 'chatId' must be a string",
    "Validation failed. Details: 'value' must have at least 1 key",
    "Validation failed. Details: 'chatId' must be one of the next formats: 'user …'",
    "Unexpected token _ in JSON at position 12",
    "Parameter idInstance not an integer",
    "Parameter receiptId must be a Number!",
    "bad phone number, valid 11 or 12 digits",
    "File is empty",
    "File is too large",
    "request entity too large",
    "Unsupported media type",
    "File message encrypted url not found by chatId 1 and idMessage 2",
    "Message not found by chatId 1 and idMessage 2",
    "Chat not found by chatId 1",
    "Chat not found",
    "archiveChatError: chat 1 not found",
    "unarchiveChatError: chat 1 not found",
    "The message is too old to be edited",
    "Only text messages can be edited",
    "The user is deleted",
    "The account is not a member of this group",
    "interface conversion: interface {} is bool, not string",
    "Message cannot be received because custom webhook url is set",
    "Monthly quota has been exceeded. Please change the plan.",
    "Too Many Requests",
    "Bad Gateway",
)
KNOWN_REASONS = (
    "rate_limit_exceeded",
    "timeout",
    "rate-overlimit",
    "Timed Out",
    "Too many requests",
    "already a member",
    "participant not found",
    "you are not a member of this group",
)
QUOTED_NAME = re.compile(r"«\w+»")  # of a value in the request
STRANGE = "The moon is full"


@tagged("post_install", "-at_install")
class TestServiceWords(AccountCase):
    """GREEN-API gives its reasons in English, which not all users read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("ru_RU")

    def setUp(self):
        super().setUp()
        self.russian = self.instance.with_context(lang="ru_RU")

    def test_known(self):
        """A reason that GREEN-API is known to give is shown in English."""
        for words in KNOWN_WORDS:
            with self.subTest(words):
                error = RefusedError("sendMessage", const.CODE_BAD_REQUEST, detail=words)
                message = self.russian._get_error_message(error)
                self.assertEqual(find_latin(QUOTED_NAME.sub("", message)), [], message)
        for reason in KNOWN_REASONS:
            with self.subTest(reason):
                step = Step(False, reason, {})
                self.assertEqual(find_latin(self.russian._get_step_message(step)), [])

    def test_known_says_what(self):
        """The name of the value that is wrong is lost in translation."""
        words = "Validation failed. Details: 'chatId' is required"
        error = RefusedError("sendMessage", const.CODE_BAD_REQUEST, detail=words)
        message = self.instance._get_error_message(error)
        self.assertEqual(message, "GREEN-API refused the request. The value “chatId” is missing.")

    def test_unknown(self):
        """An unknown reason is lost, or stands in a Russian sentence as if it were part of it."""
        error = RefusedError("sendMessage", const.CODE_BAD_REQUEST, detail=STRANGE)
        step = Step(False, STRANGE, {})
        for message in (
            self.russian._get_error_message(error),
            self.russian._get_step_message(step),
        ):
            self.assertIn(f"Причина, которую назвал GREEN-API: «{STRANGE}»", message)
            self.assertEqual(find_latin(message.replace(STRANGE, "")), [])

    def test_says_nothing(self):
        """What the sentence has said is said again, in English."""
        error = RefusedError(
            "sendMessage", const.CODE_QUOTA, detail="Monthly quota has been exceeded"
        )
        plain = RefusedError("sendMessage", const.CODE_QUOTA)
        texts = [self.instance._get_error_message(each) for each in (error, plain)]
        self.assertEqual(*texts)

    def test_failed_message(self):
        """The reason of a message that Telegram did not accept is on its form."""
        for words, shown in (
            ("The user is deleted", "The recipient has deleted the Telegram account."),
            (STRANGE, f"Reason given by GREEN-API: “{STRANGE}”"),
        ):
            with self.subTest(words):
                message = self.instance.send_text(CUSTOMER_CHAT, "Hi")
                self.send_queue()
                self.ingest(self.status(message, "failed", description=words))
                self.assertEqual(
                    message.failure_reason, f"Telegram did not accept the message. {shown}"
                )

    def test_sign_in(self):
        """A reason of a refused sign-in that nobody knows is quoted behind a sentence."""
        dialog = self.env["telegram.sign.in"].create({"instance_id": self.instance.id})
        message = dialog.with_context(lang="ru_RU")._get_reason_message(STRANGE)
        self.assertEqual(find_latin(message.replace(STRANGE, "")), [])
        self.assertIn(STRANGE, message)


@tagged("post_install", "-at_install")
class TestNamedStates(AccountCase):
    """Names that GREEN-API's programs use are shown to people."""

    def get_text(self, **body):
        return self.instance._get_notification_summary(body)["text"]

    def test_summary(self):
        """A waiting event shows "delivered", "authorized" or "locationMessage"."""
        instance = {"typeWebhook": "stateInstanceChanged"}
        status = {"typeWebhook": "outgoingMessageStatus", "chatId": "1", "idMessage": "2"}
        self.assertEqual(self.get_text(**instance, stateInstance="authorized"), "Signed In")
        self.assertEqual(self.get_text(**instance, stateInstance="new"), "new")
        self.assertEqual(self.get_text(**status, status="delivered"), "Delivered")
        self.assertEqual(self.get_text(**status, status="noAccount"), "No Telegram account")
        words = self.get_text(**status, status="failed", description="The user is deleted")
        self.assertEqual(
            words,
            "Telegram did not accept the message. The recipient has deleted the Telegram account.",
        )

    def test_unreadable(self):
        """The reason why an event was set aside is in the words of a program."""
        message = self.notification()
        no_chat = {**message, "senderData": {}}
        wrong_chat = {**message, "senderData": {"chatId": "?"}}
        russian = self.env["telegram.event"].with_context(lang="ru_RU")
        self.env["res.lang"]._activate_lang("ru_RU")
        deep = "[" * 1000 + "]" * 1000
        large = b" " * (const.NOTIFICATION_MAX_BYTES + 1)
        for body, words in (
            (decode_body("{"), "не является допустимым JSON"),
            (decode_body(deep), "Уровней вложенности"),
            (read_body(large), "больше 4 МБ"),
            ([1], "не является объектом JSON"),
            (no_chat, "нет значения «chatId»"),
            (wrong_chat, "«?» не является ID чата"),
        ):
            with self.subTest(words), self.assertRaises(NotificationError) as raised:
                parse(body)
            text = russian._get_unreadable_message(raised.exception)
            self.assertIn(words, text)
            self.assertEqual(find_latin(text), [])
