# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..client import parsing
from ..client.notifications import event_key


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
    company_id = fields.Many2one(related="instance_id.company_id")
    key = fields.Char(
        required=True, readonly=True, help="The same for every delivery of one notification."
    )
    type_webhook = fields.Char("Type", readonly=True, help="typeWebhook of the service.")
    source = fields.Selection(
        [("polling", "Fetched"), ("webhook", "Webhook"), ("journal", "Journal of the service")],
        "Came In By",
        readonly=True,
    )
    payload = fields.Text(readonly=True, help="The notification as JSON, as it arrived.")
    payload_pretty = fields.Text("As It Arrived", compute="_compute_payload_pretty")
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
    next_attempt_date = fields.Datetime(readonly=True)
    message_id = fields.Many2one(
        "telegram.message", readonly=True, index="btree_not_null", ondelete="set null"
    )
    _key_uniq = models.Constraint(
        "unique(instance_id, key)", "This notification of the instance is already there."
    )
    _new_index = models.Index("(instance_id, id) WHERE state = 'new'")

    # === COMPUTE METHODS === #

    @api.depends("payload")
    def _compute_payload_pretty(self):
        for event in self:
            event.payload_pretty = prettify(json.loads(event.payload)) if event.payload else False

    # === ACTION METHODS === #

    def action_replay(self):
        """Process events once more that were set aside or ignored."""
        self.check_access("read")
        # sudo: telegram.event - nobody writes what the service has sent, its readers replay it
        events_sudo = self.sudo().filtered(lambda event: event.state in ("error", "ignored"))
        events_sudo.write(
            {"state": "new", "error": False, "attempts": 0, "next_attempt_date": False}
        )
        if not events_sudo:
            raise UserError(
                self.env._("Only events that were set aside or ignored are processed again.")
            )
        for instance_sudo in events_sudo.instance_id:
            instance_sudo.receive_cron_id._trigger()

    # === BUSINESS METHODS === #

    @api.model
    def _ingest(self, instance, body, receipt_id=None, *, source="polling"):
        """Store a notification, once however often it is delivered.

        It takes the place of what the journal told of the same message, which is less.

        :param body: the decoded JSON of the notification, whatever it is
        :param int receipt_id: of the polled notification; none for a webhook
        :param str source: how it came in, see the field
        :return: bool, whether it is new
        """
        self.flush_model()
        type_webhook = parsing.clean_text(body, "typeWebhook") if isinstance(body, dict) else ""
        # The unique key is the judge: asking first would miss what was committed meanwhile, and
        # the ORM would turn a known key into an error in the log. The time is the clock's, not
        # that of the transaction's begin: it is compared with when messages were claimed.
        rows = self.env.execute_query(
            SQL(
                """
                INSERT INTO telegram_event (
                    instance_id, key, type_webhook, source, payload, state, attempts,
                    create_uid, create_date, write_uid, write_date
                )
                SELECT id, %(key)s, %(type)s, %(source)s, %(payload)s, 'new', 0,
                       %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM telegram_instance
                 WHERE id = %(instance)s
                ON CONFLICT (instance_id, key) DO UPDATE
                    SET payload = excluded.payload, source = excluded.source, state = 'new'
                    WHERE telegram_event.source = 'journal' AND excluded.source != 'journal'
                RETURNING id
                """,
                instance=instance.id,
                key=event_key(body, receipt_id),
                type=type_webhook[:64],
                source=source,
                payload=json.dumps(body),
                uid=self.env.uid,
                now=SQL("clock_timestamp() AT TIME ZONE 'UTC'"),
            )
        )
        return bool(rows)


def prettify(body):
    """Give a notification as JSON that a person can read.

    Half a surrogate pair, which no answer to the browser can hold, is shown as its escape.
    """
    text = json.dumps(body, indent=2, ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
