# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .. import const
from ..client import parsing
from ..client.notifications import (
    INCOMING,
    OUTGOING,
    OUTGOING_API,
    QUOTA,
    STATE,
    STATUS,
    UnreadableBody,
    decode_body,
    event_key,
    get_file_identity,
    has_other_file,
)

# Key that Odoo adds to the notification of a further file under the ID of another message.
FURTHER_FILE = "furtherFile"
# Readable names of typeWebhook. A type that is not known here is "other".
EVENT_TYPES = [
    (INCOMING, "Incoming message"),
    (OUTGOING, "Message sent from the phone"),
    (OUTGOING_API, "Message sent through GREEN-API"),
    (STATUS, "Status of a message"),
    (STATE, "State of the account"),
    (QUOTA, "Quota used up"),
    (const.WEBHOOK_TEST, "Test of the webhook"),
    ("other", "Other"),
]
KNOWN_TYPES = {value for value, _label in EVENT_TYPES}


class TelegramEvent(models.Model):
    """A notification of GREEN-API as it was received: the inbox.

    An event is stored and committed before it is processed, so no failure can lose it. An event
    that cannot be processed is set aside with the error and does not delay the following ones.
    """

    _name = "telegram.event"
    _description = "Telegram Event"
    _order = "id desc"
    _rec_name = "type_webhook"

    instance_id = fields.Many2one(
        "telegram.instance",
        "Account",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="instance_id.company_id")
    key = fields.Char(
        required=True,
        readonly=True,
        help="Identifies the event. It is the same each time the event is delivered.",
    )
    event_type = fields.Selection(
        EVENT_TYPES, "Type", compute="_compute_event_type", store=True, readonly=True
    )
    type_webhook = fields.Char(
        "Type at GREEN-API", readonly=True, help="The typeWebhook value of GREEN-API."
    )
    source = fields.Selection(
        [("polling", "Polling"), ("webhook", "Webhook"), ("journal", "GREEN-API Journal")],
        readonly=True,
        help="How the event was received.",
    )
    payload = fields.Text(readonly=True, help="The event as it was received, usually JSON.")
    payload_pretty = fields.Text("Raw Payload", compute="_compute_payload_pretty")
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
    error = fields.Char(
        "Reason", readonly=True, help="The reason why the event was set aside or ignored."
    )
    attempts = fields.Integer(readonly=True)
    next_attempt_date = fields.Datetime("Next Attempt", readonly=True)
    message_id = fields.Many2one(
        "telegram.message", readonly=True, index="btree_not_null", ondelete="set null"
    )
    _key_uniq = models.Constraint(
        "unique(instance_id, key)", "This event of the account has already been stored."
    )
    _new_index = models.Index("(instance_id, id) WHERE state = 'new'")

    # === COMPUTE METHODS === #

    @api.depends("type_webhook")
    def _compute_event_type(self):
        for event in self:
            event.event_type = self._get_event_type(event.type_webhook)

    @api.depends("type_webhook")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for event in self:
            event.display_name = self._get_type_label(event.type_webhook)

    @api.depends("payload")
    def _compute_payload_pretty(self):
        for event in self:
            event.payload_pretty = event.payload and format_json(decode_body(event.payload))

    # === ACTION METHODS === #

    def action_replay(self):
        """Process events again that were set aside or ignored."""
        self.check_access("read")
        # sudo: telegram.event - users never write events, but those who read them may replay them
        events_sudo = self.sudo().filtered(lambda event: event.state in ("error", "ignored"))
        events_sudo.write(
            {"state": "new", "error": False, "attempts": 0, "next_attempt_date": False}
        )
        if not events_sudo:
            raise UserError(
                self.env._(
                    "None of these events was set aside or ignored. Only such events can be "
                    "processed again."
                )
            )
        for instance_sudo in events_sudo.instance_id:
            instance_sudo.receive_cron_id._trigger()

    # === BUSINESS METHODS === #

    @api.model
    def _get_event_type(self, type_webhook):
        """Return the value of ``event_type`` for a typeWebhook of GREEN-API."""
        return type_webhook if type_webhook in KNOWN_TYPES else "other"

    @api.model
    def _get_type_label(self, type_webhook):
        """Return the readable name of a typeWebhook, or itself if it is not known."""
        labels = dict(self._fields["event_type"]._description_selection(self.env))
        return labels.get(type_webhook) or type_webhook or labels["other"]

    @api.model
    def _ingest(self, instance, body, receipt_id=None, *, source="polling", cron=None):
        """Store a notification, once however often it is delivered.

        It replaces an entry of the journal about the same message, which contains less. What
        cannot be read is set aside.

        :param instance: the ``telegram.instance`` that it belongs to
        :param body: the decoded JSON of the notification, of any type, or an ``UnreadableBody``
        :param int receipt_id: of a polled notification; None for other sources
        :param str source: how it was received, see the field
        :param cron: the ``ir.cron`` to trigger if the notification is new
        :return: bool, whether it is new
        """
        self.flush_model()
        key = event_key(body, receipt_id)
        is_new = self._insert(instance, key, body, source, cron)
        if is_new or source == "journal" or not self._has_other_file(instance, key, body):
            return is_new
        # An album: GREEN-API may report each of its files under the ID of the first one.
        key = event_key([key, get_file_identity(body)])
        return self._insert(instance, key, {**body, FURTHER_FILE: True}, source, cron)

    @api.model
    def _has_other_file(self, instance, key, body):
        """Return whether a notification has another file than the stored one with this key."""
        if not get_file_identity(body):
            return False
        stored = self.search([("instance_id", "=", instance.id), ("key", "=", key)])
        return bool(stored) and has_other_file(body, decode_body(stored.payload))

    @api.model
    def _insert(self, instance, key, body, source, cron=None):
        """Store a notification unless one with this key is known.

        :param cron: as for ``_ingest``; the same statement tells whether a trigger is waiting
        :return: bool, whether it is new
        """
        type_webhook = parsing.clean_text(body, "typeWebhook") if isinstance(body, dict) else ""
        state, reason = self._get_first_state(body)
        # The unique key decides. A search before would miss what was committed meanwhile, and the
        # ORM would log a known key as an error. The date is the clock's, not the beginning of the
        # transaction, because it is compared with the time at which messages were claimed.
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO telegram_event (
                    instance_id, key, type_webhook, event_type, source, payload, state, error,
                    attempts, create_uid, create_date, write_uid, write_date
                )
                SELECT id, %(key)s, %(type)s, %(event_type)s, %(source)s, %(payload)s, %(state)s,
                       %(reason)s, 0, %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM telegram_instance
                 WHERE id = %(instance)s
                ON CONFLICT (instance_id, key) DO UPDATE
                    SET payload = excluded.payload, source = excluded.source, state = 'new'
                    WHERE telegram_event.source = 'journal' AND excluded.source != 'journal'
                RETURNING %(trigger)s
                """,
                trigger=SQL("id") if cron is None else cron._telegram_get_trigger_sql(),
                instance=instance.id,
                key=key,
                type=type_webhook[:64],
                event_type=self._get_event_type(type_webhook),
                source=source,
                payload=body.text if reason else json.dumps(body),
                state=state,
                reason=reason,
                uid=self.env.uid,
                now=SQL("clock_timestamp() AT TIME ZONE 'UTC'"),
            )
        )
        if rows == [(None,)]:
            cron._telegram_trigger_now()
        return bool(rows)


def format_json(body):
    """Return a notification as indented JSON; as it was received if it could not be read."""
    if isinstance(body, UnreadableBody):
        return body.text
    return escape_surrogates(json.dumps(body, indent=2, ensure_ascii=False))


def escape_surrogates(text):
    """Return the text with lone surrogates escaped: no response to a browser can contain them."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
