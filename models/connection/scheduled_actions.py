# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import models

from ... import const
from ...tools.context import in_language_of
from ...tools.transactions import write_and_commit

SEND_INTERVAL = 5  # minutes; commits of new messages wake the action at once
# Minutes, by the receiving method. The listener does most of the work, and wakes the action for the
# rest.
RECEIVE_INTERVALS = {"polling": 10, "webhook": 1}
MAX_GAP = timedelta(minutes=10)  # if nothing was received for longer, messages may be missing
# Interval of writing the dates that MAX_GAP is measured by. Writing them each time would cost more.
HEARTBEAT_INTERVAL = timedelta(minutes=2)
MINUTES_OF = {"minutes": 1, "hours": 60, "days": 24 * 60}


class TelegramInstance(models.Model):
    """Extends ``telegram.instance`` with its two scheduled actions.

    They do all the network work on messages. Odoo's cron workers share them: one account is sent
    for by one worker at a time, and different accounts are processed in parallel.
    """

    _inherit = "telegram.instance"

    def _create_crons(self):
        """Create the two scheduled actions of a new account."""
        self.ensure_one()

        def values(name, method, minutes):
            return {
                "name": name,
                "model_id": self.env["ir.model"]._get_id(self._name),
                "state": "code",
                "code": f"model.browse({self.id}).{method}()",
                "user_id": self.env.ref("base.user_root").id,
                "interval_number": minutes,
                "interval_type": "minutes",
                "active": self.active,
            }

        send_name, receive_name = self._get_cron_names()
        minutes = RECEIVE_INTERVALS[self.receive_mode]
        # sudo: ir.cron - they belong to the account; its administrators edit no other ones
        crons_sudo = self.env["ir.cron"].sudo()
        send = crons_sudo.create(values(send_name, "_cron_send", SEND_INTERVAL))
        receive = crons_sudo.create(values(receive_name, "_cron_receive", minutes))
        # sudo: telegram.instance - only the addon writes these two
        self.sudo().write({"send_cron_id": send.id, "receive_cron_id": receive.id})

    def _get_cron_names(self):
        return (
            self.env._("Telegram: send the messages of %s", self.name),
            self.env._("Telegram: receive the messages of %s", self.name),
        )

    def _get_crons(self):
        # sudo: ir.cron - they belong to the account; its administrators edit no other ones
        sudo = self.sudo().with_context(active_test=False)
        return sudo.send_cron_id | sudo.receive_cron_id

    def _update_crons(self):
        """Update the scheduled actions after the account was renamed, archived or restored.

        The interval of the receive action follows the receiving method, unless a user has set it.
        """
        self.ensure_one()
        for cron, name in zip(
            (self.sudo().send_cron_id, self.sudo().receive_cron_id),  # sudo: as in _get_crons
            self._get_cron_names(),
            strict=True,
        ):
            # Saving must not fail while the action runs: the name is updated later then.
            if cron.name != name and cron.try_lock_for_update(allow_referencing=True):
                cron.name = name
            interval = RECEIVE_INTERVALS[self.receive_mode]
            if (
                cron == self.sudo().receive_cron_id  # sudo: as in _get_crons
                and cron.interval_type == "minutes"
                and cron.interval_number in RECEIVE_INTERVALS.values()
                and cron.interval_number != interval
                and cron.try_lock_for_update(allow_referencing=True)
            ):
                cron.interval_number = interval
            # toggle() keeps the actions of a neutralized database inactive.
            cron.toggle(self._name, [("id", "=", self.id)])

    def _trigger_send(self, at=None):
        """Trigger the send action when this transaction commits, or at a time (UTC)."""
        for instance in self:
            # sudo: ir.cron - every user who may queue a message may trigger sending
            instance.sudo().send_cron_id._trigger(at)

    def _cron_send(self):
        """Send the queued messages. Commits, so it is for the scheduled action only."""
        self.ensure_one()
        instance = self._in_company()
        if instance._update_heartbeat():
            instance.env["telegram.message"]._send_queue(instance)

    def _cron_receive(self):
        """Fetch and process notifications. Commits, so it is for the scheduled action only."""
        self.ensure_one()
        instance = self._in_company()
        if instance._update_heartbeat():
            instance._receive_notifications()
            instance._fetch_missed_messages()

    def _receive_notifications(self):
        """Fetch and process notifications if the action has time left. Commits."""
        # Odoo repeats an action with remaining work at least ten times, even after its time is
        # over. Leave that time to other actions.
        if not self.env["ir.cron"]._commit_progress(remaining=1):
            return
        if self.settings_sent_date:
            write_and_commit(self.env, self._read_settings_back)
        self.env["telegram.event"]._receive(self)

    def _get_longest_silence(self):
        """Return how long the receive action may pause before that counts as an outage."""
        cron_sudo = self.sudo().receive_cron_id  # sudo: ir.cron - it belongs to the instance
        minutes = MINUTES_OF.get(cron_sudo.interval_type, const.JOURNAL_HOURS * 60)
        return max(MAX_GAP, timedelta(minutes=2 * minutes * cron_sudo.interval_number))

    def _in_company(self):
        """Return the account in the environment of its company.

        Texts stored by a scheduled action are in the company's language and time zone.
        """
        self.ensure_one()
        return in_language_of(self.company_id, self.with_company(self.company_id))
