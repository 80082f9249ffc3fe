# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Run by ``odoo shell`` in a database with other apps, see test_apps.py. ``env`` is Odoo's.

Each part ends with a line that the test waits for.
"""

# pylint: disable=print-used,translation-required,invalid-commit

import json
import os
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

from odoo import fields
from odoo.fields import Command

from green_api_sandbox.phone import Phone

env = globals()["env"]
URL, TOKEN, ID_INSTANCE = (os.environ[f"TELEGRAM_APPS_{name}"] for name in ("URL", "TOKEN", "ID"))
STRANGER, OTHER_STRANGER = "10000001", "10000002"
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


# === READY AUTOMATIONS: EACH WRITES ONCE ===

EXPECTED = {
    "quotation_sent": "our quotation",
    "order_confirmed": "is confirmed",
    "delivery_done": "is on its way",
    "appointment_tomorrow": "reminder of our appointment",
    "task_done": "is done",
}
automations = {name: env.ref(f"telegram_green_api.telegram_automation_{name}") for name in EXPECTED}
for automation in automations.values():
    assert automation.is_available, automation.name
    automation.action_switch_on()


def run_automations():
    run("ir_cron_automations", "ir_cron_automatic_messages")
    run("ir_cron_automations", "ir_cron_automatic_messages")


product = env["product.product"].create({"name": "Lamp", "type": "consu", "taxes_id": False})
order = env["sale.order"].create(
    {
        "partner_id": partner.id,
        "order_line": [Command.create({"product_id": product.id, "product_uom_qty": 1})],
    }
)
order.action_quotation_sent()
run_automations()
order.action_confirm()
picking = order.picking_ids
picking.move_ids.quantity = 1
picking.move_ids.picked = True
picking.company_id.stock_move_sms_validation = False  # it would ask first
picking.button_validate()
assert picking.state == "done"
start = fields.Datetime.now() + timedelta(hours=23)
event = (
    env["calendar.event"]
    .with_context(dont_notify=True)
    .create(
        {
            "name": "Visit",
            "start": start,
            "stop": start + timedelta(hours=1),
            "partner_ids": [Command.set(partner.ids)],
        }
    )
)
project = env["project.project"].create({"name": "Repairs"})
task = env["project.task"].create(
    {"name": "Repair", "project_id": project.id, "partner_id": partner.id}
)
task.state = "1_done"
run_automations()
records = {
    "quotation_sent": order,
    "order_confirmed": order,
    "delivery_done": picking,
    "appointment_tomorrow": event,
    "task_done": task,
}
for name, automation in automations.items():
    assert automation.composed_count == 1, (name, automation.composed_count)
    texts = env["telegram.message"].search(
        [("res_model", "=", records[name]._name), ("res_id", "=", records[name].id)]
    )
    found = [text for text in texts.mapped("text") if EXPECTED[name] in text]
    assert len(found) == 1, (name, texts.mapped("text"))
    automation.action_switch_off()
send()
assert len(phone.ledger()) == len(EXPECTED), phone.ledger()
print("automations: ok")

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
assert [m["message"] for m in phone.messages(STRANGER) if not m["isIncoming"]][-1:] == [
    "It costs 5."
] or phone.ledger()[-1]["message"] == "It costs 5."
phone.write(STRANGER, "I take it.")
receive()
assert "I take it." in leads.message_ids[0].body, leads.message_ids.mapped("body")
assert env["crm.lead"].search_count([("partner_id", "=", chat.partner_id.id)]) == 1
leads.action_set_lost()
env["telegram.message"].search([("chat_id", "=", chat.id)]).sudo().write(
    {"res_model": False, "res_id": False}
)
phone.write(STRANGER, "Something else")
receive()
found = env["crm.lead"].search([("partner_id", "=", chat.partner_id.id)])
assert len(found) == 1 and found != leads, "a closed lead takes no more messages"
print("lead: ok")

# === … OR A TASK ===

model = env["ir.model"].sudo()._get("project.task")
instance.sudo().write(
    {"create_model_id": model.id, "create_defaults": f"{{'project_id': {project.id}}}"}
)
phone.add_customer("Olga", chatId=OTHER_STRANGER, phoneNumber=79998887702)
phone.write(OTHER_STRANGER, "The lamp is broken")
receive()
task = env["project.task"].search([("project_id", "=", project.id)], order="id desc", limit=1)
assert "The lamp is broken" in task.name, task.name
assert task.partner_id.name == "Olga", task.partner_id
chat = env["telegram.chat"].search([("telegram_id", "=", OTHER_STRANGER)])
instance.sudo().create_model_id = False
models = [name for name, _label in env["telegram.create.record"]._selection_model()]
assert {"crm.lead", "project.task"} <= set(models[: models.index("res.partner")]), models
wizard = env["telegram.create.record"].with_context(default_chat_id=chat.id)
wizard = wizard.create({"model": "crm.lead", "name": "Olga's lamp"})
lead = env["crm.lead"].browse(wizard.action_create()["res_id"])
assert (lead.partner_id, lead.name) == (chat.partner_id, "Olga's lamp")
print("task: ok")

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
create_rule(
    "waits",
    "telegram.chat",
    "on_write",
    trigger_field_ids=[Command.set(get_field("telegram.chat", "reminder_level").ids)],
    filter_domain="[('reminder_level', '>', 0)]",
)
stopped = get_state("telegram.instance", "blocked")
create_rule("stopped", "telegram.instance", "on_state_set", **stopped)
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

chat = env["telegram.chat"].search([("telegram_id", "=", "10000000")])
instance.sudo().answer_minutes = 1
chat.sudo().answer_due_date = fields.Datetime.now() - timedelta(minutes=1)
chat.sudo().flush_recordset()
run("ir_cron_remind")
assert count("waits") >= 1, count("waits")

instance._update_state("blocked")
assert count("stopped") == 1, count("stopped")
env.cr.commit()
print("rules: ok")

# === SMS AS THE SECOND CHANNEL ===

instance.sudo().state = "authorized"
template = env["telegram.template"].create(
    {
        "name": "Ready",
        "model_id": env["ir.model"]._get_id("res.partner"),
        "body": "Ready, {{ object.name }}",
    }
)
action = (
    env["ir.actions.server"]
    .sudo()
    .create(
        {
            "name": "Ready",
            "model_id": template.model_id.id,
            "state": "telegram",
            "telegram_template_id": template.id,
            "telegram_user_id": admin.id,
            "telegram_second_channel": "sms",
        }
    )
)
assert not action.warning, action.warning
chat = env["telegram.chat"].search([("phone", "=", "+79990000000")], limit=1)
assert chat.no_account
action.with_context(active_model="res.partner", active_ids=absent.ids, active_id=absent.id).run()
run("ir_cron_automatic_messages", "ir_cron_second_channel", "ir_cron_second_channel")
texts = env["sms.sms"].sudo().search([("partner_id", "=", absent.id)]).mapped("body")
assert texts == ["Ready, Absent"], texts
print("sms: ok")
