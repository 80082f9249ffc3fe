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
from unittest.mock import patch

from odoo import fields
from odoo.fields import Command
from odoo.tools import mute_logger

from odoo.addons.sms.tools.sms_api import SmsApi

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
                "maintenance.group_equipment_manager",
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


def check_conversation(record, model_name, close):
    """Check that the next messages land on a record until it is closed, then on a new one."""

    def find():
        in_all = env[model_name].with_context(active_test=False)
        has_contact = "partner_id" in in_all._fields
        return in_all.search(
            [("partner_id", "=", chat.partner_id.id)] if has_contact else [], order="id"
        )

    before = find()
    phone.write(STRANGER, "Send me one")
    receive()
    assert find() == before, find()
    assert "Send me one" in record.message_ids[0].body, record.message_ids[0].body
    record.write(close)
    phone.write(STRANGER, "And another one")
    receive()
    [new] = find() - before
    assert "And another one" in new.name, new.name
    phone.write(STRANGER, "In red")
    receive()
    assert find() == before | new, find()
    assert "In red" in new.message_ids[0].body, new.message_ids[0].body
    return new


won = env["crm.stage"].search([("is_won", "=", True)], limit=1)
check_conversation(leads, "crm.lead", {"stage_id": won.id})
print("lead: ok")

project = env["project.project"].create({"name": "Repairs"})
model = env["ir.model"].sudo()._get("project.task")
instance.sudo().write(
    {"create_model_id": model.id, "create_defaults": f"{{'project_id': {project.id}}}"}
)
phone.write(STRANGER, "It is broken")
receive()
task = env["project.task"].search([("project_id", "=", project.id)])
assert len(task) == 1 and "It is broken" in task.name, task
task._message_telegram("We repair it.")
send()
assert phone.ledger()[-1]["message"] == "We repair it."
check_conversation(task, "project.task", {"state": "1_canceled"})
print("task: ok")

done = env["maintenance.stage"].sudo().search([("done", "=", True)], limit=1)
model = env["ir.model"].sudo()._get("maintenance.request")
instance.sudo().write({"create_model_id": model.id, "create_defaults": "{}"})
env["telegram.message"].search([("chat_id", "=", chat.id)]).action_unlink_record()
phone.write(STRANGER, "I come tomorrow")
receive()
[record] = env["maintenance.request"].search([])
assert "I come tomorrow" in str(record.message_ids.mapped("body"))
for close in ({"stage_id": done.id}, {"archive": True}):
    record = check_conversation(record, "maintenance.request", close)
instance.sudo().create_model_id = False
print("repair: ok")

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
for name, model, field, domain in (
    ("waits", "telegram.chat", "reminder_level", [("reminder_level", "=", 1)]),
    ("stopped", "telegram.instance", "stopped_date", [("stopped_date", "!=", False)]),
):
    fields_of_rule = {"trigger_field_ids": [Command.set(get_field(model, field).ids)]}
    create_rule(name, model, "on_create_or_write", filter_domain=repr(domain), **fields_of_rule)
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

chat.sudo().answer_due_date = fields.Datetime.now() - timedelta(minutes=1)
assert count("waits") == 0
for _time in range(2):
    run("ir_cron_remind")
assert count("waits") == 1, count("waits")
for state, number in (("blocked", 1), ("blocked", 1), ("authorized", 1), ("suspended", 2)):
    instance._update_state(state)
    env.flush_all()
    assert count("stopped") == number, (state, count("stopped"))
instance._update_state("authorized")

# Rules that fail stop neither the queue nor the reminders.
for rule in env["base.automation"].sudo().search([("name", "in", ("failed", "waits", "stopped"))]):
    rule.action_server_ids.code = "raise UserError('broken rule')"
with mute_logger("odoo.addons.telegram_green_api.models.connection.failed_rules"):
    absent._message_telegram("Hello again")
    partner._message_telegram("Hello to you, too")
    phone.write(STRANGER, "Is anybody there?")
    receive()
    env.ref("telegram_green_api.ir_cron_remind").sudo().active = True
    chat.sudo().write({"answer_due_date": fields.Datetime.now() - timedelta(minutes=1)})
    chat.sudo().reminder_level = 0
    send()
    assert phone.ledger()[-1]["message"] == "Hello to you, too"
    phone.status("79990000000@c.us", "noAccount")
    receive()
    last = env["telegram.message"].search([("text", "=", "Hello again")])
    assert last.state == "error", last.state
    run("ir_cron_remind")
    env.cr.commit()  # the end of the snapshot in which the scheduled action was started
    env.invalidate_all()
    assert chat.reminder_level
    instance._update_state("blocked")
    assert instance.state == "blocked" and instance.stopped_date
names = instance.sudo().activity_ids.mapped("summary")
for name in ("failed", "waits", "stopped"):
    assert f"Automation rule “{name}” failed" in names, names
env["base.automation"].sudo().search([]).active = False
instance._update_state("authorized")
print("rules: ok")

# === READY AUTOMATIONS OF OTHER APPS ===

automations = {}
for name in (
    "quotation_sent",
    "order_confirmed",
    "delivery_done",
    "appointment_tomorrow",
    "task_done",
):
    automation = env.ref(f"telegram_green_api.telegram_automation_{name}")
    assert automation.is_on, f"{name} was not switched on by clicking"
    assert automation.user_id == admin, automation.user_id.name
    automations[name] = automation
    template = automation.template_id
    russian = template.with_context(lang="ru_RU").body
    assert russian != template.body and any("а" <= letter <= "я" for letter in russian), name


def check_fired(*texts):
    """Each message reaches the phone; fired again, nothing does."""
    before = len(phone.ledger())
    for _time in range(2):
        run("ir_cron_automations", "ir_cron_automatic_messages")
        send()
        sent = [entry["message"] for entry in phone.ledger()[before:]]
        assert len(sent) == len(texts), sent
        for text in texts:
            assert any(text in message for message in sent), (text, sent)


product = env["product.product"].create({"name": "Lamp", "type": "consu", "list_price": 5})
line = {"product_id": product.id, "product_uom_qty": 1}
order = env["sale.order"].create({"partner_id": partner.id, "order_line": [Command.create(line)]})
check_fired()
order.action_quotation_sent()
check_fired(f"our quotation {order.name}")
order.action_confirm()
check_fired(f"your order {order.name} is confirmed")
picking = order.picking_ids
picking.move_ids.write({"quantity": 1, "picked": True})
assert picking.with_context(skip_sms=True).button_validate() is True
assert picking.state == "done"
check_fired(f"your delivery {picking.name}")
task = env["project.task"].create(
    {"name": "Repair", "project_id": project.id, "partner_id": partner.id}
)
check_fired()
task.state = "1_done"
check_fired("“Repair” is done")
partner.lang = "ru_RU"
event = {"name": "Fitting", "partner_ids": [Command.set((partner | admin.partner_id).ids)]}
now = fields.Datetime.now()
starts = [now + timedelta(hours=hours) for hours in (20, 200)]
for start in starts:
    env["calendar.event"].create({**event, "start": start, "stop": start + timedelta(hours=1)})
check_fired(f"о нашей встрече «Fitting»: {starts[0]:%d.%m.%Y, %H:%M}.")
print("automations: ok")

# === SMS AS SECOND CHANNEL ===

template = env["telegram.template"].create(
    {
        "name": "Welcome",
        "model_id": env["ir.model"].sudo()._get_id("res.partner"),
        "body": "Welcome, {{ object.name }}!",
    }
)
action = (
    env["ir.actions.server"]
    .sudo()
    .create(
        {
            "name": "Welcome",
            "model_id": template.model_id.id,
            "state": "telegram",
            "telegram_template_id": template.id,
            "telegram_user_id": admin.id,
            "telegram_second_channel": "sms",
        }
    )
)
lost = env["res.partner"].create({"name": "Lost", "phone": "+79990000001"})
numbers = []


def answer_of_iap(self, endpoint, params, timeout=15):
    """Odoo's SMS service, as in Odoo's own tests."""
    sent = [each for message in params["messages"] for each in message["numbers"]]
    numbers.extend(each["number"] for each in sent)
    return [{"uuid": each["uuid"], "state": "success", "credit": 1} for each in sent]


with patch.object(SmsApi, "_contact_iap", answer_of_iap):
    for contact in (lost, partner):
        action.with_context(
            active_model="res.partner", active_ids=contact.ids, active_id=contact.id
        ).run()
    run("ir_cron_automatic_messages")
    send()
    phone.status("79990000001@c.us", "noAccount")
    receive()
    run("ir_cron_second_channel")
    assert numbers == [], "called in a transaction that may be repeated"
    for _time in range(2):
        run(env.ref("sms.ir_cron_sms_scheduler_action"), "ir_cron_second_channel")
    row = env["telegram.automatic.message"].search([("partner_id", "=", lost.id)])
    assert numbers == ["+79990000001"], numbers
    assert row.second_channel_state == "sent", row.second_channel_state

    # Read in time, and the scheduled action is late.
    row = env["telegram.automatic.message"].search(
        [("action_id", "=", action.id), ("partner_id", "=", partner.id)]
    )
    assert row.second_channel_state == "waiting", row.second_channel_state
    phone.read("10000000")
    receive()
    past = timedelta(hours=25)
    for record, names in (
        (row, ("composed_date", "second_channel_date")),
        (row.message_ids, ("date", "last_attempt_date", "read_date")),
    ):
        record.sudo().write({name: record[name] - past for name in names if record[name]})
    run("ir_cron_second_channel", env.ref("sms.ir_cron_sms_scheduler_action"))
    assert row.second_channel_state == "not_needed", row.second_channel_state
    assert len(numbers) == 1, numbers
print("sms: ok")

# === LINKS OF MAILINGS ===

env["utm.medium"].sudo().create({"name": "Telegram", "active": False})
contacts = partner | env["res.partner"].create({"name": "Second", "phone": "+79990000002"})
mailing = (
    env["telegram.mailing"]
    .sudo()
    .create(
        {
            "name": "Sale",
            "instance_id": instance.id,
            "recipient_mode": "contacts",
            "partner_ids": [Command.set(contacts.ids)],
            "body": "All: https://shop.example/sale?x=1 and yours: "
            "https://shop.example/{{ object.id }}/a?b={{ object.id }}&c=1 or "
            "https://shop.example/?id={{ object.id }}",
        }
    )
)
trackers = env["link.tracker"].sudo()


def fetch_page(self, url):
    """Odoo fetches the title of a page unless it is given."""
    raise AssertionError(f"{url} is fetched in a transaction that queues messages")


with patch.object(type(trackers), "_get_title_from_url", fetch_page):
    mailing.action_start()
    run("ir_cron_mailings", "ir_cron_mailings")
messages = env["telegram.message"].search([("mailing_id", "=", mailing.id)])
assert len(messages) == 2, mailing.recipient_ids.mapped("reason")
tracker = trackers.search([("label", "=", mailing._get_link_label())])
for message in messages:
    number = message.res_id
    assert message.text == (
        f"All: {tracker.short_url} and yours: https://shop.example/{number}/a?b={number}&c=1 or "
        f"https://shop.example/?id={number}"
    ), message.text
mediums = env["utm.medium"].sudo().with_context(active_test=False)
assert mediums.search_count([("name", "like", "Telegram")]) == 1
assert (tracker.medium_id.name, tracker.source_id.name) == ("Telegram", "Sale")
env["link.tracker.click"].sudo().add_click(tracker.code, ip="192.0.2.1", country_code="RU")
assert mailing.click_count == 1, mailing.click_count
print("links: ok")
