# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .. import const
from ..client import GreenApiError
from ..tools.transactions import write_in_own_transaction

# The switches: our names, the service's, and whether Odoo misses something without it.
SWITCHES = {
    "incoming_webhook": "incomingWebhook",
    "outgoing_webhook": "outgoingWebhook",
    "outgoing_message_webhook": "outgoingMessageWebhook",
    "outgoing_api_message_webhook": "outgoingAPIMessageWebhook",
    "state_webhook": "stateWebhook",
    "poll_message_webhook": "pollMessageWebhook",
    "edited_message_webhook": "editedMessageWebhook",
    "deleted_message_webhook": "deletedMessageWebhook",
    "mark_incoming": "markIncomingMessagesReaded",
    "mark_on_reply": "markIncomingMessagesReadedOnReply",
    "keep_online": "keepOnlineStatus",
}
DELAY = "delaySendMessagesMilliseconds"
# Told by "Set up receiving" only, and a secret.
RECEIVING = ("webhookUrl", "webhookUrlToken")


class TelegramInstanceSettings(models.TransientModel):
    """The settings of an instance as the service has them. Only what is changed is sent."""

    _name = "telegram.instance.settings"
    _inherit = "telegram.wizard.mixin"
    _description = "Settings of a Telegram Instance"

    instance_id = fields.Many2one("telegram.instance", required=True, ondelete="cascade")
    incoming_webhook = fields.Boolean("Incoming messages")
    outgoing_webhook = fields.Boolean("What becomes of messages")
    outgoing_message_webhook = fields.Boolean("Messages written on the phone")
    outgoing_api_message_webhook = fields.Boolean("Messages sent through the service")
    state_webhook = fields.Boolean("State of the account")
    poll_message_webhook = fields.Boolean("Polls")
    edited_message_webhook = fields.Boolean("Edited messages")
    deleted_message_webhook = fields.Boolean("Deleted messages")
    mark_incoming = fields.Boolean("Mark as read at once")
    mark_on_reply = fields.Boolean("Mark as read when answering")
    keep_online = fields.Boolean("Show as online")
    delay = fields.Integer("Pause between two messages")
    webhook_url = fields.Char("Webhook address", readonly=True)
    others = fields.Text("Other settings", readonly=True)
    as_read = fields.Json(readonly=True)
    missing = fields.Char(compute="_compute_missing")

    # === COMPUTE METHODS === #

    @api.depends(*SWITCHES)
    def _compute_missing(self):
        for wizard in self:
            needed = [name for name in SWITCHES if SWITCHES[name] in const.RECEIVE_SETTINGS]
            off = [wizard._fields[name]._description_string(self.env) for name in needed]
            off = [label for label, name in zip(off, needed, strict=True) if not wizard[name]]
            wizard.missing = ", ".join(off)

    # === CONSTRAINT METHODS === #

    @api.constrains("delay")
    def _check_delay(self):
        for wizard in self:
            if not const.SEND_INTERVAL_MIN <= wizard.delay <= const.SEND_INTERVAL_MAX:
                raise ValidationError(
                    self.env._(
                        "The pause between two messages is %(min)s to %(max)s milliseconds.",
                        min=const.SEND_INTERVAL_MIN,
                        max=const.SEND_INTERVAL_MAX,
                    )
                )

    # === ACTION METHODS === #

    def action_save(self):
        """Send what was changed, in one call, and read it back."""
        self.ensure_one()
        instance = self.instance_id
        instance.check_access("write")
        close = {"type": "ir.actions.act_window_close"}
        changes = self._get_changes()
        if not changes:
            return instance._display_result(
                self.env._("Nothing was changed."), type="info", next=close
            )
        step = instance._call_service("set_settings", changes)
        write_in_own_transaction(instance, lambda own: own._store_settings(changes))
        different = self._read_back(changes)
        told = instance._get_changes_message(changes)
        if different:
            told = self.env._(
                "%(told)s Until then the service still shows the former value of: %(names)s.",
                told=told,
                names=self._get_setting_names(different),
            )
        return instance._display_result(told, step, next=close)

    # === BUSINESS METHODS === #

    @api.model
    def _create_from_settings(self, instance, settings):
        """Return the dialog's record for the settings that the service has.

        :param dict settings: the service's names and values; the webhook's secret stays out
        """
        shown = {name: settings.get(key) == "yes" for name, key in SWITCHES.items()}
        delay = settings.get(DELAY)
        is_number = isinstance(delay, int) and not isinstance(delay, bool)
        delay = delay if is_number else const.SEND_INTERVAL_MIN
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
                "delay": min(max(delay, const.SEND_INTERVAL_MIN), const.SEND_INTERVAL_MAX),
                "webhook_url": url if isinstance(url, str) else False,
                "others": "\n".join(others),
                "as_read": {
                    key: settings[key] for key in (*SWITCHES.values(), DELAY) if key in settings
                },
            }
        )

    def _get_changes(self):
        """Give what the service is to have otherwise, by its names.

        A switch that it does not have at all, and that stays off, is none.
        """
        wanted = {key: "yes" if self[name] else "no" for name, key in SWITCHES.items()}
        former = dict.fromkeys(SWITCHES.values(), "no") | (self.as_read or {})
        return {
            key: value
            for key, value in {**wanted, DELAY: self.delay}.items()
            if former.get(key) != value
        }

    def _read_back(self, changes):
        """Give the settings that the service does not have yet, by its names.

        While it restarts it may not say; the receive action asks once more then.
        """
        try:
            with self.instance_id._get_client() as client:
                current = client.get_settings()
        except GreenApiError:
            return set()
        return {key for key, value in changes.items() if current.get(key) != value}

    @api.model
    def _get_setting_names(self, keys):
        """Give the labels of settings, in the order of the dialog, as a list in one line.

        :param keys: the service's names
        """
        names = {**{key: name for name, key in SWITCHES.items()}, DELAY: "delay"}
        labels = {
            **{
                key: self._fields[name]._description_string(self.env) for key, name in names.items()
            },
            "webhookUrl": self.env._("Webhook address"),
            "webhookUrlToken": self.env._("Webhook secret"),
        }
        labels |= {key: key for key in sorted(keys) if key not in labels}
        return ", ".join(label for key, label in labels.items() if key in keys)
