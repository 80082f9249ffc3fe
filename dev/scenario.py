# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The addon's main job, done as a user does it: sign in, write to a customer, get an answer."""

import time

from .environment.odoo_session import OdooRequestError
from .environment.progress import DevError, step

ID_INSTANCE = "4100000001"
CUSTOMER = "Vasilisa"
CUSTOMER_PHONE = "+79998887766"
CHAT_ID = "10000000"
GREETING = "Good day! This message comes from your contact card in Odoo."
BILL = "Here is your invoice {number} over {amount}. Shall we send it by post, too?"
ANSWER = "Thank you, Telegram is enough."
PATIENCE = 90  # seconds for a message to go all the way
PAUSE = 1  # seconds between two looks


class Scenario:
    """One run of it; what it made may be looked at afterwards.

    :param odoo: an ``OdooSession`` of an administrator
    :param phone: the sandbox's ``Phone``
    :param str formatting: which marks in texts the sandbox formats, see its README
    """

    def __init__(self, odoo, phone, formatting="off"):
        self._odoo = odoo
        self._phone = phone
        self._formatting = formatting
        self._instance_id = None
        self.partner_id = None
        self.invoice_id = None
        self._message_ids = []
        self._states = {}  # of each message, in the order seen

    def run(self):
        """Do everything, step by step.

        :raise DevError: says what did not come about
        """
        with step("Enter the GREEN-API instance in Odoo"):
            self._enter_instance()
        with step("Sign the Telegram account in") as signing_in:
            signing_in.note = self._sign_in()
        with step("Write to a customer from the contact"):
            self.partner_id = self._ensure_partner()
            self._write("res.partner", self.partner_id, GREETING)
        with step("Write to the customer from an invoice") as writing:
            self.invoice_id, invoice = self._make_invoice()
            writing.note = invoice["name"]
            amount = f"{invoice['amount_total']:.2f} {invoice['currency_id'][1]}"
            bill = BILL.format(number=invoice["name"], amount=amount)
            self._write("account.move", self.invoice_id, bill)
        with step("Odoo sends both messages"):
            self._wait_for_states("sent", "delivered", "read")
        with step("The customer reads them and answers"):
            self._phone.read(CHAT_ID)
            answer_id = self._phone.write(CHAT_ID, ANSWER)
        with step("Odoo receives the answer and the read marks"):
            self._wait_for_states("read")
            self._wait_for_answer(answer_id)
        self._report()

    # The account

    def _enter_instance(self):
        known = {str(instance["idInstance"]) for instance in self._phone.instances()}
        if ID_INSTANCE not in known:
            self._phone.create(int(ID_INSTANCE))
        self._phone.id_instance = ID_INSTANCE
        self._phone.change(formatting=self._formatting)
        values = {
            "api_url": self._phone.base_url,
            "api_token_new": self._phone.instance()["apiTokenInstance"],
        }
        found = self._odoo.find("telegram.instance", [["id_instance", "=", ID_INSTANCE]], "id")
        if found:
            self._instance_id = found[0]["id"]
            self._odoo.call("telegram.instance", "write", [self._instance_id], values)
        else:
            self._instance_id = self._odoo.create(
                "telegram.instance", name="Demo", id_instance=ID_INSTANCE, **values
            )

    def _sign_in(self):
        self._odoo.call("telegram.instance", "action_check_state", [self._instance_id])
        if self._instance_state() == "authorized":
            return "still signed in"
        dialog = self._odoo.create("telegram.sign.in", instance_id=self._instance_id)
        shown = self._odoo.call("telegram.sign.in", "refresh", [dialog])
        if not shown["qr"]:
            raise DevError(f"No QR code was shown, but: {shown['message']}")
        self._phone.scan()
        self._wait("authorized", lambda: self._refresh(dialog) == "authorized")
        return "by scanning the QR code"

    def _refresh(self, dialog):
        return self._odoo.call("telegram.sign.in", "refresh", [dialog])["state"]

    def _instance_state(self):
        return self._odoo.read("telegram.instance", self._instance_id, "state")["state"]

    # Messages

    def _ensure_partner(self):
        found = self._odoo.find("res.partner", [["phone", "=", CUSTOMER_PHONE]], "id", limit=1)
        if found:
            return found[0]["id"]
        return self._odoo.create("res.partner", name=CUSTOMER, phone=CUSTOMER_PHONE)

    def _make_invoice(self):
        line = {"name": "Honey, 1 kg", "quantity": 2, "price_unit": 12.5}
        invoice_id = self._odoo.create(
            "account.move",
            move_type="out_invoice",
            partner_id=self.partner_id,
            invoice_line_ids=[[0, 0, line]],
        )
        self._odoo.call("account.move", "action_post", [invoice_id])
        fields = ("name", "amount_total", "currency_id")
        return invoice_id, self._odoo.read("account.move", invoice_id, *fields)

    def _write(self, model, record_id, text):
        """Press "Telegram" in the chatter of a record, write, send."""
        composer = self._odoo.create(
            "telegram.composer", res_model=model, res_id=record_id, body=text
        )
        self._odoo.call("telegram.composer", "action_send", [composer])
        newest = self._odoo.find(
            "telegram.message",
            [["res_model", "=", model], ["res_id", "=", record_id], ["direction", "=", "outgoing"]],
            "id",
            order="id desc",
            limit=1,
        )
        self._message_ids.append(newest[0]["id"])
        self._look()

    def _wait_for_states(self, *wanted):
        self._wait(
            f"messages that are {wanted[0]}",
            lambda: all(message["state"] in wanted for message in self._look()),
        )

    def _wait_for_answer(self, id_message):
        domain = [["id_message", "=", id_message], ["direction", "=", "incoming"]]
        names = ("id", "res_model", "res_id")
        self._wait("the answer", lambda: self._odoo.find("telegram.message", domain, *names))
        answer = self._odoo.find("telegram.message", domain, *names)[0]
        if (answer["res_model"], answer["res_id"]) != ("account.move", self.invoice_id):
            raise DevError(f"The answer did not come to the invoice: {answer}")
        self._message_ids.append(answer["id"])

    def _look(self):
        """Return the messages as they stand, and remember their states."""
        names = ["direction", "state", "failure_reason", "res_model", "text"]
        messages = self._odoo.call("telegram.message", "read", self._message_ids, names)
        for message in messages:
            if message["state"] in ("error", "unsure"):
                raise DevError(f"A message was not sent: {message['failure_reason']}")
            seen = self._states.setdefault(message["id"], [])
            if message["state"] not in seen:
                seen.append(message["state"])
        return messages

    def _wait(self, what, happened):
        """Run the receive action, as "Run manually" does, until it has happened."""
        instance = self._odoo.read("telegram.instance", self._instance_id, "receive_cron_id")
        cron_id = instance["receive_cron_id"][0]
        deadline = time.monotonic() + PATIENCE
        refusal = ""
        while not happened():
            if time.monotonic() > deadline:
                raise DevError(f"Waited {PATIENCE} seconds for {what}, in vain. {refusal}")
            try:
                self._odoo.call("ir.cron", "method_direct_trigger", [cron_id])
            except OdooRequestError as error:
                refusal = error  # mostly: its own schedule has it run just now
            time.sleep(PAUSE)

    def _report(self):
        places = {"res.partner": "on the contact", "account.move": "on the invoice"}
        print("\nWhat happened in Telegram:")
        for message in self._look():
            ours = message["direction"] == "outgoing"
            who = f"we to {CUSTOMER}" if ours else f"{CUSTOMER} to us"
            states = ", ".join(self._states[message["id"]])
            print(f"\n  {who}, {places[message['res_model']]}: {states}\n    {message['text']}")
