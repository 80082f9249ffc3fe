# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
# pylint: disable=translation-required  # what users write
"""Every screen of the addon, opened in a browser in one language, and all texts on it."""

import json
import re
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from odoo import fields
from odoo.fields import Command
from odoo.tests.common import ChromeBrowser
from odoo.tools import mute_logger

from ..access.access_matrix import DIALOGS, MODELS
from ..common import CUSTOMER_CHAT, CUSTOMER_PHONE, TelegramCase
from .browser_case import TourCase

ADDON = "telegram_green_api"
SCRIPT = (Path(__file__).parent / "read_screens.js").read_text(encoding="utf-8")
SHOWN = re.compile(r"shown: (\{.*\})")
STRANGER_CHAT = "30000000"
SAMPLES = Path(__file__).parents[1] / "data" / "notifications"
MESSAGE_KINDS = ("contact", "document", "location", "poll", "sticker")
# Their keys with words of people.
WRITTEN = {"caption", "displayName", "name", "nameLocation", "address", "optionName"}
WRITTEN |= {"firstName", "lastName", "company"}
# Account, customer, stranger, text, and a title.
WORDS = {
    "en_US": ("Sales", "Vasilisa", "Delivery", "Good afternoon!", "Autumn"),
    "ru_RU": ("Продажи", "Василиса", "Доставка", "Добрый день!", "Осень"),
}


class LanguageCase(TelegramCase, TourCase):
    """Opens the screens in a language.

    ``self.found`` has the texts of each by its name, ``self.cut`` those that are not wide enough.
    """

    browser_size = "1400x900"
    lang = "en_US"

    def setUp(self):
        super().setUp()
        self.found, self.cut = {}, {}
        if self.lang != "en_US":
            self.env["res.lang"]._activate_lang(self.lang)
            modules = self.env["ir.module.module"].search([("state", "=", "installed")])
            modules._update_translations([self.lang])
        self.user = self.env.ref("base.user_admin")
        self.words = WORDS[self.lang]
        self.add_people()
        self.add_conversations()
        self.add_records()

    def read_screens(self, screens):
        """Open screens one after the other; return the texts of each by its name.

        :param screens: (name, action, options) of each; see read_screens.js
        """
        screens = list(screens)
        url = f"/odoo/action-{ADDON}.telegram_inbox_action"
        with self.listen(), mute_logger("odoo.http"):  # refusals
            self.browser_js(
                url,
                f"const SCREENS = {json.dumps(screens)};\n{SCRIPT}",
                "odoo.isReady === true",
                "admin",
                timeout=90,
            )
        self.assertEqual(set(self.found), {name for name, *_ in screens} | {"menu"})
        self.assertEqual(self.leaks, [], "a token went to the browser")
        return self.found

    @contextmanager
    def listen(self):
        """Collect what the script reports."""
        original = ChromeBrowser._handle_console

        def on_console(browser, *args, **kwargs):
            for each in kwargs.get("args", ()):
                if found := SHOWN.match(str(each.get("value", ""))):
                    screen = json.loads(found[1])
                    self.found[screen["name"]] = screen["texts"]
                    self.cut[screen["name"]] = screen["cut"]
            return original(browser, *args, **kwargs)

        with patch.object(ChromeBrowser, "_handle_console", on_console):
            yield

    # === RECORDS === #

    def add_people(self):
        """Create an account and a customer as a person does who reads the language."""
        account, customer, *_others = self.words
        self.user.write({"lang": self.lang, "name": customer, "tz": "Europe/Moscow"})
        self.user.group_ids |= self.env.ref(f"{ADDON}.group_mailing")
        self.salesperson.name = account
        self.env.company.partner_id.write({"lang": self.lang, "name": account})
        # These two were created by a user who reads English.
        self.instance.active = self.customer.active = False
        self.phone = self._create_phone()
        values = self.instance.copy_data({"name": account})[0]
        values |= {
            "id_instance": str(self.phone.id_instance),
            "api_token_new": self.phone.token,
            "operator_ids": [Command.set((self.user | self.salesperson).ids)],
            "assignment": "nobody",
            "active": True,
        }
        self.instance = self.add("telegram.instance", values)
        self.instance.write(
            {
                "state": "authorized",
                "is_receiving_configured": True,
                "last_run_date": fields.Datetime.now(),
            }
        )
        values = {"name": customer, "lang": self.lang, "phone": CUSTOMER_PHONE}
        self.customer = self.add("res.partner", values)
        self.env.flush_all()

    def add_conversations(self):
        """Receive a message of each kind, write one, and fail to write another."""
        _account, customer, stranger, text, title = self.words
        phone_number = int(CUSTOMER_PHONE[1:])
        self.phone.add_customer(customer, chatId=CUSTOMER_CHAT, phoneNumber=phone_number)
        self.phone.add_customer(stranger, chatId=STRANGER_CHAT)
        for chat_id in (CUSTOMER_CHAT, STRANGER_CHAT):
            self.phone.write(chat_id, text)
        self.receive()
        self.env.cr.flush()
        self.sent = self.write_from(self.customer, text, user=self.user)
        self.send_queue()
        for number, kind in enumerate(MESSAGE_KINDS):
            sample = (SAMPLES / f"incoming_{kind}.json").read_text(encoding="utf-8")
            body = json.loads(sample, object_hook=lambda part: replace_words(part, title))
            body["instanceData"]["idInstance"] = int(self.instance.id_instance)
            body["idMessage"] = str(number)
            names = {"chatName": customer, "senderName": customer}
            body["senderData"].update(chatId=CUSTOMER_CHAT, sender=CUSTOMER_CHAT, **names)
            self.env["telegram.event"]._ingest(self.instance, body)
        self.env["telegram.event"]._ingest(self.instance, [title])  # is set aside
        self.phone.deliver(CUSTOMER_CHAT)
        self.receive()
        values = {"state": "error", "failure_reason": text, "id_message": False}
        self.failed = self.sent.copy(values)
        chats = self.env["telegram.chat"].search([("instance_id", "=", self.instance.id)])
        self.chat = chats.filtered(lambda chat: chat.telegram_id == CUSTOMER_CHAT)
        self.stranger = chats - self.chat
        for chat in chats:
            chat._open_channel()
        self.env.flush_all()

    def add_records(self):
        """Create the other records that people create."""
        account, _customer, _stranger, text, title = self.words
        values = {"name": title, "instance_id": self.instance.id}
        group = {"telegram_id": "-10000000000004", "chat_type": "supergroup"}
        self.group = self.env["telegram.chat"].create({**values, **group})
        partners = [Command.set(self.customer.ids)]
        self.mailing = self.add(
            "telegram.mailing", {**values, "body": text, "partner_ids": partners}
        )
        self.add("telegram.mailing.list", {"name": title})
        model_id = self.env["ir.model"]._get_id("res.partner")
        self.template = self.add(
            "telegram.template", {"name": title, "model_id": model_id, "body": text}
        )
        call = {"method": "sendMessage", "code": "bad_request", "status": 400}
        call |= {"instance_id": self.instance.id, "company_id": self.env.company.id}
        self.env["telegram.call"].create({**call, "user_id": self.user.id})
        self.partner = self.add(
            "telegram.api.partner",
            {"name": account, "api_token_new": "partner", "api_url": self.sandbox_url},
        )
        self.env.flush_all()

    def add(self, model, values):
        """Create a record as the user does; return it for the test."""
        return self.as_user(self.env[model]).create(values).with_env(self.env)

    def as_user(self, record):
        """Return a record as the user of the browser sees it."""
        return record.with_user(self.user).with_context(lang=self.lang, tz=self.user.tz)

    # === SCREENS === #

    def get_actions(self):
        """Return the window actions of the addon that show records."""
        data = self.env["ir.model.data"].search(
            [("module", "=", ADDON), ("model", "=", "ir.actions.act_window")]
        )
        actions = self.env["ir.actions.act_window"].browse(data.mapped("res_id"))
        return actions.filtered(
            lambda action: action.target != "new" and action.res_model != "res.config.settings"
        )

    def get_lists(self):
        """Return each action in each of its views but forms."""
        for action in self.get_actions():
            for view_type in action.view_mode.split(","):
                if view_type != "form":
                    options = {**self.get_options(), "viewType": view_type}
                    yield f"{action.xml_id} {view_type}", action.id, options

    def get_empty_states(self):
        """Return each action as it is when there are no records."""
        for action in self.get_actions():
            yield f"{action.xml_id} empty", action.id, {**self.get_options(), "empty": True}

    def get_options(self):
        """Return how an action is opened: alone, and from the account if it asks for one."""
        context = {"active_id": self.instance.id, "active_ids": self.instance.ids}
        return {"clearBreadcrumbs": True, "additionalContext": context}

    def get_forms(self):
        """Return the form of a record and of a new one, of each model that has forms."""
        for name in MODELS:
            model = self.env[name].with_user(self.user)
            views = self.env["ir.ui.view"].search_count(
                [("model", "=", name), ("type", "=", "form")]
            )
            if views and (record := model.search([], limit=1)):
                yield f"{name} form", self.get_form(record), {}
            if views and model.has_access("create"):
                yield f"{name} new", self.get_form(model), {}
        for name in ("group", "stranger", "failed"):
            yield f"{name} form", self.get_form(getattr(self, name)), {}

    def get_form(self, record, **values):
        """Return the action that opens the form of a record, or of a new one."""
        return {
            "type": "ir.actions.act_window",
            "name": "…",
            "res_model": record._name,
            "res_id": record.id,
            "views": [[False, "form"]],
            **values,
        }

    def get_dialogs(self):
        """Return all dialogs, most as the button opens them."""
        opened = set()
        for record, button in self.get_dialog_buttons():
            action = getattr(self.as_user(record), button)()
            opened.add(action["res_model"])
            yield f"{record._name} {button}", {"views": [[False, "form"]], **action}, {}
        for model, values in self.get_dialog_values().items():
            context = {f"default_{name}": value for name, value in values.items()}
            context |= {"active_model": "res.partner", "active_ids": self.customer.ids}
            record = self.env[model].browse()
            opened.add(model)
            yield model, self.get_form(record, target="new", context=context), {}
        # The start and the journals are no dialogs; rows of queues are in the dialog of queues.
        others = {"telegram.onboarding", "telegram.journal", "telegram.journal.entry"}
        others |= {"telegram.queue.message", "telegram.api.partner.delete"}
        known = {model for names in DIALOGS.values() for model in names.split()}
        self.assertEqual(known - opened, others, "a dialog that is not read")

    def get_dialog_buttons(self):
        """Return records with the buttons that open a dialog."""
        chat, instance, message = self.chat, self.instance, self.sent
        texts = chat.message_ids.filtered(lambda each: each.direction == "incoming")
        return (
            (chat, "action_hand_over"),
            (chat, "action_remind_me"),
            (chat, "action_import_history"),
            (chat, "action_create_record"),
            (self.stranger, "action_link_partner"),
            (self.group, "action_add_members"),
            (self.group, "action_edit_group"),
            (message, "action_edit"),
            (message, "action_forward"),
            (texts[:1], "action_link_record"),
            (instance, "action_import_past"),
            (instance, "action_sign_in"),
            (instance, "action_open_queues"),
            (instance, "action_open_settings"),
            (instance, "action_set_picture"),
            (self.mailing, "action_test"),
            (self.partner, "action_create_instance"),
        )

    def get_dialog_values(self):
        """Return the other dialogs with what they are opened for."""
        contact = self.chat.message_ids.filtered(lambda m: m.type_message == "contactMessage")
        return {
            "telegram.composer": {"res_model": "res.partner", "res_ids": str(self.customer.ids)},
            "telegram.check.numbers": {
                "instance_id": self.instance.id,
                "partner_ids": self.customer.ids,
            },
            "telegram.group.create": {"instance_id": self.instance.id},
            "telegram.group.record": {"chat_id": self.group.id},
            "telegram.message.lookup": {"instance_id": self.instance.id},
            "telegram.privacy": {"partner_id": self.customer.id},
            "telegram.template.preview": {"template_id": self.template.id},
            "telegram.shared.contact": {
                "message_id": contact.id,
                "contact_name": self.chat.name,
            },
        }

    def get_others(self):
        """Return the screens that are no views of the addon."""
        yield "dashboard", self.env.ref(f"{ADDON}.telegram_dashboard_action").id, {}
        settings = f".app_settings_block[data-key={ADDON}]"
        action = self.env.ref(f"{ADDON}.res_config_settings_action").id
        yield "settings", action, {"root": settings, "ready": settings}
        yield "journal", self.as_user(self.instance).action_open_journals(), {}
        shown = {
            "root": ".o-mail-Chatter",
            "ready": ".o-mail-Message .o-telegram-ticks, .o-mail-Message .fa-check",
        }
        yield "chatter", self.get_form(self.customer), shown
        yield (
            "discuss",
            self.get_channel(),
            {"ready": ".o-mail-Message .o-telegram-ticks, .o-mail-Message .fa-check"},
        )

    def get_channel(self):
        """Return the action that opens the conversation in Discuss."""
        return {
            "type": "ir.actions.client",
            "tag": "mail.action_discuss",
            "context": {"active_id": f"discuss.channel_{self.chat.channel_id.id}"},
        }

    def get_start(self):
        """Return the guided start: the last screen, as the client reloads behind it."""
        action = {"type": "ir.actions.client", "tag": f"{ADDON}.start", "target": "new"}
        yield "start", action, {"ready": ".o_dialog button"}
        action = {**self.as_user(self.instance).action_test(), "target": "new"}
        yield "start test", action, {"ready": ".o_dialog button"}

    def get_answers(self):
        """Return buttons that answer with a message: done, not done, and why not."""
        for record, button in (
            (self.instance, "action_check_state"),
            (self.instance, "action_refresh_health"),
            (self.failed, "action_delete"),
            (self.mailing, "action_pause"),
        ):
            yield (
                f"{record._name} {button} answer",
                {"resModel": record._name, "resId": record.id, "name": button},
                {"answer": True},
            )


def replace_words(part, title):
    """Replace what people have written in a part of a sample by a title."""
    return {
        key: title if key in WRITTEN and isinstance(value, str) else value
        for key, value in part.items()
    }
