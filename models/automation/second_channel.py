# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Another channel for automatic messages that do not reach the contact on Telegram.

A server action *Send Telegram* may name e-mail or SMS. It is used once for a record if the contact
cannot be reached on Telegram, if the message failed, or if it is still unread some hours after it
was sent. A read or an answer within these hours prevents it. What counts is when something was
read and when the hours ended, not when the scheduled action runs.
"""

import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools.mail import plaintext2html

from odoo.addons.base.models.ir_qweb import QWebError

from ...tools.context import in_language_of
from ...tools.transactions import is_conflict, write_and_commit
from ..telegram_message import POSSIBLY_SENT_STATES

_logger = logging.getLogger(__name__)
UNREAD_HOURS_MAX = 24 * 30
# Hours after which a message that still waits in the queue counts as failed.
QUEUE_HOURS = 24
# Why a contact is left out on Telegram, but may be reached otherwise.
UNREACHABLE = ("no_phone", "bad_phone", "no_account")
INBOX_PAUSE = timedelta(minutes=1)  # until an event that was received in time is processed
BATCH_SIZE = 50
CHANNELS = [("email", "E-mail"), ("sms", "SMS")]


class IrActionsServer(models.Model):
    """Extend *Send Telegram* with the second channel."""

    _inherit = "ir.actions.server"

    telegram_second_channel = fields.Selection(
        CHANNELS,
        "Otherwise Send",
        help="Used once if the contact is not on Telegram, or the message failed or is unread.",
    )
    telegram_mail_template_id = fields.Many2one(
        "mail.template",
        "E-mail Template",
        ondelete="set null",  # see template_use.py
        domain="[('model_id', '=', model_id)]",
    )
    telegram_unread_hours = fields.Integer(
        "Unread After (hours)",
        default=24,
        help="Hours after sending in which the contact may read the message on Telegram.",
    )

    @api.constrains("state", "telegram_second_channel", "telegram_unread_hours")
    def _check_telegram_unread_hours(self):
        for action in self.filtered("telegram_second_channel"):
            if not 1 <= action.telegram_unread_hours <= UNREAD_HOURS_MAX:
                raise ValidationError(
                    self.env._("Enter a number of hours from 1 to %s.", UNREAD_HOURS_MAX)
                )

    def _get_second_channel_warning(self):
        """Return what keeps the second channel from being used, as a sentence; False if nothing."""
        self.ensure_one()
        template = self.telegram_mail_template_id
        has_sms = hasattr(self.env["mail.thread"], "_message_sms")
        if self.telegram_second_channel == "sms" and not has_sms:
            return self.env._("Install the SMS app, or choose e-mail as the second channel.")
        if self.telegram_second_channel == "email" and not template:
            return self.env._("Choose the template of the e-mail.")
        if self.telegram_second_channel == "email" and template.model_id != self.model_id:
            return self.env._(
                "The e-mail template “%s” belongs to another model. Choose another.", template.name
            )
        return False


class TelegramAutomation(models.Model):
    """Extend ``telegram.automation`` with the second channel of its server action."""

    _inherit = "telegram.automation"

    second_channel = fields.Selection(
        CHANNELS,
        "Otherwise Send",
        help="Used once if the contact is not on Telegram, or the message failed or is unread.",
    )
    mail_template_id = fields.Many2one(
        "mail.template",
        "E-mail Template",
        ondelete="set null",  # see template_use.py
        domain="[('model', '=', model)]",
    )
    unread_hours = fields.Integer("Unread After (hours)", default=24)

    def _prepare_second_channel(self):
        """Return the values of the server action for the second channel."""
        return {
            "telegram_second_channel": self.second_channel,
            "telegram_mail_template_id": self.mail_template_id.id,
            "telegram_unread_hours": self.unread_hours,
        }


class TelegramMessage(models.Model):
    """Extend ``telegram.message`` with the time at which the customer has read it."""

    _inherit = "telegram.message"

    read_date = fields.Datetime("Read On", readonly=True, copy=False)


class TelegramAutomaticMessage(models.Model):
    """Extend ``telegram.automatic.message``: what happens if it is not read on Telegram."""

    _inherit = "telegram.automatic.message"

    message_ids = fields.Many2many(
        "telegram.message",
        "telegram_automatic_message_rel",
        "automatic_message_id",
        "message_id",
        string="Telegram Messages",
        readonly=True,
    )
    second_channel_state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("not_needed", "Not Needed"),
            ("sent", "Sent"),
            ("failed", "Failed"),
        ],
        "Second Channel",
        readonly=True,
    )
    second_channel_date = fields.Datetime(
        "Second Channel On", readonly=True, help="When it is checked, or was used."
    )
    _second_channel_index = models.Index(
        "(second_channel_date) WHERE second_channel_state = 'waiting'"
    )

    # === EXPECTING === #

    def _expect_read(self, messages):
        """Wait until the contact has read these messages, if the action has a second channel.

        :param messages: the ``telegram.message`` records of this row
        """
        self.ensure_one()
        action = self.action_id
        self.message_ids = messages
        if not action.telegram_second_channel or self.second_channel_state == "sent":
            return
        due = fields.Datetime.now() + timedelta(hours=action.telegram_unread_hours)
        self._check_second_channel_at(due)

    def _use_second_channel(self, partner, code, reached):
        """Use the second channel at once if the contact is not on Telegram.

        :param partner: the ``res.partner`` who was left out
        :param str code: why; other reasons concern all channels
        :param set reached: IDs of contacts who get no further message now; it is updated
        """
        self.ensure_one()
        can_use = self.action_id.telegram_second_channel and not self.second_channel_state
        if can_use and code in UNREACHABLE and partner.id not in reached:
            self.partner_id = partner.id
            if self.action_id.telegram_once == "partner":
                reached.add(partner.id)
            self._check_second_channel_at(fields.Datetime.now())

    def _check_second_channel_at(self, date):
        """Wake the scheduled action at a time.

        :param datetime date: UTC
        """
        self.write({"second_channel_state": "waiting", "second_channel_date": date})
        # sudo: ir.cron - woken by the addon itself
        self.env.ref("telegram_green_api.ir_cron_second_channel").sudo()._trigger(date)

    # === DECIDING === #

    @api.model
    def _cron_second_channel(self):
        """Use the second channel where it is due. Commits after each message."""
        waiting = Domain("second_channel_state", "=", "waiting")
        due = Domain("second_channel_date", "<=", fields.Datetime.now())
        failed = Domain("message_ids.state", "=", "error")
        rows = self.search(waiting & (due | failed), order="second_channel_date, id")
        self.env["ir.cron"]._commit_progress(remaining=len(rows))
        for row in rows:
            try:
                row = in_language_of(row.exists().company_id, row)
                _none, seconds_left = write_and_commit(
                    self.env, row._decide_second_channel, processed=1
                )
            except ConcurrencyError:
                continue  # the next run repeats it
            if not seconds_left:
                return

    def _decide_second_channel(self):
        """Use the second channel, or not, or decide later."""
        if self.exists().second_channel_state != "waiting":
            return  # another transaction has decided since it was found
        messages, now = self.message_ids, fields.Datetime.now()
        states = set(messages.mapped("state"))
        if self.partner_id.telegram_opted_out:
            self.second_channel_state = "not_needed"
            return
        if self.state == "waiting":  # the action has run again: Telegram comes first
            self._check_second_channel_at(now + INBOX_PAUSE)
            return
        if "error" in states or (not messages and self.state != "composed"):
            self._send_otherwise()
            return
        if states <= {"canceled"}:  # a user has canceled or deleted them
            self.second_channel_state = "not_needed"
            return
        due = self._get_second_channel_due()
        if due > now:
            self._check_second_channel_at(due)
        elif self._is_read_in_time(due):
            self.write({"second_channel_state": "not_needed", "second_channel_date": now})
        elif "sending" in states or self._has_unprocessed_events(due):
            self._check_second_channel_at(now + INBOX_PAUSE)
        else:
            self._send_otherwise()

    def _get_second_channel_due(self):
        """Return when the hours end in which the messages may be read (UTC).

        They begin when the last message was sent. One that still waits after a day has failed.
        """
        ended_states = (*POSSIBLY_SENT_STATES, "canceled")
        if self.message_ids.filtered(lambda message: message.state not in ended_states):
            return self.composed_date + timedelta(hours=QUEUE_HOURS)
        sent = [message.last_attempt_date or message.date for message in self.message_ids]
        return max(sent) + timedelta(hours=self.action_id.telegram_unread_hours)

    def _is_read_in_time(self, due):
        """Return whether the contact has read a message, or has answered, before a time (UTC)."""
        messages = self.message_ids
        read = [m.read_date or m.write_date for m in messages if m.state == "read"]
        answers = self.env["telegram.message"].search(
            [
                ("chat_id", "in", messages.chat_id.ids),
                ("direction", "=", "incoming"),
                ("date", ">=", min(m.last_attempt_date or m.date for m in messages)),
            ],
            order="date",
            limit=1,
        )
        return any(date <= due for date in [*read, *answers.mapped("date")])

    def _has_unprocessed_events(self, due):
        """Return whether events that were received before a time (UTC) were not processed yet."""
        instances = self.message_ids.instance_id
        new = [("instance_id", "in", instances.ids), ("state", "=", "new"), ("attempts", "=", 0)]
        return bool(self.env["telegram.event"].search_count([*new, ("create_date", "<=", due)]))

    # === SENDING === #

    def _send_otherwise(self):
        """Send by the second channel, and log it on the record. Nothing more goes by Telegram."""
        action, _ = self.action_id, self.env._
        why = self._get_second_channel_reason()
        self.message_ids.filtered(lambda message: message.state == "queued").action_cancel()
        problem = action._get_second_channel_warning() or self._send_by_author()
        values = {"second_channel_state": "failed" if problem else "sent"}
        if self.state == "left_out" and not problem:
            values.update(state="other_channel", composed_date=fields.Datetime.now())
        self.write({**values, "second_channel_date": fields.Datetime.now()})
        channel = dict(action._fields["telegram_second_channel"]._description_selection(self.env))
        texts = {
            "name": action.telegram_template_id.name or action.name,
            "why": why,
            "channel": channel.get(action.telegram_second_channel, ""),
            "problem": problem,
        }
        note = _("Telegram message “%(name)s”: %(why)s It was sent by %(channel)s instead.")
        if problem:
            note = _(
                "Telegram message “%(name)s”: %(why)s It could not be sent by %(channel)s either: "
                "%(problem)s"
            )
        if record := self._get_records().exists():
            record._message_log(body=plaintext2html(note % texts))

    def _get_second_channel_reason(self):
        """Return why Telegram is not enough, as a sentence."""
        self.ensure_one()
        if not self.message_ids:
            return self.env._("The contact cannot be reached on Telegram.")
        states = self.message_ids.mapped("state")
        if "error" in states:
            return self.env._("It was not delivered on Telegram.")
        if "queued" in states:
            return self.env._("It could not be sent on Telegram for %s hours.", QUEUE_HOURS)
        hours = self.action_id.telegram_unread_hours
        return self.env._("It was not read on Telegram within %s hours.", hours)

    def _send_by_author(self):
        """Send by the second channel, with the rights of the author of the action.

        :return: str, why it could not be sent; empty if it was
        """
        user, company = self.action_id._get_telegram_user(), self.company_id
        if problem := self.action_id._get_telegram_user_problem(company):
            return problem
        allowed = [company.id, *(user.company_ids - company).ids]
        own = self.with_user(user).with_context(allowed_company_ids=allowed)
        record = own._get_records().exists()
        if not record or not record.has_access("read"):
            return self.action_id._get_no_access_message()
        try:
            with self.env.cr.savepoint():
                if self.action_id.telegram_second_channel == "sms":
                    return own._send_by_sms(record)
                return own._send_by_email(record)
        except Exception as error:  # pylint: disable=broad-exception-caught
            if is_conflict(error):
                raise
            # Templates, reports and automation rules run the code of any app.
            is_code = not isinstance(error, (UserError, QWebError))
            _logger.log(
                logging.WARNING if is_code else logging.INFO,
                "Automatic message %s: the second channel failed",
                self.id,
                exc_info=is_code,
            )
            # A traceback may follow.
            return str(error).partition("\n")[0] or type(error).__name__

    def _send_by_email(self, record):
        """Queue the e-mail about a record.

        :return: str, why it cannot be sent; empty if it is queued
        """
        # sudo: ir.actions.server - only the template that the administrator chose
        template = self.sudo().action_id.telegram_mail_template_id.with_env(self.env)
        mail_id = template.send_mail(record.id)
        mail_sudo = self.env["mail.mail"].sudo().browse(mail_id)  # sudo: mail.mail - just created
        if mail_sudo.email_to or any(mail_sudo.recipient_ids.mapped("email_normalized")):
            return ""
        mail_sudo.mail_message_id.unlink()
        return self.env._("The contact has no e-mail address.")

    def _send_by_sms(self, record):
        """Queue an SMS with the text of the Telegram template.

        :return: str, why it cannot be sent; empty if it is queued
        """
        # sudo: the row, the action - of the author, who may not administer them
        own_sudo = self.sudo()
        partner = own_sudo.partner_id.with_env(self.env)
        if not partner.phone_sanitized:
            return self.env._("The contact has no phone number.")
        template = own_sudo.action_id.telegram_template_id.with_env(self.env)
        text = template._render_bodies(record)[record.id]
        plain = self.env["telegram.message"]._clean_text(text).text
        # Queued: Odoo would call the SMS service in this transaction, which may be repeated.
        record._message_sms(plain, partner_ids=partner.ids, put_in_queue=True)
        return ""
