# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models


class TelegramLinkPartner(models.TransientModel):
    """Link a chat to a contact."""

    _name = "telegram.link.partner"
    _inherit = "telegram.wizard.mixin"
    _description = "Link Telegram Chat to Contact"

    chat_id = fields.Many2one("telegram.chat", required=True, readonly=True, ondelete="cascade")
    chat_name = fields.Char(related="chat_id.name")
    phone = fields.Char(related="chat_id.phone")
    company_id = fields.Many2one(related="chat_id.company_id")
    candidate_ids = fields.Many2many(related="chat_id.candidate_ids", related_sudo=False)
    partner_id = fields.Many2one(
        "res.partner",
        "Contact",
        compute="_compute_partner_id",
        compute_sudo=False,
        store=True,
        readonly=False,
        required=True,
        domain="['|', ('company_id', '=', False), ('company_id', 'child_of', company_id)]",
    )
    hint = fields.Char(compute="_compute_hint")

    # === COMPUTE METHODS === #

    @api.depends("chat_id")
    def _compute_partner_id(self):
        for wizard in self:
            candidates = wizard.candidate_ids
            single = candidates if len(candidates) == 1 else candidates.browse()
            chat = wizard.chat_id
            wizard.partner_id = chat.partner_id or single or chat.archived_partner_id

    @api.depends("chat_id", "partner_id")
    def _compute_hint(self):
        for wizard in self:
            wizard.hint = (
                wizard._get_archived_message()
                or wizard._get_other_chats_message()
                or wizard._get_candidates_message()
                or wizard._get_missing_phone_message()
            )

    # === ACTION METHODS === #

    def action_link(self):
        """Link the chat to the selected contact."""
        self.ensure_one()
        self.chat_id._link_to_partner(self.partner_id)
        return {"type": "ir.actions.act_window_close"}

    # === TEXTS === #

    def _get_archived_message(self):
        partner = self.partner_id
        return partner and not partner.active and partner._telegram_get_archived_message()

    def _get_other_chats_message(self):
        chat = self.chat_id._origin
        chats = self.env["telegram.chat"].with_context(active_test=False)
        others = self.partner_id and chats.search(
            [
                ("partner_id", "=", self.partner_id._origin.id),
                ("instance_id", "=", chat.instance_id.id),
                ("id", "!=", chat.id),
            ]
        )
        return others and self.env._(
            "%(partner)s already has another chat of this account: %(chats)s. Both stay linked.",
            partner=self.partner_id.display_name,
            chats=", ".join(others.mapped("display_name")),
        )

    def _get_candidates_message(self):
        if len(self.candidate_ids) < 2:
            return False
        return self.env._(
            "Several contacts have the phone number %(phone)s: %(names)s.",
            phone=self.phone,
            names=", ".join(self.candidate_ids[:5].mapped("display_name")),
        )

    def _get_missing_phone_message(self):
        partner = self.partner_id
        if not partner or partner.phone or not self.phone or not partner.has_access("write"):
            return False
        return self.env._("%s has no phone number and gets this one.", partner.display_name)
