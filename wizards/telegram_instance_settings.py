# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models

from ..client import GreenApiError
from ..models.connection.service_settings import DELAY, RECEIVE_SETTINGS, RECEIVING, SWITCHES
from ..tools.transactions import write_in_own_transaction


class TelegramInstanceSettings(models.TransientModel):
    """Change the settings of an account at GREEN-API. Only changed settings are sent."""

    _name = "telegram.instance.settings"
    _inherit = "telegram.wizard.mixin"
    _description = "Telegram Account Settings"

    instance_id = fields.Many2one("telegram.instance", required=True, ondelete="cascade")
    incoming_webhook = fields.Boolean("Incoming Messages")
    outgoing_webhook = fields.Boolean("Message Statuses")
    outgoing_message_webhook = fields.Boolean("Messages from the Phone")
    outgoing_api_message_webhook = fields.Boolean("Messages from the API")
    state_webhook = fields.Boolean("Account State")
    poll_message_webhook = fields.Boolean("Polls")
    edited_message_webhook = fields.Boolean("Edited Messages")
    deleted_message_webhook = fields.Boolean("Deleted Messages")
    mark_incoming = fields.Boolean("Mark as Read Immediately")
    mark_on_reply = fields.Boolean("Mark as Read on Reply")
    keep_online = fields.Boolean("Always Online")
    delay = fields.Integer("Send Interval (ms)")
    webhook_url = fields.Char("Webhook Address", readonly=True)
    others = fields.Text("Other Settings", readonly=True)
    as_read = fields.Json(readonly=True)
    missing = fields.Char(compute="_compute_missing")

    # === COMPUTE METHODS === #

    @api.depends(*SWITCHES)
    def _compute_missing(self):
        for wizard in self:
            needed = [name for name in SWITCHES if SWITCHES[name] in RECEIVE_SETTINGS]
            off = [wizard._fields[name]._description_string(self.env) for name in needed]
            off = [label for label, name in zip(off, needed, strict=True) if not wizard[name]]
            wizard.missing = ", ".join(off)

    # === CONSTRAINT METHODS === #

    @api.constrains("delay")
    def _check_delay(self):
        for wizard in self:
            wizard.instance_id._check_send_interval(wizard.delay)

    # === ACTION METHODS === #

    def action_save(self):
        """Send the changed settings in one call, read them back and display the result."""
        self.ensure_one()
        instance = self.instance_id
        instance.check_access("write")
        close = {"type": "ir.actions.act_window_close"}
        changes = self._get_changes()
        if not changes:
            return instance._display_result(
                self.env._("No settings were changed."), type="info", next=close
            )
        step = instance._call_service("set_settings", changes)
        write_in_own_transaction(instance, lambda own: own._store_settings(changes))
        different = self._read_back(changes)
        message = instance._get_changes_message(changes)
        if different:
            message = self.env._(
                "%(message)s Until then, GREEN-API still shows the previous value of: %(names)s.",
                message=message,
                names=self._get_setting_names(different),
            )
        return instance._display_result(message, step, next=close)

    # === BUSINESS METHODS === #

    @api.model
    def _create_from_settings(self, instance, settings):
        """Create the wizard with the current settings at GREEN-API.

        :param dict settings: values by the names at GREEN-API; the webhook secret is not copied
        :return: the wizard record
        """
        shown = {name: settings.get(key) == "yes" for name, key in SWITCHES.items()}
        known = {*SWITCHES.values(), DELAY, *RECEIVING}
        others = [
            f"{key}: {value}"
            for key, value in settings.items()
            if key not in known and "token" not in key.lower()
        ]
        url = settings.get("webhookUrl")
        return self.create(
            {
                "instance_id": instance.id,
                **shown,
                "delay": instance._get_allowed_send_interval(settings.get(DELAY)),
                "webhook_url": url if isinstance(url, str) else False,
                "others": "\n".join(others),
                "as_read": {
                    key: settings[key] for key in (*SWITCHES.values(), DELAY) if key in settings
                },
            }
        )

    def _get_changes(self):
        """Return the changed settings as values by the names at GREEN-API.

        A switch that GREEN-API does not return counts as off.
        """
        current = {key: "yes" if self[name] else "no" for name, key in SWITCHES.items()}
        previous = dict.fromkeys(SWITCHES.values(), "no") | (self.as_read or {})
        return {
            key: value
            for key, value in {**current, DELAY: self.delay}.items()
            if previous.get(key) != value
        }

    def _read_back(self, changes):
        """Return the names of the settings that GREEN-API has not applied yet.

        It may not respond while the account restarts. The receive action checks again later.
        """
        try:
            with self.instance_id._get_client() as client:
                current = client.get_settings()
        except GreenApiError:
            return set()
        return {key for key, value in changes.items() if current.get(key) != value}

    @api.model
    def _get_setting_names(self, keys):
        """Return the labels of settings as a list in one line, in the order of the dialog.

        :param keys: names at GREEN-API
        """
        names = {**{key: name for name, key in SWITCHES.items()}, DELAY: "delay"}
        labels = {
            **{
                key: self._fields[name]._description_string(self.env) for key, name in names.items()
            },
            "webhookUrl": self.env._("Webhook Address"),
            "webhookUrlToken": self.env._("Webhook Secret"),
        }
        labels |= {key: key for key in sorted(keys) if key not in labels}
        return ", ".join(label for key, label in labels.items() if key in keys)
