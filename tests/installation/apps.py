# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Run by ``odoo shell`` in a database with other apps, see test_apps.py. ``env`` is Odoo's.

Each part ends with a line that the test waits for.
"""

# pylint: disable=print-used,translation-required,invalid-commit

import json
import os
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from odoo.fields import Command

from green_api_sandbox.phone import Phone

env = globals()["env"]
URL, TOKEN, ID_INSTANCE = (os.environ[f"TELEGRAM_APPS_{name}"] for name in ("URL", "TOKEN", "ID"))
STRANGER = "10000001"
phone = Phone(URL, int(ID_INSTANCE))

admin = env.ref("base.user_admin")
admin.write(
    {
        "notification_type": "inbox",  # no e-mail leaves this database
        "group_ids": [
            Command.link(env.ref(name).id)
            for name in (
                "telegram_green_api.group_manager",
                "sales_team.group_sale_manager",
                "stock.group_stock_manager",
                "project.group_project_manager",
            )
        ],
    }
)
env = env(user=admin, su=False)
instance = env["telegram.instance"].create(
    {
        "name": "Apps",
        "id_instance": ID_INSTANCE,
        "api_token_new": TOKEN,
        "api_url": URL,
        "operator_ids": [Command.link(admin.id)],
    }
)
instance.sudo().write({"state": "authorized", "is_receiving_configured": True})
partner = env["res.partner"].create({"name": "Vasilisa", "phone": "+79998887766"})


def run(*crons):
    """Run scheduled actions, as Odoo's scheduler would."""
    for cron in crons:
        if isinstance(cron, str):
            cron = env.ref(f"telegram_green_api.{cron}")
        env.cr.commit()
        assert cron.sudo().method_direct_trigger() is True, cron.name
        env.invalidate_all()


def receive():
    run(instance.sudo().receive_cron_id, instance.sudo().receive_cron_id)


def send():
    run(instance.sudo().send_cron_id)


# === A STRANGER'S MESSAGE MAKES A LEAD ===

model = env["ir.model"].sudo()._get("crm.lead")
instance.sudo().write({"create_model_id": model.id, "create_defaults": "{'type': 'lead'}"})
phone.write_file(STRANGER, "photo.png", b"\x89PNG", "What does it cost?")
receive()
chat = env["telegram.chat"].search([("telegram_id", "=", STRANGER)])
leads = env["crm.lead"].search([("partner_id", "=", chat.partner_id.id)])
assert len(leads) == 1 and chat.partner_id, leads
assert "What does it cost?" in leads.name, leads.name
assert leads.message_ids.attachment_ids.mapped("name") == ["photo.png"]
leads._message_telegram("It costs 5.")
send()
assert phone.ledger()[-1]["message"] == "It costs 5."
print("lead: ok")

# === AUTOMATION RULES WITHOUT CODE ===


bodies = []


class Receiver(BaseHTTPRequestHandler):
    """What another system hears by a webhook."""

    def do_POST(self):
        bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args):
        pass


server = HTTPServer(("127.0.0.1", 0), Receiver)
threading.Thread(target=server.serve_forever, daemon=True).start()


def get_field(model, name):
    return env["ir.model.fields"].sudo()._get(model, name)


def get_state(model, value):
    selection = get_field(model, "state").selection_ids
    return {"trg_selection_field_id": selection.filtered(lambda each: each.value == value).id}


def create_rule(name, model, trigger, **values):
    """Create a rule that notes for which record it fires, by a category of contacts."""
    model_id = env["ir.model"].sudo()._get_id(model)
    rule = (
        env["base.automation"]
        .sudo()
        .create({"name": name, "model_id": model_id, "trigger": trigger, **values})
    )
    rule.action_server_ids = [
        Command.create(
            {
                "name": name,
                "model_id": model_id,
                "usage": "base_automation",
                "state": "code",
                "code": f"env['res.partner.category'].create({{'name': '{name}'}})",
            }
        )
    ]
    return rule


def count(name):
    return env["res.partner.category"].search_count([("name", "=", name)])


incoming = {"filter_domain": "[('direction', '=', 'incoming')]"}
create_rule("written", "telegram.message", "on_create", **incoming)
create_rule("answered", "res.partner", "on_message_received")
create_rule("answered_lead", "crm.lead", "on_message_received")
create_rule("failed", "telegram.message", "on_state_set", **get_state("telegram.message", "error"))
hook = create_rule("webhook", "telegram.message", "on_create", **incoming)
hook.action_server_ids.write(
    {
        "state": "webhook",
        "webhook_url": f"http://127.0.0.1:{server.server_port}/",
        "webhook_field_ids": [Command.set(get_field("telegram.message", "text").ids)],
    }
)

partner._message_telegram("Your lamp is ready")
send()
partner.sudo().message_follower_ids.unlink()  # such a contact gets messages past message_post
phone.write("10000000", "I come tomorrow")
receive()
assert count("written") == 1, count("written")
assert count("answered") == 1, count("answered")
assert count("answered_lead") == 0
[body] = bodies
assert (body["_model"], body["text"]) == ("telegram.message", "I come tomorrow"), body

absent = env["res.partner"].create({"name": "Absent", "phone": "+79990000000"})
absent._message_telegram("Hello")
send()
phone.status("79990000000@c.us", "noAccount")
receive()
assert count("failed") == 1, count("failed")
print("rules: ok")
