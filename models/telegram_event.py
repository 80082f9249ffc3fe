# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import json
import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.constants import GC_UNLINK_LIMIT

from .. import const
from ..client import GreenApiError, answers
from ..client.notifications import (
    MessageNotification,
    NotificationError,
    QuotaNotification,
    StateNotification,
    StatusNotification,
    event_key,
    parse,
)
from .telegram_message_inbox import NotYet
from .transactions import CONFLICTS, write_and_commit

_logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 3
ATTEMPTS_AT_ONCE = (
    5  # times that an event is processed at once again when it met another transaction
)
RETRY_PAUSE = 60  # seconds before an event is looked at again
KEPT_DAYS = 30  # processed events are removed after that


class TelegramEvent(models.Model):
    """One raw notification as it arrived: the inbox.

    It is stored and committed before anybody looks into it, so whatever goes wrong later, it is
    still there. One that cannot be processed is set aside with its error and holds up nobody.
    """

    _name = "telegram.event"
    _description = "Telegram Event"
    _order = "id desc"
    _rec_name = "type_webhook"

    instance_id = fields.Many2one(
        "telegram.instance", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="instance_id.company_id", store=True)
    key = fields.Char(
        required=True, readonly=True, help="The same for every delivery of one notification."
    )
    type_webhook = fields.Char("Type", readonly=True, help="typeWebhook of the service.")
    payload = fields.Text(readonly=True, help="The notification as JSON, as it arrived.")
    state = fields.Selection(
        [
            ("new", "New"),
            ("done", "Done"),
            ("ignored", "Ignored"),
            ("error", "Set Aside"),
        ],
        required=True,
        readonly=True,
        default="new",
    )
    error = fields.Char("Reason", readonly=True, help="Why it was set aside or ignored.")
    attempts = fields.Integer(readonly=True)
    next_attempt_at = fields.Datetime(readonly=True)
    message_id = fields.Many2one(
        "telegram.message", readonly=True, index="btree_not_null", ondelete="set null"
    )

    _key_uniq = models.Constraint(
        "unique(instance_id, key)", "This notification of the instance is already there."
    )
    _new_index = models.Index("(instance_id, id) WHERE state = 'new'")

    # === ACTION METHODS === #

    def action_replay(self):
        """Process events once more that were set aside or ignored."""
        self.check_access("read")
        # sudo: telegram.event - nobody writes what the service has sent, its readers replay it
        events_sudo = self.sudo().filtered(lambda event: event.state in ("error", "ignored"))
        events_sudo.write({"state": "new", "error": False, "attempts": 0, "next_attempt_at": False})
        if not events_sudo:
            raise UserError(
                self.env._("Only events that were set aside or ignored are processed again.")
            )
        for instance_sudo in events_sudo.instance_id:
            instance_sudo.receive_cron_id._trigger()

    # === BUSINESS METHODS === #

    @api.model
    def _ingest(self, instance, body, receipt_id=None):
        """Store a notification, once however often it is delivered.

        :param body: the decoded JSON of the notification, whatever it is
        :param int receipt_id: of the polled notification; none for a webhook
        :return: bool, whether it is new
        """
        self.flush_model()
        type_webhook = answers.clean_text(body, "typeWebhook") if isinstance(body, dict) else ""
        # The unique key is the judge: asking first would miss what was committed meanwhile, and
        # the ORM would turn a known key into an error in the log. The time is the clock's, not
        # that of the transaction's begin: it is compared with when messages were claimed.
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO telegram_event (
                    instance_id, company_id, key, type_webhook, payload, state, attempts,
                    create_uid, create_date, write_uid, write_date
                )
                VALUES (
                    %(instance)s, %(company)s, %(key)s, %(type)s, %(payload)s, 'new', 0,
                    %(uid)s, %(now)s, %(uid)s, %(now)s
                )
                ON CONFLICT (instance_id, key) DO NOTHING
                RETURNING id
                """,
                instance=instance.id,
                company=instance.company_id.id,
                key=event_key(body, receipt_id),
                type=type_webhook[:64],
                payload=json.dumps(body),
                uid=self.env.uid,
                now=SQL("clock_timestamp() AT TIME ZONE 'UTC'"),
            )
        )
        return bool(rows)

    @api.model
    def _poll(self, instance):
        """Take in what waits at the service, one notification at a time, and process it.

        Each is stored and committed before it is deleted at the service. Commits: for the
        receive action only, which never runs twice at the same time.
        """
        commit = self.env["ir.cron"]._commit_progress
        is_over, last_receipt_id = False, None
        try:
            with instance._get_client() as client:
                while not is_over:
                    commit(remaining=1)  # nothing is open while the service is waited for
                    waiting = client.receive_notification()
                    if not waiting or waiting.receipt_id == last_receipt_id:
                        break  # empty, or the service does not delete what it was told to
                    last_receipt_id = waiting.receipt_id
                    self._ingest(instance, waiting.body, waiting.receipt_id)
                    commit(remaining=1)
                    client.delete_notification(waiting.receipt_id)
                    is_over = self._process_inbox(instance)
        except GreenApiError as error:
            write_and_commit(self.env, instance._take_error, error)
        else:
            write_and_commit(self.env, instance._clear_problem)
            if instance.state != const.STATE_AUTHORIZED:
                instance._refresh_state_and_commit()
        is_over = self._process_inbox(instance) or is_over
        commit(remaining=int(is_over))

    @api.model
    def _process_inbox(self, instance):
        """Process the new events of an instance in their order. Commits: see _poll.

        :return: bool, whether the time of the scheduled action is over before the work is
        """
        due = Domain("instance_id", "=", instance.id) & Domain("state", "=", "new")
        due &= Domain("next_attempt_at", "=", False) | Domain(
            "next_attempt_at", "<=", fields.Datetime.now()
        )
        last_id, seconds_left = 0, self.env["ir.cron"]._commit_progress()
        while event := self.search(due & Domain("id", ">", last_id), order="id", limit=1):
            last_id = event.id
            event._process()
            seconds_left = self.env["ir.cron"]._commit_progress(1, remaining=1)
            if not seconds_left:
                break
        return not seconds_left

    def _process(self):
        """Give one event its meaning; keep why, when that does not work."""
        self.ensure_one()
        for left in range(ATTEMPTS_AT_ONCE, 0, -1):
            try:
                with self.env.cr.savepoint():
                    self.write({"error": False, **self._handle()})
            except CONFLICTS:
                # Somebody else was faster with the same chat or message: look again.
                self.env.cr.rollback()
                if left == 1:
                    self._look_again_later()
                continue
            except NotYet:
                self._look_again_later()
            except NotificationError as error:
                self.write({"state": "error", "error": str(error)})
            except Exception as error:  # pylint: disable=broad-exception-caught
                # Whatever is wrong with one event, the others go on; this one is set aside.
                _logger.warning("Telegram event %s cannot be processed", self.id, exc_info=True)
                self._count_failure(f"{type(error).__name__}: {error}")
            return

    def _look_again_later(self):
        pause = timedelta(seconds=RETRY_PAUSE)
        self.next_attempt_at = fields.Datetime.now() + pause

    def _count_failure(self, reason):
        self.attempts += 1
        self.error = reason
        if self.attempts >= MAX_ATTEMPTS:
            self.state = "error"
        else:
            self._look_again_later()

    def _handle(self):
        """Do what the event says.

        :return: dict, the values to write on the event
        :raise NotificationError: it cannot be understood
        :raise NotYet: it has to wait for a send under way
        """
        instance = self.instance_id
        messages = self.env["telegram.message"].with_company(instance.company_id)
        notification = parse(json.loads(self.payload))
        match notification:
            case MessageNotification():
                message = messages._receive(instance, notification, self.create_date)
                return {"state": "done", "message_id": message.id}
            case StatusNotification():
                message = messages._take_status(instance, notification, self.create_date)
                if message:
                    return {"state": "done", "message_id": message.id}
                return {"state": "ignored", "error": self.env._("No such message is known here.")}
            case StateNotification():
                instance._take_state(notification.state)
                return {"state": "done"}
            case QuotaNotification():
                instance._take_quota(notification)
                return {"state": "done"}
        return {
            "state": "ignored",
            "error": self.env._("This type of notification is not known to this version."),
        }

    @api.autovacuum
    def _gc_events(self):
        """Remove events that were processed long ago; those set aside stay."""
        limit = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        domain = [("state", "in", ("done", "ignored")), ("create_date", "<", limit)]
        events = self.search(domain, limit=GC_UNLINK_LIMIT)
        events.unlink()
        return len(events), len(events) == GC_UNLINK_LIMIT
