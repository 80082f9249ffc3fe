# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from ast import literal_eval

from psycopg2 import DataError

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command, Domain
from odoo.tools import SQL
from odoo.tools.mail import plaintext2html

from odoo.addons.base.models.res_partner import _tz_get

from ..templates.telegram_template import FORMATTING_HELP

STATES = [
    ("draft", "Draft"),
    ("test", "Tested"),
    ("scheduled", "Scheduled"),
    ("sending", "Sending"),
    ("paused", "Paused"),
    ("done", "Done"),
    ("stopped", "Stopped"),
]
# The recipients are not fixed yet.
OPEN_STATES = ("draft", "test", "scheduled")
# What is sent to each recipient. A change is for those who have not been written to.
CONTENT = {"body", "body_b", "formatting", "template_id", "attachment_ids", "report_ids"}
# Who gets it: fixed when sending begins.
AUDIENCE = {
    "instance_id",
    "recipient_mode",
    "res_model",
    "domain",
    "partner_ids",
    "list_ids",
    "excluded_partner_ids",
    "excluded_list_ids",
    "excluded_mailing_ids",
    "is_once_per_person",
    "is_ab_test",
    "ab_share",
}
# When it is sent. A change may let it go on earlier.
TIMES = {"scheduled_date", "hour_from", "hour_to", "tz", "pace", "ab_hours"}
HOURS_OF_DAY = 24

# What a filter that makes no sense may raise.
FILTER_ERRORS = (
    DataError,
    KeyError,
    MemoryError,
    RecursionError,
    SyntaxError,
    TypeError,
    UserError,
    ValueError,
)
BY_FILTER = "domain"  # the mode in which the recipients are records that a filter finds


class TelegramMailing(models.Model):
    """A message to many recipients, which can be planned, paused and reported.

    ::

        draft ──> test ──> scheduled ──> sending <──> paused
                                            ├──> done       every message has its outcome
                                            └──> stopped    what was not handed over is canceled

    When sending begins, the recipients are fixed: one ``telegram.mailing.recipient`` each. A
    scheduled action queues their messages in batches (``composing.py``). The messages are
    ordinary rows of the queue, which sends none of a mailing that is closed (``gate.py``).
    """

    _name = "telegram.mailing"
    _protected = {
        "state",
        "user_id",
        "start_date",
        "resume_date",
        "end_date",
        "has_all_outcomes",
        "is_outdated",
        "is_fixed_content",
        "is_automatic",
        "tried_texts",
        "pause_reason",
        "ab_decision_date",
        "ab_winner",
    }
    _description = "Telegram Mailing"
    _inherit = ["telegram.protected.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "create_date desc, id desc"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    state = fields.Selection(
        STATES, default="draft", required=True, readonly=True, copy=False, tracking=True
    )
    instance_id = fields.Many2one(
        "telegram.instance",
        "Account",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env["telegram.instance"].search(
            [("company_id", "=", self.env.company.id)], limit=1
        ),
    )
    company_id = fields.Many2one(related="instance_id.company_id", store=True)
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: self.env.user,
        help="The user who has written the message. It is sent with this user's access rights.",
    )
    # Recipients
    recipient_mode = fields.Selection(
        [("domain", "Filter"), ("contacts", "Chosen Contacts"), ("list", "Mailing Lists")],
        "Recipients From",
        default="domain",
        required=True,
    )
    res_model = fields.Selection(
        "_selection_res_model", "Record Type", default="res.partner", required=True
    )
    domain = fields.Char("Filter", default="[]", required=True)
    partner_ids = fields.Many2many("res.partner", "telegram_mailing_partner_rel", string="Contacts")
    list_ids = fields.Many2many(
        "telegram.mailing.list", "telegram_mailing_list_rel", string="Mailing Lists"
    )
    excluded_partner_ids = fields.Many2many(
        "res.partner", "telegram_mailing_excluded_partner_rel", string="Excluded Contacts"
    )
    excluded_list_ids = fields.Many2many(
        "telegram.mailing.list", "telegram_mailing_excluded_list_rel", string="Excluded Lists"
    )
    excluded_mailing_ids = fields.Many2many(
        "telegram.mailing",
        "telegram_mailing_excluded_mailing_rel",
        "mailing_id",
        "excluded_id",
        string="Excluded Mailings",
        help="Contacts who were written to by one of these mailings are left out.",
    )
    is_once_per_person = fields.Boolean(
        "Once per Person",
        default=True,
        help="A person with several records gets one message. If this is not checked, each record "
        "is written about, such as each invoice.",
    )
    # Content
    template_id = fields.Many2one("telegram.template", domain="[('model', '=', res_model)]")
    body = fields.Text(
        "Message", compute="_compute_content", compute_sudo=False, store=True, readonly=False
    )
    formatting = fields.Boolean(
        compute="_compute_content",
        compute_sudo=False,
        store=True,
        readonly=False,
        help=FORMATTING_HELP,
    )
    attachment_ids = fields.Many2many(
        "ir.attachment",
        "telegram_mailing_attachment_rel",
        string="Attachments",
        compute="_compute_content",
        compute_sudo=False,
        store=True,
        readonly=False,
        bypass_search_access=True,
    )
    report_ids = fields.Many2many(
        "ir.actions.report",
        "telegram_mailing_report_rel",
        string="Reports",
        compute="_compute_content",
        compute_sudo=False,
        store=True,
        readonly=False,
        domain="[('model', '=', res_model)]",
        help="Each report is generated for each record and sent as a file.",
    )
    is_fixed_content = fields.Boolean(
        readonly=True,
        copy=False,
        help="The content was composed elsewhere and cannot be changed here.",
    )
    is_automatic = fields.Boolean(
        readonly=True, copy=False, help="It is about the records, and needs no consent."
    )
    tried_texts = fields.Char(
        readonly=True,
        copy=False,
        help="The texts, A or B, that could be filled, or of whose mistake the user knows.",
    )
    # Time
    scheduled_date = fields.Datetime(
        "Begin", copy=False, help="Leave empty to begin when the mailing is started."
    )
    hour_from = fields.Float("From", help="Local time from which messages are sent each day.")
    hour_to = fields.Float(
        "To", default=HOURS_OF_DAY, help="Local time until which messages are sent each day."
    )
    tz = fields.Selection(
        _tz_get, "Time Zone", default=lambda self: self.env.user.tz or "UTC", required=True
    )
    pace = fields.Integer(
        "Messages per Hour", help="0 sends as fast as the limits of the account allow."
    )
    refusal_limit = fields.Integer(
        "Refusal Limit (%)",
        default=5,
        help="The mailing is paused if more of its last messages were refused. 0 never pauses it.",
    )
    # Progress
    start_date = fields.Datetime("Started On", readonly=True, copy=False)
    resume_date = fields.Datetime("Resumed On", readonly=True, copy=False)
    end_date = fields.Datetime("Ended On", readonly=True, copy=False)
    pause_reason = fields.Char(readonly=True, copy=False)
    has_all_outcomes = fields.Boolean(
        readonly=True, copy=False, help="Nothing of it is left in the queue."
    )
    is_outdated = fields.Boolean(
        readonly=True, copy=False, help="Queued messages have a text that was changed since."
    )
    recipient_ids = fields.One2many("telegram.mailing.recipient", "mailing_id", copy=False)

    _instance_index = models.Index("(instance_id, state) WHERE has_all_outcomes IS NOT TRUE")

    # === COMPUTE METHODS === #

    @api.model
    def _selection_res_model(self):
        # sudo: ir.model - only names of models; access to records is checked
        domain = [
            ("is_mail_thread", "=", True),
            ("transient", "=", False),
            ("abstract", "=", False),
        ]
        models_sudo = self.env["ir.model"].sudo().search(domain, order="name")
        return [(model.model, model.name) for model in models_sudo]

    @api.depends("template_id")
    def _compute_content(self):
        for mailing in self:
            template = mailing.template_id
            if not template:
                mailing.body = mailing.body or False
                mailing.formatting = mailing.formatting or False
                mailing.attachment_ids = mailing.attachment_ids
                mailing.report_ids = mailing.report_ids
                continue
            mailing.body = template.body
            mailing.formatting = template.formatting
            mailing.attachment_ids = template.attachment_ids
            mailing.report_ids = template.report_template_ids

    @api.onchange("recipient_mode")
    def _onchange_recipient_mode(self):
        if self.recipient_mode != BY_FILTER:
            self.res_model = "res.partner"

    @api.onchange("res_model")
    def _onchange_res_model(self):
        """Remove the filter and the template of another kind of record."""
        self.domain = "[]"
        if self.template_id.model != self.res_model:
            self.template_id = False

    # === CONSTRAINT METHODS === #

    @api.constrains("hour_from", "hour_to", "pace", "refusal_limit")
    def _check_numbers(self):
        for mailing in self:
            hours = (mailing.hour_from, mailing.hour_to)
            if not all(0 <= hour <= HOURS_OF_DAY for hour in hours) or hours[0] == hours[1]:
                raise ValidationError(
                    self.env._("Enter two different times of day from 00:00 to 24:00.")
                )
            if mailing.pace < 0 or not 0 <= mailing.refusal_limit <= 100:
                raise ValidationError(
                    self.env._(
                        "The number of messages per hour cannot be negative, and the refusal limit "
                        "must be 0 to 100."
                    )
                )

    @api.constrains("domain", "res_model", "recipient_mode")
    def _check_domain(self):
        for mailing in self:
            if mailing.recipient_mode != BY_FILTER and mailing.res_model != "res.partner":
                raise ValidationError(
                    self.env._(
                        "Chosen contacts and mailing lists are contacts. Choose the record type "
                        "Contact, or a filter."
                    )
                )
            try:
                domain = mailing._get_domain()
                with self.env.cr.savepoint():
                    # sudo: any model - only whether it can be searched by the filter
                    self.env[mailing.res_model].sudo().search(domain, limit=1)
            except FILTER_ERRORS as error:
                reason = str(error).partition("\n")[0]
                raise ValidationError(
                    self.env._("The filter cannot be read: %s", reason)
                ) from error

    # === CRUD METHODS === #

    def write(self, vals):
        changed = (CONTENT | AUDIENCE) & vals.keys()
        if changed and not self.env.su:
            self._process_change(changed)
        result = super().write(vals)
        if TIMES & vals.keys():
            self._process_new_times()
        return result

    def copy_data(self, default=None):
        """Return the values of a copy, which is a draft.

        :raise UserError: the content is not that of a mailing, such as a poll
        """
        vals_list = super().copy_data(default)
        for mailing, vals in zip(self, vals_list, strict=True):
            if mailing.is_fixed_content:
                raise UserError(
                    self.env._(
                        "The content of “%s” was composed elsewhere and cannot be duplicated. "
                        "Select the recipients in their list, and write to them from there.",
                        mailing.name,
                    )
                )
            if "name" not in (default or {}):
                vals["name"] = self.env._("%s (copy)", mailing.name)
        return vals_list

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if self.filtered(lambda mailing: mailing.state not in ("draft", "test")):
            raise UserError(
                self.env._("A mailing that was started cannot be deleted. Archive it instead.")
            )

    def _process_change(self, names):
        """Check that these fields may be changed now, and note what follows from it.

        :param set names: of CONTENT and AUDIENCE
        :raise UserError: the mailing is being sent, or has ended
        """
        for mailing in self:
            is_open = mailing.state in OPEN_STATES
            is_text_of_paused = mailing.state == "paused" and not names & AUDIENCE
            if not is_open and not (is_text_of_paused and not mailing.is_fixed_content):
                raise UserError(
                    self.env._(
                        "“%s” can no longer be changed. Pause it to change the text for those who "
                        "have not received it, or duplicate it.",
                        mailing.name,
                    )
                )
        # sudo: protected fields - the message is sent with the rights of the user who writes it
        self.sudo().user_id = self.env.user
        tested = self.filtered(lambda mailing: mailing.state == "test" and names & CONTENT)
        tested.sudo().state = "draft"  # sudo: as above
        paused = self.filtered(lambda mailing: mailing.state == "paused")
        paused.sudo().write({"is_outdated": True, "tried_texts": False})  # sudo: as above

    def _process_new_times(self):
        """Trigger what may go on earlier after a change of times."""
        for mailing in self.filtered(lambda each: each.state in ("scheduled", "sending")):
            is_scheduled = mailing.state == "scheduled"
            mailing._trigger_composing(is_scheduled and mailing.scheduled_date)
            mailing.instance_id._trigger_send()

    # === ACTION METHODS === #

    def action_test(self):
        """Open the dialog that sends the message to the user alone."""
        self.ensure_one()
        self.check_access("write")
        self._check_content()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send a Test"),
            "res_model": "telegram.mailing.test",
            "views": [[False, "form"]],
            "target": "new",
            "context": {"default_mailing_id": self.id},
        }

    def action_start(self):
        """Start the mailing, at once or at its time."""
        self.ensure_one()
        self.check_access("write")
        self._check_content()
        self._check_recipients()
        self._change_state(("draft", "test"), {"state": "scheduled", "user_id": self.env.uid})
        self._trigger_composing(self.scheduled_date)

    def action_unschedule(self):
        """Set the mailing back to draft before it has begun."""
        self.check_access("write")
        self._change_state(("scheduled",), {"state": "draft"})

    def action_pause(self):
        """Pause the mailing. The message that is being sent goes out, and none after it."""
        self.check_access("write")
        self._change_state(("sending",), {"state": "paused", "pause_reason": False})

    def action_resume(self):
        """Continue to send where the mailing was paused."""
        self.check_access("write")
        self.filtered(lambda mailing: not mailing.is_fixed_content)._check_content()
        self._change_state(
            ("paused",),
            {"state": "sending", "pause_reason": False, "resume_date": fields.Datetime.now()},
        )
        # sudo: protected fields - a colleague takes over what its author may no longer send
        lost_sudo = self.sudo().filtered(
            lambda mailing: mailing._needs_author() and not mailing._is_author_allowed()
        )
        lost_sudo.user_id = self.env.uid
        # sudo: mail.activity - that asked to look at the mailing
        self.sudo().activity_unlink(["mail.mail_activity_data_warning"])
        self._trigger_composing()
        self.instance_id._trigger_send()

    def action_stop(self):
        """Stop the mailing for good. What was not handed over is canceled."""
        self.check_access("write")
        now = fields.Datetime.now()
        self._change_state(
            ("scheduled", "sending", "paused"), {"state": "stopped", "end_date": now}
        )
        self._trigger_composing()

    def action_view_messages(self):
        """Return an action that opens the messages of the mailing."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "telegram_green_api.telegram_message_action"
        )
        return {**action, "domain": [("mailing_id", "=", self.id)]}

    # === STATES === #

    def _change_state(self, states, vals):
        """Write values if the mailings are in one of these states.

        :param tuple states: in which the change is possible
        :param dict vals: field values
        :raise UserError: a mailing is in another state by now
        """
        # sudo: protected fields - the caller has checked the access
        mailings_sudo = self.sudo()
        mailings_sudo.flush_recordset()
        # A claim holds the row for a moment: wait for it. A conflict is repeated by Odoo.
        query = SQL(
            "SELECT id FROM telegram_mailing WHERE id = ANY(%s) FOR NO KEY UPDATE", self.ids
        )
        self.env.cr.execute(query, log_exceptions=False)
        mailings_sudo.invalidate_recordset()
        names = dict(self._fields["state"]._description_selection(self.env))
        for mailing in mailings_sudo:
            if mailing.state not in states:
                raise UserError(
                    self.env._(
                        "This is no longer possible: “%(mailing)s” is now in state “%(state)s”. "
                        "Reload the page.",
                        mailing=mailing.name,
                        state=names[mailing.state],
                    )
                )
        mailings_sudo.write(vals)

    def _pause(self, get_reason):
        """Pause mailings for a reason that their owners have to know. As superuser.

        :param get_reason: returns the reason in the language of an environment
        """
        for mailing in self.filtered(lambda mailing: mailing.state in ("scheduled", "sending")):
            user, own = mailing.user_id, mailing._in_language()
            reason = get_reason(own.env)
            own.write({"state": "paused", "pause_reason": reason})
            own.message_post(body=plaintext2html(reason))
            own.activity_schedule(
                "mail.mail_activity_data_warning",
                summary=own.env._("The mailing was paused"),
                note=plaintext2html(reason),
                user_id=user.id,
            )

    def _mark_tested(self):
        """Update a draft after its message was sent to the user."""
        # sudo: protected fields - the caller has checked the access
        self.filtered(lambda mailing: mailing.state == "draft").sudo().state = "test"

    # === BUSINESS METHODS === #

    def _trigger_composing(self, at=None):
        """Trigger the scheduled action of mailings at a time (UTC), or at once."""
        # sudo: ir.cron - users who start a mailing may not read scheduled actions
        self.env.ref("telegram_green_api.ir_cron_mailings").sudo()._trigger(at or None)

    def _check_content(self):
        """Check that there is something to send.

        :raise UserError: the message is empty
        """
        for mailing in self:
            texts = [mailing.body, mailing.body_b] if mailing.is_ab_test else [mailing.body]
            has_file = mailing.attachment_ids or mailing.report_ids
            if not all(texts) and not (has_file and not mailing.is_ab_test):
                raise UserError(self.env._("Enter the text of the message."))

    def _check_recipients(self):
        """Check that a mailing that begins now has a recipient. A filter may find some later.

        :raise UserError: it has none
        """
        is_later = self.scheduled_date and self.scheduled_date > fields.Datetime.now()
        if not is_later and not self.recipient_count:
            raise UserError(
                self.warning
                or self.env._("There is no recipient. See in Preview who is left out, and why.")
            )

    def _get_domain(self):
        """Return the Domain of the records that the mailing is about, without exclusions."""
        self.ensure_one()
        if self.recipient_mode == "contacts":
            return Domain("id", "in", self.partner_ids.ids)
        if self.recipient_mode == "list":
            return Domain("id", "in", self.list_ids.partner_ids.ids)
        return Domain(literal_eval(self.domain or "[]"))

    def _find_records(self, limit=None):
        """Return the records that the mailing is about, with the rights of the environment."""
        self.ensure_one()
        return self.env[self.res_model].search(self._get_domain(), order="id", limit=limit)

    def _prepare_composer_values(self, records, variant=""):
        """Return the values of the composer that writes to the contacts of these records.

        :param str variant: "a" or "b" in a comparison of two texts
        """
        self.ensure_one()
        is_later = self.scheduled_date and self.scheduled_date > fields.Datetime.now()
        return {
            "res_model": self.res_model,
            "res_id": False,
            "res_ids": repr(records.ids),
            "instance_id": self.instance_id.id,
            "template_id": variant != "b" and self.template_id.id,
            "body": self._get_body(variant),
            "is_automatic": self.is_automatic,
            "scheduled_date": is_later and self.scheduled_date,
            "formatting": self.formatting,
            "attachment_ids": [Command.set(self.attachment_ids.ids)],
            "report_ids": [Command.set(self.report_ids.ids)],
        }
