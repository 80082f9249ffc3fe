# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""What the tests share: the local GREEN-API service, and an instance that talks to it.

Nothing in between is replaced: the real client calls the local service over HTTP.
"""

import atexit
import tempfile
import time
from contextlib import contextmanager, nullcontext
from urllib.parse import urlsplit

from odoo.fields import Command
from odoo.tests import HttpCase, TransactionCase, new_test_user
from odoo.tests.common import HOST, BaseCase, _super_send

from green_api_sandbox.phone import Phone
from green_api_sandbox.process import launch, stop

from .settings import EVERYTHING_ON

# One word that marks every secret of the tests: none of them may turn up anywhere.
SECRET_MARK = "d75b3a66TOPSECRET"
CUSTOMER_CHAT = "10000000"
CUSTOMER_PHONE = "+79998887766"
CLOCK_TOLERANCE = 1  # seconds between our clock and the local service's

ROLES = {
    "user": "telegram_green_api.group_user",
    "mailing": "telegram_green_api.group_mailing",
    "manager": "telegram_green_api.group_manager",
    "contacts": "base.group_partner_manager",
    "accounting": "account.group_account_invoice",
    "employee": "base.group_user",
    "portal": "base.group_portal",
    "system": "base.group_system",
}
# Odoo ends the children of its process after each class of tests, but not a child's children.
STARTER = ("sh", "-c", 'exec 3<&0; "$@" <&3 3<&- &', "sh")
_services = {}  # the running ones: (process, URL, folder), by their options


def _get_service(options):
    """Return the URL of a local service with these options, started when there is none.

    It ends with the tests' process. One whose clock was moved is of no use to the tests of other
    classes, since it cannot be turned back: they get a new one.
    """
    if options in _services:
        process, url, _folder = _services[options]
        if abs(Phone(url).now() - time.time()) < CLOCK_TOLERANCE:
            return url
        stop(process)
    folder = tempfile.TemporaryDirectory(prefix="telegram_sandbox_")
    process, url = launch(folder.name, 0, *options, starter=STARTER)
    process.wait()  # for the starter alone
    _services[options] = process, url, folder
    return url


@atexit.register
def _stop_services():
    for process, _url, _folder in _services.values():
        stop(process)


class LocalCallsCase(BaseCase):
    """Lets the real client call what runs on this machine."""

    @classmethod
    def _request_handler(cls, session, request, /, **kwargs):
        """Let calls to this machine pass as they are: Odoo's guard cannot read the client's
        timeouts, which are pairs."""
        if urlsplit(request.url).hostname == HOST:
            return _super_send(session, request, **kwargs)
        return super()._request_handler(session, request, **kwargs)


class SandboxCase(LocalCallsCase):
    """Gives the tests of a class the local service, with nothing of other tests in it."""

    sandbox_options = ()  # of its command line; classes with the same ones share a process
    _next_id_instance = 4100000001

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sandbox_url = _get_service(cls.sandbox_options)
        cls._reset_service()

    @classmethod
    def _reset_service(cls):
        """Make the local service forget everything: it knows no rollback."""
        Phone(cls.sandbox_url).reset()

    @classmethod
    def _create_phone(cls, **values):
        """Make an instance in the local service; return its phone, the token as an attribute."""
        phone = cls._prepare_phone()
        cls._register_phone(phone, **values)
        return phone

    @classmethod
    def _prepare_phone(cls):
        """Return the phone of an instance that the local service does not know yet."""
        SandboxCase._next_id_instance += 1
        phone = Phone(cls.sandbox_url, SandboxCase._next_id_instance)
        phone.token = f"{SECRET_MARK}{phone.id_instance}"
        return phone

    @classmethod
    def _register_phone(cls, phone, **values):
        """Make the instance of a phone in the local service."""
        values = {
            "stateInstance": "authorized",
            "settings": EVERYTHING_ON,
            "longPoll": False,  # an empty queue says so at once
            **values,
        }
        phone.create(apiTokenInstance=phone.token, **values)


def new_user(env, login, groups, **values):
    """Create a user without the e-mail that invites them, which takes longer than the user.

    :param groups: external IDs, separated by commas
    """
    return new_test_user(env, login, groups, {"no_reset_password": True}, **values).with_env(env)


class UserCase(TransactionCase):
    """Makes users by what they may do."""

    @classmethod
    def create_user(cls, login, *roles, **values):
        """Create a user.

        :param roles: names in ROLES
        :param values: further fields
        """
        groups = ",".join(ROLES[role] for role in roles)
        return new_user(cls.env, login, groups, **values)


class TelegramCase(SandboxCase, UserCase):
    """An authorized instance, a customer with a phone, and a salesperson who writes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.salesperson = cls.create_user("telegram_salesperson", "user", "contacts")
        cls.customer = cls.env["res.partner"].create(
            {
                "name": "Vasilisa Ivanova",
                "phone": "8 (999) 888-77-66",
                "country_id": cls.env.ref("base.ru").id,
            }
        )
        cls.phone = cls._prepare_phone()
        cls.instance = cls._create_instance(cls.phone)

    def setUp(self):
        super().setUp()
        self._reset_service()
        self._register_phone(self.phone)

    @classmethod
    def _create_instance(cls, phone, **values):
        instance = cls.env["telegram.instance"].create(
            {
                "name": "Sales",
                "id_instance": str(phone.id_instance),
                "api_token_new": phone.token,
                "api_url": cls.sandbox_url,
                "operator_ids": [Command.set(cls.salesperson.ids)],
            }
        )
        instance.write({"state": "authorized", "is_receiving_configured": True, **values})
        return instance

    @contextmanager
    def enter_registry_test_mode(self):
        """Enter the registry's test mode, unless HttpCase, which warns, has done so."""
        with nullcontext() if isinstance(self, HttpCase) else super().enter_registry_test_mode():
            yield

    def send_queue(self, instance=None):
        """Let the instance's send action run, as Odoo's scheduler would."""
        self._run((instance or self.instance).send_cron_id)

    def receive(self, instance=None):
        """Let the instance's receive action run, as Odoo's scheduler would."""
        self._run((instance or self.instance).receive_cron_id)

    def _run(self, cron):
        with self.enter_registry_test_mode():
            failed = cron.method_direct_trigger()
        self.assertIs(failed, True, "the scheduled action failed")

    def write_from(self, record, text, user=None):
        """Write from a record as a person does, and return the queued telegram.message."""
        record = record.with_user(user or self.salesperson)
        mail_message = record._message_telegram(text)
        return self.env["telegram.message"].search([("mail_message_ids", "in", mail_message.ids)])

    def finish_restart(self):
        """Let the time of the instance's restart pass."""
        self.phone.advance(61)
        version = 0
        while self.phone.instance()["stateInstance"] == "starting":
            version = self.phone.wait_for_change(version)

    def ingest(self, *bodies, instance=None):
        """Put notifications into the inbox as if they had arrived, and process them."""
        instance = instance or self.instance
        for body in bodies:
            self.env["telegram.event"]._ingest(instance, body)
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            env = self.env(cr=cr)
            env["telegram.event"]._process_inbox(instance.with_env(env))
        return self.env["telegram.event"].search(
            [("instance_id", "=", instance.id)], order="id desc", limit=len(bodies)
        )

    def make_report(self, **values):
        """Make a report of contacts that needs no wkhtmltopdf."""
        self.env["ir.ui.view"].create(
            {"name": "card", "type": "qweb", "key": "telegram_green_api.card", "arch": "<p>Hi</p>"}
        )
        return self.env["ir.actions.report"].create(
            {
                "name": "Card",
                "model": "res.partner",
                "report_type": "qweb-text",
                "report_name": "telegram_green_api.card",
                **values,
            }
        )

    def notification(self, text="Hi", **values):
        """Give an incoming text as the service reports it."""
        sender = {
            "chatId": CUSTOMER_CHAT,
            "chatType": "user",
            "sender": CUSTOMER_CHAT,
            "chatName": "Vasilisa",
            "senderName": "Vasilisa",
            "senderType": "user",
            "senderContactName": "",
            "senderPhoneNumber": int(CUSTOMER_PHONE[1:]),
        }
        return {
            "typeWebhook": "incomingMessageReceived",
            "instanceData": {"idInstance": int(self.instance.id_instance)},
            "timestamp": 1763115112,
            "idMessage": "1763115112345",
            "senderData": sender,
            "messageData": {
                "typeMessage": "textMessage",
                "textMessageData": {"textMessage": text},
            },
            **values,
        }

    def status(self, message, status, **values):
        """Give a status of a message as the service reports it."""
        return {
            "typeWebhook": "outgoingMessageStatus",
            "chatId": CUSTOMER_CHAT,
            "timestamp": 1769676080,
            "idMessage": message.id_message,
            "status": status,
            **values,
        }
