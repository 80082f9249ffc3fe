# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""All who write in Odoo under chaos: programs, people with dialogs, and automations."""

from .dialogs import Dialogs

NAME = "Chaos test"  # what the names of records begin with
# Scheduled actions besides those of the accounts: they compose, and find out whose a number is.
CRONS = ("ir_cron_automatic_messages", "ir_cron_check_phone_numbers")
TEMPLATE = "telegram.template"
ACTION = "ir.actions.server"


class Office:
    """Takes letters and queues them in Odoo, each in the way of its kind.

    With each batch it also creates a group and an instance by their dialogs, and lets the
    automations fire again for all contacts so far.

    :param presses: ``dialogs.Presses``
    :param list instance_ids: of the accounts
    :param sources: of each account, the customer who writes what is forwarded
    """

    def __init__(self, presses, instance_ids, sources):
        self._call = presses.call
        self._presses = presses
        self._instance_ids = instance_ids
        self._sources = sources
        self._dialogs = Dialogs(presses, instance_ids)
        self._action_ids = []
        self._automatic_ids = [[] for _instance in instance_ids]
        self._batches = 0
        self.paused_ids = set()  # mailings that were paused: later messages do not wait for them

    @property
    def presses(self):
        return self._presses.count

    @property
    def created(self):
        """Names of the groups and instances of which there may be one each."""
        return self._dialogs.created

    def prepare(self, partner_url, partner_token):
        """Create what automations and the partner's dialog need.

        :param str partner_url: address of the service
        :param str partner_token: of the partner at the service
        """
        self._call(
            "telegram.instance", "write", self._instance_ids, {"daily_new_contact_limit": 1000}
        )
        values = {"name": NAME, "api_url": partner_url, "instance_url": partner_url}
        values["api_token_new"] = partner_token
        [api_partner_id] = self._call("telegram.api.partner", "create", [values])
        self._dialogs.use_api_partner(api_partner_id)
        [model_id] = self._call("ir.model", "search", [("model", "=", "res.partner")])
        [user_id] = self._call("res.users", "search", [("login", "=", "admin")])
        values = {"name": NAME, "model_id": model_id, "body": "{{ object.name }}: automatic"}
        [template_id] = self._call(TEMPLATE, "create", [values])
        values = {
            "name": NAME,
            "model_id": model_id,
            "state": "telegram",
            "telegram_template_id": template_id,
            "telegram_user_id": user_id,
        }
        self._action_ids = self._call(
            ACTION,
            "create",
            [{**values, "telegram_instance_id": each} for each in self._instance_ids],
        )

    def queue(self, letters):
        """Write letters in their order, and do what else an office does."""
        for letter in letters:
            account = letter.customer.account
            if letter.kind in ("dialog", "mailing", "forward"):
                self._dialogs.write(letter)
            elif letter.kind == "automatic":
                self._automatic_ids[account].append(self._dialogs.get_partner(letter.customer))
            elif letter.kind != "mailed":
                method, arguments = letter.get_call()
                self._call("telegram.instance", method, [self._instance_ids[account]], *arguments)
        self._fire()
        self._batches += 1
        self._dialogs.create_group(f"{NAME}: group {self._batches}", self._sources[0])
        self._dialogs.create_instance(f"{NAME}: instance {self._batches}")

    def resume_mailings(self):
        """Continue mailings that were paused, such as while the account was suspended."""
        paused = [("state", "=", "paused"), ("instance_id", "in", self._instance_ids)]
        mailing_ids = self._call("telegram.mailing", "search", paused)
        self.paused_ids.update(mailing_ids)
        if mailing_ids:
            self._presses.press("telegram.mailing", "action_resume", mailing_ids)

    def _fire(self):
        """Let each automation fire twice for its contacts, old and new."""
        for action_id, partner_ids in zip(self._action_ids, self._automatic_ids, strict=True):
            if partner_ids:
                context = {"active_model": "res.partner", "active_ids": partner_ids}
                context["active_id"] = partner_ids[0]
                self._presses.press_until_done(ACTION, "run", [action_id], context=context)
