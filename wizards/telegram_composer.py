# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.mail.tools.parser import parse_res_ids


class TelegramComposer(models.TransientModel):
    """Collects what a person writes from one record or from many.

    What is sent is in ``telegram_composer_content.py``, who gets it in
    ``telegram_composer_recipients.py``; ``_message_telegram`` and ``_message_telegram_batch`` of
    the records do the rest.

    Writing from a record to a group that is tied to it, instead of to contacts.
    """

    _name = "telegram.composer"
    _inherit = "telegram.wizard.mixin"
    _description = "Write by Telegram"

    res_model = fields.Char("Record Model", required=True)
    res_id = fields.Many2oneReference("Record", model_field="res_model")
    res_ids = fields.Text("Records", help="Ids of many records, as a list.")
    is_mass = fields.Boolean("To Many Records", compute="_compute_is_mass")
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
    quoted_message_id = fields.Many2one(
        "telegram.message",
        "In Reply To",
        domain="[('chat_id', '=', chat_id), ('id_message', '!=', False), "
        "('is_deleted', '=', False), ('type_message', '!=', 'reactionMessage')]",
        help="The message of the chat that this one answers.",
    )
    scheduled_date = fields.Datetime("Send Later", help="It is not sent before this moment.")
    available_group_ids = fields.Many2many(
        "telegram.chat",
        string="Groups of the Record",
        compute="_compute_available_group_ids",
    )
    group_id = fields.Many2one(
        "telegram.chat",
        "To the Group",
        compute="_compute_group_id",
        store=True,
        readonly=False,
        domain="[('id', 'in', available_group_ids)]",
        help="A group that is tied to this record. Empty: to the contacts below.",
    )

    @api.model
    def default_get(self, fields):
        """Take the records from the default values, else from where the action was chosen."""
        values = super().default_get(fields)
        if not {"res_model", "res_id", "res_ids"} <= set(fields):
            return values  # a program says itself which records
        context = self.env.context
        values["res_model"] = values.get("res_model") or context.get("active_model")
        res_ids = values.get("res_ids") or not values.get("res_id") and context.get("active_ids")
        res_ids = list(parse_res_ids(res_ids, self.env) or [])
        if len(res_ids) == 1:
            values.update(res_id=res_ids[0], res_ids=False)
        elif res_ids:
            values.update(res_id=False, res_ids=repr(res_ids))
        return values

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
            composer.available_instance_ids = instances
            composer.instance_count = len(instances)

    def _get_company(self):
        """Return the company that all the records have; none when they differ or have none."""
        companies = set(self._get_records()._mail_get_companies().values())
        return companies.pop() if len(companies) == 1 else self.env["res.company"]

    def _get_records(self):
        self.ensure_one()
        ids = parse_res_ids(self.res_ids, self.env) or [self.res_id] if self.res_model else []
        return self.env[self.res_model or "res.partner"].browse(filter(None, ids))

    # === ACTION METHODS === #

    def action_send(self):
        """Queue the messages, show them on the records, and say what became of whom."""
        self.ensure_one()
        if self.scheduled_date and self.scheduled_date <= fields.Datetime.now():
            raise UserError(
                self.env._(
                    "Send later: this moment has passed already. Choose one in the future, or "
                    "empty the field to send now."
                )
            )
        going, left_out = self._sort_recipients()
        if not going:
            self._check_has_recipients(left_out)
        if self.is_mass:
            messages = self._send_mass(going, left_out)
        else:
            messages = self._send_single(going)
        if len(going) + len(left_out) == 1:
            return {"type": "ir.actions.act_window_close"}
        return self._report(messages, left_out)

    def _send_single(self, going):
        """Write from one record to each of its recipients, or to the group."""
        record, message = self._get_records(), self._prepare_message()
        message |= {
            "quoted_message": self.quoted_message_id,
            "scheduled_date": self.scheduled_date,
        }
        if self.group_id:
            mail_messages = record._message_telegram(group=self.group_id, **message)
        else:
            mail_messages = self.env["mail.message"]
            for recipient in going:
                mail_messages |= record._message_telegram(
                    partner=recipient.partner, instance=self.instance_id, **message
                )
        # sudo: mail.notification - of what was just written
        return mail_messages.sudo().notification_ids.telegram_message_id.sudo(False)

    def _send_mass(self, going, left_out):
        """Write from many records, to the contact of each.

        :param list left_out: those whose text turns out not to be one are added to it
        """
        message = self._prepare_message()
        records = self.env[self.res_model].browse([recipient.record.id for recipient in going])
        bodies = self._render_bodies(records, message.pop("body"))
        able = self._check_bodies(going, left_out, bodies, message)
        records = records.browse([recipient.record.id for recipient in able])
        return records._message_telegram_batch(
            bodies,
            instance=self.instance_id,
            partners={recipient.record.id: recipient.partner for recipient in able},
            places=list({recipient.partner.id: recipient[1:4] for recipient in able}.values()),
            scheduled_date=self.scheduled_date,
            **message,
        )

    def _check_bodies(self, going, left_out, bodies, message):
        """Return those of whom the text can be sent; the others are left out with the reason.

        :raise UserError: it is nobody's
        """
        messages, able, problem = self.env["telegram.message"], [], None
        files = message["attachments"] or message["contents"]
        shared = messages._prepare_all("", **message) if files else []
        for recipient in going:
            try:
                recipient.record._telegram_prepare_parts(bodies[recipient.record.id], shared)
            except UserError as error:
                problem = error
                left_out.append(recipient._replace(reason=str(error)))
            else:
                able.append(recipient)
        if not able:
            raise problem
        return able

    def _report(self, messages, left_out):
        """Say how many messages were queued and who gets none, with a way to look at them."""
        lines = [self.env._("%s messages are queued.", len(messages))]
        lines += self._count_reasons(left_out)
        return {
            "type": "ir.actions.client",
            "tag": "telegram_green_api.queued",
            "params": {
                "message": "\n".join(lines),
                "is_complete": not left_out,
                "message_ids": messages.ids,
            },
        }

    @api.autovacuum
    def _gc_lost_attachments(self):
        """Remove files that were uploaded and then not sent, as Odoo's own composer does."""
        yesterday = fields.Datetime.subtract(fields.Datetime.now(), days=1)
        self.env["ir.attachment"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "=", 0),
                ("create_date", "<", yesterday),
                ("write_date", "<", yesterday),
            ]
        ).unlink()

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
                # Where there is no contact to write to, the group is who is meant.
                composer.group_id = len(groups) == 1 and not composer.partner_ids and groups
