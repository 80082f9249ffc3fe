# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import fields, models

from ... import const
from ...client import GreenApiError, RefusedError, RetryableError
from ...tools.transactions import write_in_own_transaction


class TelegramInstance(models.Model):
    """The settings of an instance at the service: read, changed, and put back to the standard."""

    _inherit = "telegram.instance"

    own_settings = fields.Json(
        readonly=True,
        copy=False,
        help="What a person wants otherwise than the standard, by the service's names.",
    )

    def _prepare_settings(self):
        """Give the settings that the service is to have, by its own names.

        A former webhookUrlToken stays when messages are fetched: what is still on its way is taken.
        """
        settings = {
            **const.RECEIVE_SETTINGS,
            "webhookUrl": "",
            "delaySendMessagesMilliseconds": self.send_interval,
        }
        if self.receive_mode == "webhook":
            settings["webhookUrlToken"] = self._get_webhook_secret()
            settings["webhookUrl"] = self._get_webhook_address()
        return settings | (self.own_settings or {})  # settings chosen by a user win

    def _change_settings(self, client, changes):
        """Change settings of the service.

        :raise GreenApiError: it did not work
        """
        if not client.set_settings(changes).done:
            raise RefusedError("setSettings", const.CODE_BAD_REQUEST)

    def _read_settings_back(self):
        """Look whether the service keeps the settings that it was told.

        It may not answer while it restarts, or so soon after the last question: then later.
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
        elif self._get_seconds_since_told() > const.RESTART_SECONDS:
            problem = self.env._(
                "The service took the settings, but does not keep these: %s. Press “Set up "
                "receiving”; if that does not help, look at the GREEN-API console.",
                ", ".join(different),
            )
            self._write_account({"settings_sent_date": False, "last_error": problem})

    def _compare_settings(self, wanted, current):
        """Give the wanted settings that the service does not have. A switch it lacks is off."""
        return {
            key: value
            for key, value in wanted.items()
            if current.get(key, "no" if value == "no" else None) != value
        }

    def _get_seconds_since_told(self):
        return (fields.Datetime.now() - self.settings_sent_date).total_seconds()

    def _get_changes_message(self, changes):
        if not changes:
            return self.env._("The service had all settings already.")
        names = self.env["telegram.instance.settings"]._get_setting_names(changes)
        changed = self.env._("The service was told: %s.", names)
        return f"{changed} {self._get_restart_message()}"

    def _get_restart_message(self):
        return self.env._(
            "It restarts the instance now, which takes up to 5 minutes; messages wait until then."
        )

    # === ACTION METHODS === #

    def action_open_settings(self):
        """Read the settings of the service and show them, to be changed.

        https://green-api.com/en/telegram/docs/api/account/GetSettings/
        """
        self.ensure_one()
        self.check_access("write")
        settings = self._call_service("get_settings")
        wizard = self.env["telegram.instance.settings"]._create_from_settings(self, settings)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Settings at GREEN-API"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_standard_settings(self):
        """Let the service have the settings again that suit Odoo best."""
        self.ensure_one()
        self.check_access("write")
        write_in_own_transaction(self, lambda instance: instance._reset_settings())
        return self.action_set_up_receiving()

    # === BUSINESS METHODS === #

    def _reset_settings(self):
        self.write({"own_settings": const.STANDARD_SETTINGS})

    def _store_settings(self, changes):
        """Keep the settings that a person has changed at the service, else the next
        "Set up receiving" would take them back.

        :param dict changes: the service's names and values
        """
        values = {"own_settings": {**(self.own_settings or {}), **changes}}
        interval = values["own_settings"].pop("delaySendMessagesMilliseconds", None)
        if interval:
            values["send_interval"] = interval
        if self.is_receiving_configured:
            # The receive action reads them back as soon as the instance has restarted.
            values |= {
                "is_receiving_configured": False,
                "settings_sent_date": fields.Datetime.now(),
            }
        self.write(values)
