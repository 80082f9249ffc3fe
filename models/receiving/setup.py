# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...client import GreenApiError
from ...tools.transactions import own_transaction
from ..connection.service_settings import DELAY


class TelegramInstance(models.Model):
    """Extend ``telegram.instance``: how it receives messages, and *Set Up Receiving*.

    Messages are fetched by the listener (``listening.py``) or delivered to a webhook
    (``webhook.py``). Changing the method loses nothing: what was not received yet stays in
    GREEN-API's queue for 24 hours and is received the new way.
    """

    _inherit = "telegram.instance"

    receive_mode = fields.Selection(
        [("polling", "Listening"), ("webhook", "Webhook")],
        "Receiving Method",
        default="polling",
        required=True,
        tracking=True,
        help="Listening: Odoo waits for messages at GREEN-API and has them within seconds. "
        "Webhook: GREEN-API delivers messages to Odoo. This requires a public https address of "
        "Odoo.",
    )
    settings_sent_date = fields.Datetime(
        "Settings Sent",
        readonly=True,
        copy=False,
        help="Date on which settings were sent to GREEN-API that were not read back yet.",
    )
    receiving_message = fields.Char(compute="_compute_receiving_message")

    # === COMPUTE METHODS === #

    @api.depends(
        "receive_mode",
        "is_receiving_configured",
        "settings_sent_date",
        "webhook_url",
        "send_interval",
        "sent_interval",
    )
    def _compute_receiving_message(self):
        for instance in self:
            instance.receiving_message = instance._get_receiving_message()

    # === ACTION METHODS === #

    def action_set_up_receiving(self):
        """Configure notifications at GREEN-API, test the webhook address and show the result."""
        self.ensure_one()
        self.check_access("write")
        if problem := self._get_webhook_problem():
            raise UserError(problem)
        return self._notify_receiving(*self._test_receiving())

    # === BUSINESS METHODS === #

    def _test_receiving(self):
        """Configure notifications at GREEN-API and test the webhook address.

        Commits in a separate transaction.

        :return: tuple of the result, as a list of sentences, and whether receiving works
        """
        with own_transaction(self) as instance:
            changes = instance._set_up_receiving()
            if changes is None:
                return [instance.state_message], False
            sentences = [instance._get_changes_message(changes)]
        if self.receive_mode != "webhook":
            return sentences, True
        result, is_good = self._test_webhook()
        return [*sentences, result], is_good

    def _set_up_receiving(self):
        """Configure GREEN-API to report all events by the receiving method of the account.

        Every change of settings restarts the account for up to 5 minutes, so all are sent in one
        call, and only if some differ. They are read back at once, or by the receive action if
        GREEN-API does not respond yet.

        :return: set of the names of the changed settings; None after a failure
        """
        self.ensure_one()
        if self.is_other_database or self._get_webhook_problem():
            return None  # a copy would turn the events of the original to itself
        settings = self._prepare_settings()
        try:
            with self._get_client() as client:
                changes = self._compare_settings(settings, client.get_settings())
                if changes:
                    self._change_settings(client, changes)
        except GreenApiError as error:
            self._record_error(error)
            return None
        self._write_account(
            {
                "is_receiving_configured": not changes,
                "settings_sent_date": fields.Datetime.now() if changes else False,
                "webhook_url": settings["webhookUrl"],
                "sent_interval": settings[DELAY],
            }
        )
        if changes:
            self._read_settings_back()
        return set(changes)

    # === TEXTS === #

    def _notify_receiving(self, sentences, is_good):
        return self._notify(" ".join(sentences), is_good, sticky=True)

    def _get_receiving_message(self):
        """Return what has to be done before messages are received; False if nothing."""
        self.ensure_one()
        _ = self.env._
        if problem := self._get_webhook_problem():
            return problem
        if self.settings_sent_date:
            return _(
                "The settings were sent to GREEN-API, which restarts the account. This can take "
                "up to 5 minutes. After that, Odoo checks the settings."
            )
        is_new_webhook = self.receive_mode == "webhook" and not self.webhook_url
        if not self.is_receiving_configured or is_new_webhook:
            return _(
                "Receiving is not set up at GREEN-API. Click “Set Up Receiving” to receive "
                "messages."
            )
        if self.sent_interval and self.sent_interval != self.send_interval:
            return _(
                "The new send interval applies after you click “Set Up Receiving”. GREEN-API then "
                "restarts the account, which can take up to 5 minutes."
            )
        if self.receive_mode == "polling":
            return False
        if self.webhook_url != self._get_webhook_address():
            return _(
                "The address of this Odoo has changed. Click “Set Up Receiving” to send the new "
                "address to GREEN-API."
            )
        if not self.last_webhook_date:
            return _(
                "GREEN-API has not delivered anything yet. Send a message to the account from "
                "another Telegram account to test it."
            )
        return False
