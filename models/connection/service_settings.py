# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models

from ... import const
from ...client import GreenApiError, RefusedError, RetryableError
from ...tools.actions import get_dialog_action
from ...tools.transactions import write_in_own_transaction

DELAY = "delaySendMessagesMilliseconds"  # of the pause between two messages
# Shown and changed by no dialog: one of them is a secret.
RECEIVING = ("webhookUrl", "webhookUrlToken")
# Switches that a user may change, besides DELAY: field name in the dialog and name at GREEN-API.
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
# The notifications that this addon needs. A new instance sends none until they are switched on.
RECEIVE_SETTINGS = {
    "incomingWebhook": "yes",
    "outgoingWebhook": "yes",
    "outgoingMessageWebhook": "yes",
    "outgoingAPIMessageWebhook": "yes",
    "stateWebhook": "yes",
    "pollMessageWebhook": "yes",
    "editedMessageWebhook": "yes",
    "deletedMessageWebhook": "yes",
}
# What the button "Standard Settings" resets besides. Odoo itself marks messages as read.
STANDARD_SETTINGS = {
    "markIncomingMessagesReaded": "no",
    "markIncomingMessagesReadedOnReply": "no",
    "keepOnlineStatus": "no",
}


class TelegramInstance(models.Model):
    """Extends ``telegram.instance`` with its settings at GREEN-API.

    They are read, changed, compared with what Odoo needs, and reset to the standard. The tables
    above say which settings Odoo needs, and which a user may change. Only those that differ are
    sent, in one call, but not without a usable webhook address: by Set Up Receiving, the guided
    start, the first sign-in, and Check State if the account works. The dialog sends those that the
    user has changed, and New Webhook Secret the secret. A copied database sends none
    (``_check_database``).
    """

    _inherit = "telegram.instance"

    own_settings = fields.Json(
        readonly=True,
        copy=False,
        help="Settings that a user has changed from the standard, by GREEN-API's names.",
    )

    # === ACTION METHODS === #

    def action_open_settings(self):
        """Fetch the settings from GREEN-API and open them in a dialog.

        https://green-api.com/en/telegram/docs/api/account/GetSettings/
        """
        self.ensure_one()
        self.check_access("write")
        settings = self._call_service("get_settings")
        wizard = self.env["telegram.instance.settings"]._create_from_settings(self, settings)
        return get_dialog_action(wizard._name, self.env._("Settings at GREEN-API"), wizard.id)

    def action_standard_settings(self):
        """Reset the settings at GREEN-API to those that suit Odoo best."""
        self.ensure_one()
        self.check_access("write")
        write_in_own_transaction(self, lambda instance: instance._reset_settings())
        return self.action_set_up_receiving()

    # === BUSINESS METHODS === #

    def _prepare_settings(self):
        """Return the settings that GREEN-API should have, by its own names.

        When notifications are polled, a former webhookUrlToken is kept: deliveries that are under
        way are still accepted.
        """
        settings = {
            **RECEIVE_SETTINGS,
            "webhookUrl": "",
            DELAY: self.send_interval,
        }
        if self.receive_mode == "webhook":
            settings["webhookUrlToken"] = self._get_webhook_secret()
            settings["webhookUrl"] = self._get_webhook_address()
        return settings | (self.own_settings or {})  # settings changed by a user win

    @api.model
    def _prepare_new_settings(self):
        """Return the initial settings of an instance that a partner creates."""
        return {**RECEIVE_SETTINGS, DELAY: self.default_get(["send_interval"])["send_interval"]}

    def _change_settings(self, client, changes):
        """Send changed settings to GREEN-API.

        :raise GreenApiError: they were not changed
        """
        if not client.set_settings(changes).done:
            raise RefusedError("setSettings", const.CODE_BAD_REQUEST)

    def _read_settings_back(self):
        """Check whether GREEN-API has stored the settings that were sent.

        It may not respond while it restarts, or too soon after the last question. The next run
        checks again then.
        """
        wanted = self._prepare_settings()
        try:
            with self._get_client() as client:
                current = client.get_settings()
        except GreenApiError as error:
            if not isinstance(error, RetryableError):
                self._record_error(error)
            return
        different = sorted(self._compare_settings(wanted, current))
        if not different:
            self._write_account({"is_receiving_configured": True, "settings_sent_date": False})
        elif self._get_seconds_since_sent() > const.RESTART_SECONDS:
            message = self.env._(
                "GREEN-API accepted the settings but did not store these: %s. Click Set Up "
                "Receiving. If that does not help, look at the GREEN-API console.",
                ", ".join(different),
            )
            self._write_account({"settings_sent_date": False, "last_error": message})

    def _compare_settings(self, wanted, current):
        """Return the wanted settings that differ. A switch that GREEN-API lacks is off."""
        return {
            key: value
            for key, value in wanted.items()
            if current.get(key, "no" if value == "no" else None) != value
        }

    def _get_seconds_since_sent(self):
        return (fields.Datetime.now() - self.settings_sent_date).total_seconds()

    def _reset_settings(self):
        self.write({"own_settings": STANDARD_SETTINGS})

    def _store_settings(self, changes):
        """Store the settings that a user has changed, so that Set Up Receiving keeps them.

        :param dict changes: values by GREEN-API's names
        """
        values = {"own_settings": {**(self.own_settings or {}), **changes}}
        interval = values["own_settings"].pop(DELAY, None)
        if interval:
            values |= {"send_interval": interval, "sent_interval": interval}
        if self.is_receiving_configured:
            # The receive action reads them back as soon as the account has restarted.
            values |= {
                "is_receiving_configured": False,
                "settings_sent_date": fields.Datetime.now(),
            }
        self.write(values)

    # === TEXTS === #

    def _get_changes_message(self, changes):
        if not changes:
            return self.env._("GREEN-API already had all settings.")
        names = self.env["telegram.instance.settings"]._get_setting_names(changes)
        changed = self.env._("Settings changed at GREEN-API: %s.", names)
        return f"{changed} {self._get_restart_message()}"

    def _get_restart_message(self):
        return self.env._(
            "The account restarts now, which takes up to 5 minutes. Messages are queued until then."
        )
