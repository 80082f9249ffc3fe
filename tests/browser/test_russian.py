# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import json
import re
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tests.common import ChromeBrowser

from ..common import TelegramCase
from .browser_case import TourCase

SHOWN = re.compile(r"shown: (\{.*\})")
# Names, and words that are the same in Russian.
NAMES = {
    "API", "Authorization", "Bearer", "CSV", "Discuss", "GREEN", "GREEN-API", "GREEN-API's",
    "HTML", "HTTP", "ID", "JSON", "MAX", "NTP", "Odoo", "OdooBot", "PDF", "QR", "STOP", "START",
    "Telegram", "URL", "apiTokenInstance", "apiUrl", "idInstance", "mediaUrl", "partnerToken",
    "My", "Company", "https", "http", "green-api", "com", "res", "partner", "textMessage",
    "incomingMessageReceived", "UTC", "Europe", "Moscow",
}  # fmt: skip
WORD = re.compile(r"[A-Za-z][A-Za-z’'-]{2,}")
ADDRESS = re.compile(r"\S*(://|@|/|_|\d)\S*")
# Open actions one after the other, and report the text of each.
SCRIPT = """
void (async () => {
    const { env } = odoo.__WOWL_DEBUG__.root;
    const until = (condition) => new Promise((resolve) => {
        const look = () => (condition() ? resolve() : setTimeout(look, 50));
        look();
    });
    const read = (element) => {
        const texts = [element.innerText];
        for (const each of element.querySelectorAll("[placeholder], [title], [data-tooltip]")) {
            texts.push(each.placeholder, each.title, each.dataset.tooltip);
        }
        return texts.filter(Boolean).join(" | ");
    };
    for (const [name, action, options] of %s) {
        const isDialog = action.target === "new";
        const place = isDialog ? ".o_dialog .modal-body" : ".o_action_manager .o_content";
        const before = document.querySelector(place);
        await env.services.action.doAction(action, options);
        await until(() => {
            const element = document.querySelector(place);
            return element && (isDialog || element !== before) && element.innerText.trim();
        });
        await until(() => !document.querySelector(".o_loading_indicator"));
        const shell = isDialog ? ".o_dialog" : ".o_web_client";
        const text = read(document.querySelector(shell));
        console.log("shown: " + JSON.stringify({ name, text }));
        if (isDialog) {
            await env.services.action.doAction({ type: "ir.actions.act_window_close" });
        }
    }
    console.log("test successful");
})();
"""


@tagged("post_install", "-at_install", "slow")
class TestRussian(TelegramCase, TourCase):
    """A person who reads Russian only opens every screen without one English word."""

    browser_size = "1400x900"

    def setUp(self):
        super().setUp()
        self.env["res.lang"]._activate_lang("ru_RU")
        modules = self.env["ir.module.module"].search([("state", "=", "installed")])
        modules._update_translations(["ru_RU"])
        admin = self.env.ref("base.user_admin")
        admin.write({"lang": "ru_RU", "name": "Анна Смирнова"})
        self.salesperson.name = "Иван Петров"
        self.instance.write({"name": "Продажи", "operator_ids": [Command.link(admin.id)]})
        self.customer.name = "Василиса Иванова"
        names = {"chatName": "Василиса", "senderName": "Василиса"}
        notification = self.notification("Добрый день!")
        notification["senderData"].update(names)
        self.env.flush_all()
        self.chat = self.ingest(notification).message_id.chat_id
        self.env.flush_all()
        self.found = {}

    def test_every_screen(self):
        """Every menu, in each of its views, and the forms and dialogs behind it."""
        screens = [*self.get_menus(), *self.get_forms(), *self.get_dialogs()]
        with patch.object(ChromeBrowser, "_handle_console", self.listen()):
            self.browser_js(
                "/odoo", SCRIPT % json.dumps(screens), "odoo.isReady === true", "admin", 300
            )
        self.assertEqual(len(self.found), len(screens))
        self.assertEqual({name: words for name, words in self.found.items() if words}, {})

    def get_menus(self):
        """Return the actions of all menus of the addon, in each of their views."""
        data = self.env["ir.model.data"].search(
            [("module", "=", "telegram_green_api"), ("model", "=", "ir.ui.menu")]
        )
        for menu in self.env["ir.ui.menu"].browse(data.mapped("res_id")):
            action = menu.action
            if action and action._name == "ir.actions.act_window" and action.target != "new":
                for view_type in action.view_mode.split(","):
                    if view_type != "form" or action.res_model == "res.config.settings":
                        options = {"viewType": view_type, "clearBreadcrumbs": True}
                        yield f"{menu.complete_name} {view_type}", action.id, options

    def get_forms(self):
        """Return the forms of the records, and of a new record where users create some."""
        records = {
            "telegram.instance": self.instance,
            "telegram.chat": self.chat,
            "telegram.message": self.chat.message_ids[:1],
            "telegram.template": self.env["telegram.template"].browse(),
            "telegram.contact.link": self.env["telegram.contact.link"].browse(),
            "telegram.mailing": self.env["telegram.mailing"].browse(),
            "telegram.api.partner": self.env["telegram.api.partner"].browse(),
        }
        for model, record in records.items():
            yield f"form of {model}", self.get_form(model, record), {"clearBreadcrumbs": True}

    def get_dialogs(self):
        """Return the dialogs that need nothing but a chat, an account or a contact."""
        of_chat = {"default_chat_id": self.chat.id}
        of_instance = {"default_instance_id": self.instance.id}
        for model, values in {
            "telegram.composer": {
                "active_model": "res.partner",
                "default_res_model": "res.partner",
                "default_res_ids": str(self.customer.ids),
            },
            "telegram.hand.over": of_chat,
            "telegram.chat.history": of_chat,
            "telegram.link.partner": of_chat,
            "telegram.group.create": of_instance,
            "telegram.instance.picture": of_instance,
            "telegram.message.lookup": of_instance,
            "telegram.check.numbers": of_instance,
        }.items():
            action = self.get_form(model, self.env[model].browse())
            yield f"dialog {model}", {**action, "target": "new", "context": values}, {}

    def get_form(self, model, record):
        """Return the action that opens the form of a record, or of a new one."""
        return {
            "type": "ir.actions.act_window",
            "name": "…",
            "res_model": model,
            "res_id": record.id,
            "views": [[False, "form"]],
        }

    def listen(self):
        """Return a function that collects what the script reports."""
        original = ChromeBrowser._handle_console

        def on_console(browser, *args, **kwargs):
            for each in kwargs.get("args", ()):
                if found := SHOWN.match(str(each.get("value", ""))):
                    screen = json.loads(found[1])
                    self.found[screen["name"]] = self.get_foreign_words(screen["text"])
            return original(browser, *args, **kwargs)

        return on_console

    def get_foreign_words(self, text):
        """Return the Latin words of a text that are no names."""
        words = WORD.findall(ADDRESS.sub(" ", text))
        return sorted(set(words) - NAMES)
