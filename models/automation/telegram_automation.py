# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import logging
from ast import literal_eval
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, ConcurrencyError, UserError, ValidationError
from odoo.fields import Domain

from ...tools.transactions import is_conflict, write_and_commit

_logger = logging.getLogger(__name__)
# Days for which a record that has become due is still looked for, such as after an outage.
LATEST_DAYS = 7
REPEATS_MAX = 10
DAYS_MAX = 365


class TelegramAutomation(models.Model):
    """A ready-made rule that writes to the contacts of records, such as of overdue invoices.

    It is off until an administrator switches it on. Then a scheduled action looks for records that
    meet the rule's condition and runs the rule's server action for them, which writes once per
    record. Records that meet the condition already when the rule is switched on get no message.

    Looking for records instead of hooking into their models costs nothing while a rule is off,
    and works for models of apps that this addon does not depend on.
    """

    _name = "telegram.automation"
    _description = "Telegram Automation"
    _inherit = "telegram.protected.mixin"
    _order = "sequence, id"
    # What decides for which records the rule reads, and the text that is rendered without limits.
    _protected = {"model", "domain", "date_field", "body", "is_on", "action_id"}

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    description = fields.Text(translate=True)
    model = fields.Char("Record Model", required=True, readonly=True)
    model_id = fields.Many2one("ir.model", "Applies To", compute="_compute_model_id")
    is_available = fields.Boolean(compute="_compute_model_id", search="_search_is_available")
    domain = fields.Char("Condition", required=True, readonly=True, default="[]")
    is_on = fields.Boolean("On", readonly=True, copy=False)
    since_date = fields.Datetime("On Since", readonly=True, copy=False)
    last_run_date = fields.Datetime("Last Check", readonly=True, copy=False)
    last_error = fields.Char(readonly=True, copy=False, help="Why the last check failed.")
    date_field = fields.Char(
        readonly=True,
        help="The date that the rule follows. Without one, it follows the record's state.",
    )
    offset_days = fields.Integer(
        "Days After", help="Days after the date. Before the date, the number is negative."
    )
    repeat_count = fields.Integer(
        "Repeats", help="Number of further messages as long as the condition is met."
    )
    repeat_days = fields.Integer("Repeat Every (days)", default=7)
    body = fields.Text("Default Message", required=True, translate=True, readonly=True)
    template_id = fields.Many2one(
        "telegram.template",
        copy=False,
        ondelete="set null",  # see template_use.py
        help="The message. It is created from the default message when the rule is switched on.",
    )
    instance_id = fields.Many2one(
        "telegram.instance",
        "Account",
        help="Leave empty to use the default account of the record's company.",
    )
    user_id = fields.Many2one(
        "res.users",
        "Written By",
        domain=[("share", "=", False)],
        help="The messages are written with the access rights of this user.",
    )
    action_id = fields.Many2one(
        "ir.actions.server", "Server Action", readonly=True, copy=False, ondelete="set null"
    )
    composed_count = fields.Integer("Queued", compute="_compute_message_counts")
    left_out_count = fields.Integer("Left Out", compute="_compute_message_counts")

    # === COMPUTE METHODS === #

    @api.depends("model")
    def _compute_model_id(self):
        for automation in self:
            # sudo: ir.model - which models exist
            automation.model_id = self.env["ir.model"].sudo()._get(automation.model)
            automation.is_available = bool(automation.model_id)

    def _search_is_available(self, operator, value):
        if operator != "in":
            return NotImplemented
        available = [name for name in self.search([]).mapped("model") if name in self.env]
        return [("model", "in" if True in value else "not in", available)]

    @api.depends("action_id")
    def _compute_message_counts(self):
        counts = {
            (action.id, state): count
            for action, state, count in self.env["telegram.automatic.message"]._read_group(
                [("action_id", "in", self.action_id.ids)], ["action_id", "state"], ["__count"]
            )
        }
        for automation in self:
            automation.composed_count = counts.get((automation.action_id.id, "composed"), 0)
            automation.left_out_count = counts.get((automation.action_id.id, "left_out"), 0)

    # === CONSTRAINT METHODS === #

    @api.constrains("offset_days")
    def _check_offset_days(self):
        if any(abs(automation.offset_days) > DAYS_MAX for automation in self):
            raise ValidationError(
                self.env._(
                    "Enter a number of days from %(first)s to %(last)s.",
                    first=-DAYS_MAX,
                    last=DAYS_MAX,
                )
            )

    @api.constrains("repeat_count", "repeat_days")
    def _check_repeats(self):
        for automation in self:
            if not 0 <= automation.repeat_count <= REPEATS_MAX:
                raise ValidationError(
                    self.env._("Enter a number of repeats from 0 to %s.", REPEATS_MAX)
                )
            if automation.repeat_count and not 1 <= automation.repeat_days <= DAYS_MAX:
                raise ValidationError(self.env._("Enter a number of days from 1 to %s.", DAYS_MAX))

    @api.constrains("user_id", "is_on")
    def _check_user_id(self):
        """Without a user, the messages would be written by who had switched the rule on first."""
        if any(automation.is_on and not automation.user_id for automation in self):
            raise ValidationError(
                self.env._("Choose the user who writes the messages in Written By.")
            )

    # === CRUD METHODS === #

    def write(self, vals):
        if "user_id" in vals:
            self._check_author(vals["user_id"])
        for name in ("instance_id", "template_id"):
            self.env[self._fields[name].comodel_name].browse(vals.get(name) or ()).check_access(
                "read"
            )
        result = super().write(vals)
        channel = {"second_channel", "mail_template_id", "unread_hours"}
        if ({"user_id", "instance_id", "template_id"} | channel) & vals.keys():
            self._update_action()
        return result

    @api.model
    def _check_author(self, user_id):
        """Check that administrators of Telegram write with their own access rights only.

        :param int user_id: of the ``res.users`` who is to write the messages
        :raise AccessError: it is another user
        """
        if user_id not in (False, self.env.uid) and not (self.env.su or self.env.is_system()):
            raise AccessError(
                self.env._(
                    "Only an Odoo administrator can let another user write the messages. Choose "
                    "yourself in Written By."
                )
            )

    def _check_author_can_read(self):
        """Check that the author may read such records, without which no message is ever written.

        :raise UserError: they may not
        """
        self.ensure_one()
        if not self.env[self.model].with_user(self.user_id).has_access("read"):
            raise UserError(
                self.env._(
                    "%(user)s may not read “%(model)s”, so no message would be written. Choose "
                    "another user in Written By.",
                    user=self.user_id.name,
                    model=self.model_id.name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_on(self):
        if self.filtered("is_on"):
            raise UserError(self.env._("Switch the automation off before deleting it."))

    # === ACTION METHODS === #

    def action_switch_on(self):
        """Switch the rule on: create its template and server action, skip what is due already."""
        self.check_access("write")
        # sudo: templates, server actions - who may change a rule may switch it on
        for automation in self.sudo().filtered(lambda automation: not automation.is_on):
            if not automation.is_available:
                raise UserError(
                    self.env._("“%s” needs an app that is not installed.", automation.name)
                )
            automation.template_id = automation.template_id or automation._create_template()
            automation.user_id = automation.user_id or self.env.user
            automation._check_author_can_read()
            if not automation.action_id:
                values = automation._prepare_action_values()
                automation.action_id = automation.action_id.create(values)
            now = fields.Datetime.now()
            dates = {"since_date": now, "last_run_date": now, "last_error": False}
            automation.write({"is_on": True, **dates})
            automation._skip_due()

    def action_switch_off(self):
        """Switch the rule off. Messages in the queue are still sent."""
        self.check_access("write")
        self.sudo().is_on = False  # sudo: protected from other writes
        # sudo: telegram.automatic.message - of these rules
        rows_sudo = self.env["telegram.automatic.message"].sudo()
        rows_sudo._withdraw(self.sudo().action_id, self.env._("The automation was switched off."))

    def action_open_messages(self):
        """Return an action that opens what the rule has written, and for whom it did not."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "telegram_green_api.telegram_automatic_message_action"
        )
        return {**action, "domain": [("action_id", "=", self.action_id.id)]}

    # === BUSINESS METHODS === #

    @api.model
    def _cron_run(self):
        """Run the server actions of the rules that are on, for the records that became due."""
        automations = self.search([("is_on", "=", True), ("is_available", "=", True)])
        self.env["ir.cron"]._commit_progress(remaining=len(automations))
        for automation in automations:
            try:
                _none, seconds_left = write_and_commit(
                    self.env, automation._run_or_store_error, processed=1
                )
            except ConcurrencyError:
                continue  # the next run repeats it
            if not seconds_left:
                return

    def _run_or_store_error(self):
        """Run the rule, and store the reason on it if it fails: the others are run all the same."""
        if not self.exists().is_on:
            return  # switched off since the scheduled action began
        try:
            with self.env.cr.savepoint():
                self._run()
        except Exception as error:  # pylint: disable=broad-exception-caught
            if is_conflict(error):
                raise
            if isinstance(error, UserError):
                self.last_error = str(error)
                return
            # The condition reads fields of any other app, which may have changed.
            _logger.warning("Telegram automation “%s” failed", self.name, exc_info=True)
            self.last_error = f"{type(error).__name__}: {error}"

    def _run(self):
        """Run the server action for the records that became due since it was last run."""
        if not self.action_id:
            raise UserError(
                self.env._(
                    "The server action of the automation was deleted. Switch the automation off "
                    "and on again."
                )
            )
        now = fields.Datetime.now()
        for number, records in self._find_due():
            self.env["telegram.automatic.message"]._request(self.action_id, records, number)
        self.write({"last_run_date": now, "last_error": False})

    def _skip_due(self):
        """Record that the records that meet the condition already get no message.

        A rule that follows a date needs no such record: see ``_get_date_domain``.
        """
        if not self.date_field:
            # sudo: the records of any model - no message is written for them
            records_sudo = self.env[self.model].sudo().with_context(active_test=False)
            query = records_sudo._search(Domain(literal_eval(self.domain)))
            self.env["telegram.automatic.message"]._skip(self.action_id, query)

    def _find_due(self):
        """Yield the records that meet the condition, without those that had their message.

        :return: pairs of the number of the repeat, from 0, and the records
        """
        # sudo: the records of any model; the message is written with the author's rights
        records_sudo = self.env[self.model].sudo()
        for number in range(self.repeat_count + 1):
            domain = Domain(literal_eval(self.domain)) & self._get_date_domain(number)
            domain &= Domain("id", "not in", self._get_done_query(number))
            if records := records_sudo.search(domain, order="id").sudo(False):
                yield number, records

    def _get_done_query(self, number):
        """Return the SQL of the IDs of records that get no message with this number now."""
        same = Domain("number", "=", number) & Domain("state", "!=", "left_out")
        if number:
            pause = fields.Datetime.now() - timedelta(days=self.repeat_days)
            same |= Domain("create_date", ">", pause)
        done = Domain("action_id", "=", self.action_id.id) & same
        return self.env["telegram.automatic.message"]._search(done).subselect("res_id")

    def _get_date_domain(self, number):
        """Return the domain of the records whose date has come, or that were changed recently.

        A reminder before a date is of no use after it. Records that existed and were due when the
        rule was switched on are left out, with their repeats.

        :param int number: of the repeat, from 0
        """
        if not self.date_field:
            since = self.last_run_date and self.last_run_date - timedelta(days=1)
            return Domain("write_date", ">=", since) if since else Domain.TRUE
        now, offset = fields.Datetime.now(), timedelta(days=self.offset_days)
        last = now - offset - timedelta(days=number * self.repeat_days)
        first = now if self.offset_days < 0 else last - timedelta(days=LATEST_DAYS)
        past = self.since_date - offset
        if self.env[self.model]._fields[self.date_field].type == "date":
            first, last, past = first.date(), last.date(), past.date()
        is_due = Domain(self.date_field, "<=", last) & Domain(self.date_field, ">=", first)
        is_new = Domain(self.date_field, ">", past) | Domain("create_date", ">", self.since_date)
        return is_due & is_new

    def _update_action(self):
        """Update the server action after the rule has changed."""
        for automation in self.filtered("action_id"):
            # sudo: ir.actions.server - of this rule; users of Telegram may not change others
            automation.action_id.sudo().write(automation._prepare_action_values())

    def _prepare_action_values(self):
        """Return the values of the server action that sends the messages of the rule."""
        self.ensure_one()
        return {
            "name": self.name,
            "model_id": self.model_id.id,
            "state": "telegram",
            "telegram_template_id": self.template_id.id,
            "telegram_instance_id": self.instance_id.id,
            "telegram_once": "record",
            "telegram_user_id": self.user_id.id,
            **self._prepare_second_channel(),
        }
