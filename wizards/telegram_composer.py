# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from odoo.addons.mail.tools.parser import parse_res_ids

from .. import const


class TelegramComposer(models.TransientModel):
    """Compose a Telegram message from one record or from many.

    A message from one record goes to contacts, or to a group that is linked to the record. From
    many records, it goes to the contact of each.

    The recipients are in ``telegram_composer_recipients.py``, the content is in
    ``telegram_composer_content.py``. The records send the message with ``_message_telegram`` and
    ``_message_telegram_batch``.
    """

    _name = "telegram.composer"
    _inherit = "telegram.once.mixin"
    _description = "Telegram Composer"
    _is_for_senders = True

    res_model = fields.Char("Record Model", required=True)
    res_id = fields.Many2oneReference("Record", model_field="res_model")
    res_ids = fields.Text("Records", help="List of the IDs of several records.")
    is_mass = fields.Boolean("Several Records", compute="_compute_is_mass")
    instance_id = fields.Many2one(
        "telegram.instance",
        "From",
        compute="_compute_instance_id",
        compute_sudo=False,
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        domain="[('id', 'in', available_instance_ids)]",
    )
    available_instance_ids = fields.Many2many(
        "telegram.instance", compute="_compute_available_instance_ids"
    )
    instance_count = fields.Integer(compute="_compute_available_instance_ids")
    available_group_ids = fields.Many2many(
        "telegram.chat",
        string="Groups of the Record",
        compute="_compute_available_group_ids",
    )
    group_id = fields.Many2one(
        "telegram.chat",
        "To Group",
        compute="_compute_group_id",
        store=True,
        readonly=False,
        domain="[('id', 'in', available_group_ids)]",
        help="A group that is linked to this record. If empty, the message goes to the contacts.",
    )
    quoted_message_id = fields.Many2one(
        "telegram.message",
        "Reply To",
        domain="[('chat_id', '=', chat_id), ('id_message', '!=', False), "
        f"('is_deleted', '=', False), ('type_message', 'not in', {const.KINDS_ABOUT_ANOTHER})]",
        help="The message of the chat that this message replies to.",
    )
    is_automatic = fields.Boolean(
        help="A rule writes about the record, such as a reminder, which needs no consent."
    )
    is_logged = fields.Boolean(
        default=True, help="The messages to many are notes on their records, too."
    )
    covered_ids = fields.Text(
        "Further Records",
        help="List of the IDs of other records that the messages are about. Each of them shows the "
        "message to its customer.",
    )
    scheduled_date = fields.Datetime("Send Later", help="The message is not sent before this date.")

    # === COMPUTE METHODS === #

    @api.depends("res_ids")
    def _compute_is_mass(self):
        for composer in self:
            composer.is_mass = bool(composer.res_ids)

    @api.depends("res_model", "res_id", "res_ids")
    def _compute_instance_id(self):
        for composer in self:
            company = composer._get_company() or self.env.company
            composer.instance_id = self.env["telegram.instance"]._default(company)

    @api.depends("res_model", "res_id", "res_ids")
    def _compute_available_instance_ids(self):
        for composer in self:
            company = composer._get_company()
            domain = Domain("company_id", "parent_of", company.ids) if company else Domain.TRUE
            instances = self.env["telegram.instance"].search(domain)
            instances = instances.filtered(lambda i: i._can_send_as(self.env.user))
            composer.available_instance_ids = instances
            composer.instance_count = len(instances)

    @api.depends("res_model", "res_id", "res_ids", "instance_id")
    def _compute_available_group_ids(self):
        chats = self.env["telegram.chat"]
        for composer in self:
            groups = chats
            if not composer.is_mass and (record := composer._get_records()):
                groups = chats._find_tied(record)
            composer.available_group_ids = groups.filtered(
                lambda group, instance=composer.instance_id: group.instance_id == instance
            )

    @api.depends("available_group_ids", "partner_ids")
    def _compute_group_id(self):
        for composer in self:
            groups = composer.available_group_ids
            if composer.group_id not in groups:
                # A record without a contact writes to its only group.
                composer.group_id = len(groups) == 1 and not composer.partner_ids and groups

    # === CRUD METHODS === #

    @api.model
    def default_get(self, fields):
        """Return default values, with the records of the action unless the caller names some."""
        values = super().default_get(fields)
        if not {"res_model", "res_id", "res_ids"} <= set(fields):
            return values  # the caller passes the records to create()
        context = self.env.context
        values["res_model"] = values.get("res_model") or context.get("active_model")
        res_ids = values.get("res_ids") or (not values.get("res_id") and context.get("active_ids"))
        res_ids = list(parse_res_ids(res_ids, self.env) or [])
        if len(res_ids) == 1:
            values.update(res_id=res_ids[0], res_ids=False)
        elif res_ids:
            values.update(res_id=False, res_ids=repr(res_ids))
        return values

    # === ACTION METHODS === #

    def action_send(self):
        """Queue the messages, post them on the records and display a summary.

        :return: an action that closes the composer
        :raise UserError: there is no recipient, or the content is not complete
        """
        self.ensure_one()
        return self._act_once("action_send", self._send)

    # === BUSINESS METHODS === #

    def _send(self):
        """Queue the messages and post them on the records.

        :return: the action that closes the composer, and the one if it is used again
        """
        self.env["telegram.message"]._check_scheduled_date(self.scheduled_date)
        recipients, left_out = self._split_recipients()
        if not recipients:
            self._raise_no_recipients(left_out)
        if self.is_mass:
            mailing = self._create_mailing()
            messages = self._send_mass(recipients, left_out, mailing)
            mailing._store_left_out(left_out)
        else:
            messages = self._send_single(recipients)
        self._post_on_covered(messages)
        self._mark_payment_reminders(messages)
        reasons = self._count_reasons(left_out)
        again = self._display_queued(messages, reasons, is_repeated=True)
        if len(recipients) + len(left_out) == 1:
            return {"type": "ir.actions.act_window_close"}, again
        return self._display_queued(messages, reasons), again

    def _get_records(self):
        self.ensure_one()
        ids = parse_res_ids(self.res_ids, self.env) or [self.res_id] if self.res_model else []
        return self.env[self.res_model or "res.partner"].browse(filter(None, ids))

    def _get_company(self):
        """Return the company that all records share, or an empty recordset."""
        companies = set(self._get_records()._mail_get_companies().values())
        return companies.pop() if len(companies) == 1 else self.env["res.company"]

    def _send_single(self, recipients):
        """Send from one record to each recipient, or to the group.

        :param list recipients: of ComposerRecipient
        :return: the ``telegram.message`` records
        """
        record, message = self._get_records(), self._prepare_message()
        bodies, problems = self._render_bodies(record, message["body"])
        if problems:
            raise UserError(problems[record.id])
        message |= {
            "body": bodies[record.id],
            "quoted_message": self.quoted_message_id,
            "scheduled_date": self.scheduled_date,
        }
        if self.group_id:
            mail_messages = record._message_telegram(group=self.group_id, **message)
        else:
            mail_messages = self.env["mail.message"]
            for recipient in recipients:
                mail_messages |= record._message_telegram(
                    partner=recipient.partner, instance=self.instance_id, **message
                )
        # sudo: mail.notification - of the messages that were just posted
        return mail_messages.sudo().notification_ids.telegram_message_id.sudo(False)

    def _create_mailing(self):
        """Create the mailing of what is sent to many, so that it can be paused and reported.

        :return: the ``telegram.mailing``, as superuser
        """
        # sudo: telegram.mailing - users who may write to many need not have its group
        return (
            self.env["telegram.mailing"]
            .sudo()
            ._create_for_composer(
                {
                    "res_model": self.res_model,
                    "domain": repr([("id", "in", self._get_records().ids)]),
                    "instance_id": self.instance_id.id,
                    "template_id": self.template_id.id,
                    "body": self.body,
                    "formatting": self.formatting,
                    "attachment_ids": [Command.set(self.attachment_ids.ids)],
                    "report_ids": [Command.set(self.report_ids.ids)],
                    "scheduled_date": self.scheduled_date,
                    "is_once_per_person": not self._allows_duplicates(),
                    "is_fixed_content": self.kind != "text" or bool(self.url_file),
                    "is_automatic": self.is_automatic,
                }
            )
        )

    def _send_mass(self, recipients, left_out, mailing=None):
        """Send from many records, to the contact of each.

        :param list recipients: of ComposerRecipient
        :param list left_out: recipients whose text cannot be sent are added
        :param mailing: the ``telegram.mailing`` that the messages are part of
        :return: the ``telegram.message`` records
        """
        message = self._prepare_message()
        records = self.env[self.res_model].browse([recipient.record.id for recipient in recipients])
        bodies, problems = self._render_bodies(records, message.pop("body"), mailing)
        sendable = self._filter_sendable(recipients, left_out, (bodies, problems), message)
        records = records.browse([recipient.record.id for recipient in sendable])
        return records._message_telegram_batch(
            bodies,
            instance=self.instance_id,
            partners={recipient.record.id: recipient.partner for recipient in sendable},
            recipients=list({each.partner.id: each.without_record for each in sendable}.values()),
            scheduled_date=self.scheduled_date,
            mailing=mailing,
            is_logged=self.is_logged,
            **message,
        )

    def _filter_sendable(self, recipients, left_out, bodies, message):
        """Return the recipients whose text can be sent, and leave out the others.

        :param list recipients: of ComposerRecipient
        :param list left_out: the others are added, with the error message as the reason
        :param tuple bodies: result of ``_render_bodies``
        :param dict message: attachments and contents that all of them receive
        :raise UserError: none of the texts can be sent
        """
        messages, sendable, last_error = self.env["telegram.message"], [], None
        texts, problems = bodies
        files, contents = message["attachments"], message["contents"]
        shared = messages._prepare_all("", files, contents) if files or contents else []
        for recipient in recipients:
            record = recipient.record
            try:
                if record.id in problems:
                    raise UserError(problems[record.id])
                text = messages._read_text(texts[record.id], message["formatting"])
                messages._add_text(text, shared, self.instance_id)
            except UserError as error:
                last_error = error
                left_out.append(recipient._replace(reason=str(error)))
            else:
                sendable.append(recipient)
        if not sendable:
            raise last_error
        return sendable

    def _post_on_covered(self, messages):
        """Post the messages on the further records that they are about, if the user may post there.

        :param messages: the queued ``telegram.message`` records
        """
        ids = parse_res_ids(self.covered_ids, self.env)
        if not ids:
            return
        records = self._get_records()
        covered = records.browse(ids).exists() - records
        groups = covered._mail_group_by_operation_for_mail_message_operation("create")
        allowed = records.browse().union(
            *(each._filtered_access(right) for right, each in groups.items())
        )
        customers = self._get_customers(records | allowed)
        # sudo: telegram.message - which record they were just sent from
        pairs = [
            (message, record)
            for message in messages
            for record in allowed
            if customers[record.id] == customers[message.sudo().res_id]
        ]
        records._telegram_log_further(pairs)

    @api.model
    def _get_customers(self, records):
        """Return commercial contact and company of records, by their ID."""
        partners, companies = records._telegram_get_partners(), records._mail_get_companies()
        return {
            record.id: (partners[record.id].commercial_partner_id, companies[record.id])
            for record in records
        }

    @api.model
    def _display_queued(self, messages, warnings=(), is_repeated=False):
        """Return an action that displays how many messages were queued, with a link to them.

        :param messages: the ``telegram.message`` records
        :param warnings: sentences about the recipients that were left out
        :param bool is_repeated: whether they were queued before, by the same dialog
        """
        lines = [self.env._("Messages queued: %s.", len(messages)), *warnings]
        if is_repeated:
            lines.insert(0, self.env._("This was sent before. It is not sent again."))
        return {
            "type": "ir.actions.client",
            "tag": "telegram_green_api.notification",
            "params": {
                "type": "warning" if warnings else "success",
                "message": "\n".join(lines),
                "sticky": bool(warnings),
                "message_ids": messages.ids,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
