# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Messages become records: leads, tasks, tickets, …, as e-mails to an alias do."""

import logging
from ast import literal_eval

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import plaintext2html

from ...client.parsing import to_datetime
from ...tools.transactions import is_conflict

_logger = logging.getLogger(__name__)
SUBJECT_MAX_LENGTH = 60  # characters
CREATE_DAYS_MAX = 3650


class TelegramInstance(models.Model):
    """Extend ``telegram.instance`` with the record that a new conversation creates."""

    _inherit = "telegram.instance"

    create_model_id = fields.Many2one(
        "ir.model",
        "New Conversations Create",
        ondelete="set null",
        groups="base.group_system",
        domain=[("is_mail_thread", "=", True), ("transient", "=", False), ("abstract", "=", False)],
        help="A person who writes creates a record of this model, such as a lead or a task. Later "
        "messages belong to it, until it is closed.",
    )
    create_defaults = fields.Text(
        "Default Values",
        default="{}",
        groups="base.group_system",
        help="A Python dictionary of values for the new records, such as {'project_id': 3}.",
    )
    create_days = fields.Integer(
        "New Record After (days)",
        default=30,
        groups="base.group_system",
        help="A person who has not written for so many days creates a new record.",
    )

    create_from_groups = fields.Boolean(
        "Also From Groups",
        groups="base.group_system",
        help="Messages in a group that is not linked to a record create one, too. The group is "
        "linked to it, so the record's Telegram button writes to the group.",
    )

    @api.constrains("create_days")
    def _check_create_days(self):
        if not all(1 <= instance.create_days <= CREATE_DAYS_MAX for instance in self):
            raise ValidationError(
                self.env._("Enter a number of days from 1 to %s.", CREATE_DAYS_MAX)
            )

    @api.constrains("create_defaults")
    def _check_create_defaults(self):
        for instance in self:
            try:
                dict(literal_eval(instance.create_defaults or "{}"))
            except (SyntaxError, TypeError, ValueError):
                raise ValidationError(
                    self.env._(
                        "The default values are no Python dictionary. Enter them in the form "
                        "{'field': 'value'}."
                    )
                ) from None


class TelegramChat(models.Model):
    """Extend ``telegram.chat`` with the record that its conversation has created."""

    _inherit = "telegram.chat"

    created_res_model = fields.Char("Created Record Model", readonly=True, copy=False)
    created_res_id = fields.Many2oneReference(
        "Created Record", model_field="created_res_model", readonly=True, copy=False
    )

    def _get_or_create_record(self, notification):
        """Return the record that an incoming message belongs to, and create it if needed.

        Without a record, the message is received all the same.

        :param MessageNotification notification: the message
        :return: the record, None if it cannot be created
        """
        self.ensure_one()
        date = to_datetime(notification.timestamp) or fields.Datetime.now()
        record = self._get_open_created_record(date)
        if record:
            return record
        try:
            with self.env.cr.savepoint():
                record = self._create_record_from_message(notification)
        except Exception as error:  # pylint: disable=broad-exception-caught
            if is_conflict(error):
                raise
            # It is the code of any other app. The customer's message is received all the same.
            self._notify_no_record(error)
            return None
        # With the date: the next message of the same batch belongs to the record, too.
        date = max(self.last_received_date or date, date)
        values = {
            "created_res_model": record._name,
            "created_res_id": record.id,
            "last_received_date": date,
        }
        if self.is_group:
            values |= {"res_model": record._name, "res_id": record.id}
        self.write(values)
        return record

    def _update_answered(self, message):
        """Update a record that a person has answered, as Odoo does after an e-mail.

        The message that has created the record is no answer.

        :param message: the incoming ``telegram.message``
        """
        self.ensure_one()
        record = message._get_record()
        if self._has_created(record):
            earlier = [
                ("chat_id", "=", self.id),
                ("id", "<", message.id),
                ("res_model", "=", record._name),
                ("res_id", "=", record.id),
            ]
            if not message.search_count(earlier, limit=1):
                return
        record.message_update(self._prepare_email(record.env, {"body": message._get_body()}))

    def _create_record_from_message(self, notification):
        """Create the record as Odoo does from an e-mail, with a contact for an unknown person."""
        instance = self.instance_id
        if not self.partner_id and not self.is_group:
            self.with_company(instance.company_id)._create_partner()
        text = notification.text or ""
        subject = self._get_subject(text)
        model = self.env[instance.create_model_id.model].with_company(instance.company_id)
        values = {
            "subject": f"{self.name}: {subject}" if text.strip() else subject,
            "body": plaintext2html(text),
        }
        defaults = dict(literal_eval(instance.create_defaults or "{}"))
        record = self._create_record(model, values, defaults).with_env(self.env)
        record._telegram_check_instance(instance)  # the default values may name a company
        return record

    def _get_subject(self, text):
        """Return the subject of a new record: the first line of a text, else the chat's name.

        :param text: str, or False
        """
        self.ensure_one()
        first_line = (text or "").strip().partition("\n")[0]
        return first_line[:SUBJECT_MAX_LENGTH] or self.name

    def _notify_no_record(self, error):
        """Notify the administrator why no record was created, by one activity.

        :param Exception error: why
        """
        is_mistake = isinstance(error, (UserError, ValueError, psycopg2.Error))  # of the settings
        level = logging.INFO if is_mistake else logging.WARNING
        _logger.log(
            level,
            "Telegram chat %s: no record was created (%s)",
            self.id,
            error,
            exc_info=not is_mistake and error,
        )
        # The error is in the note only: it may differ with each message.
        self.instance_id._schedule_activity(
            "mail.mail_activity_data_warning",
            lambda instance: (
                instance.env._("No record is created from new conversations"),
                str(error) or type(error).__name__,
            ),
        )
