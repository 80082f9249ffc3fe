# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import config

from ...client import GreenApiError
from ...tools.transactions import own_transaction


class TelegramInstance(models.Model):
    """How messages come in: fetched by the receive action, or delivered to a webhook address.

    Nothing gets lost on the way from one to the other: what was not delivered stays in the
    service's queue for 24 hours, and goes the new way.
    """

    _inherit = "telegram.instance"

    receive_mode = fields.Selection(
        [("polling", "Scheduled action"), ("webhook", "Webhook")],
        "Messages Come In By",
        default="polling",
        required=True,
        tracking=True,
        help="Scheduled action: Odoo fetches them, in the interval of the receive action. "
        "Webhook: the service delivers them at once; Odoo needs a public https address for that.",
    )
    polling_window = fields.Integer(
        "Listening Window",
        help="Seconds that the receive action goes on waiting for messages when there are none. "
        "Where no webhook is possible, 50 or so let messages come in at once most of the time. "
        "Meanwhile the instance occupies one of Odoo's scheduler threads (max_cron_threads).",
    )
    settings_sent_date = fields.Datetime(
        readonly=True, copy=False, help="Since when the service is to have other settings."
    )
    receiving_message = fields.Char(compute="_compute_receiving_message")
    _polling_window_range = models.Constraint(
        "CHECK(polling_window BETWEEN 0 AND 300)",
        "The listening window has 0 to 300 seconds.",
    )

    # === COMPUTE METHODS === #

    @api.depends("receive_mode", "is_receiving_configured", "settings_sent_date", "webhook_url")
    def _compute_receiving_message(self):
        for instance in self:
            instance.receiving_message = instance._get_receiving_message()

    # === CRUD METHODS === #

    # === ACTION METHODS === #

    def action_set_up_receiving(self):
        """Tell the service how to report, try the webhook address, and say what came of it."""
        self.ensure_one()
        self.check_access("write")
        if problem := self._get_webhook_problem():
            raise UserError(problem)
        return self._notify_receiving(*self._test_receiving())

    # === BUSINESS METHODS === #

    def _test_receiving(self):
        """Tell the service how to report, and try the webhook address. Commits on its own.

        :return: what came of it, as a list of sentences, and whether it works
        """
        with own_transaction(self) as instance:
            changes = instance._set_up_receiving()
            if changes is None:
                return [instance.state_message], False
            sentences = [instance._get_changes_message(changes)]
        if self.receive_mode != "webhook":
            return sentences, True
        proof, is_good = self._test_webhook()
        return [*sentences, proof], is_good

    def _set_up_receiving(self):
        """Let the service report everything the chosen way, in one call and only when it does not.

        Every change of settings restarts the instance, for up to 5 minutes. They are read back at
        once if the service answers so soon, else by the receive action.

        :return: set of the names of the settings that were changed; None when it did not work
        """
        self.ensure_one()
        if self._get_webhook_problem():
            return None
        wanted = self._prepare_settings()
        try:
            with self._get_client() as client:
                current = client.get_settings()
                changes = self._compare_settings(wanted, current)
                if changes:
                    self._change_settings(client, changes)
        except GreenApiError as error:
            self._record_error(error)
            return None
        told_at = fields.Datetime.now() if changes else False
        self._write_account(
            {
                "is_receiving_configured": not changes,
                "settings_sent_date": told_at,
                "webhook_url": wanted["webhookUrl"],
            }
        )
        if changes:
            self._read_settings_back()
        return set(changes)

    def _get_polling_window(self):
        """Give the length of the listening window, within what Odoo lets an action run."""
        limit = config["limit_time_real_cron"]
        if limit < 0:
            limit = config["limit_time_real"]
        return min(self.polling_window, limit // 2) if limit > 0 else self.polling_window

    # === TEXTS === #

    def _notify_receiving(self, sentences, is_good):
        return self._notify(" ".join(sentences), is_good, sticky=True)

    def _get_receiving_message(self):
        """Say what is to be done, or waited for, until messages come in; False when nothing is."""
        self.ensure_one()
        _ = self.env._
        if problem := self._get_webhook_problem():
            return problem
        if self.settings_sent_date:
            return _(
                "The service was told how messages come in, and restarts: up to 5 minutes. Then "
                "its settings are read back."
            )
        if not self.is_receiving_configured:
            return _("The service was not told yet how messages come in. Press “Set up receiving”.")
        if self.receive_mode == "polling":
            return False
        if self.webhook_url != self._get_webhook_address():
            return _(
                "The address of this Odoo has changed. Press “Set up receiving” to tell the "
                "service the new one."
            )
        if not self.last_webhook_date:
            return _(
                "The service has not delivered anything yet. Write to the account from another "
                "one to see the first message come in."
            )
        return False
