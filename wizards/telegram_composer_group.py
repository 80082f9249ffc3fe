# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models

from .telegram_composer_recipients import GOING, Recipient


class TelegramComposer(models.TransientModel):
    """Writing from a record to a group that is tied to it, instead of to contacts."""

    _inherit = "telegram.composer"

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

    @api.depends("group_id")
    def _compute_recipients(self):
        return super()._compute_recipients()

    def _find_recipients(self):
        if not self.group_id:
            return super()._find_recipients()
        records = self._get_records()
        return [Recipient(records, self.env["res.partner"], self.group_id._origin, "", "")]

    def _send_single(self, going):
        if not self.group_id:
            return super()._send_single(going)
        mail_messages = self._get_records()._message_telegram(
            group=self.group_id,
            quoted_message=self.quoted_message_id,
            scheduled_date=self.scheduled_date,
            **self._prepare_message(),
        )
        # sudo: mail.notification - of what was just written
        return mail_messages.sudo().notification_ids.telegram_message_id.sudo(False)

    def _describe_recipient(self, recipient):
        if not recipient.partner:
            return GOING % (recipient.chat.display_name, self.env._("everybody in the group"))
        return super()._describe_recipient(recipient)
