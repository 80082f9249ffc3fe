# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import fields, models
from odoo.exceptions import UserError


class ResPartner(models.Model):
    _inherit = "res.partner"

    # Every message of an unknown chat looks its phone up here.
    phone_sanitized = fields.Char(index="btree_not_null")
    telegram_chat_ids = fields.One2many("telegram.chat", "partner_id", "Telegram Chats")
    telegram_chat_count = fields.Integer(compute="_compute_telegram_chat_count")
    invoice_sending_method = fields.Selection(selection_add=[("telegram", "by Telegram")])

    def _compute_telegram_chat_count(self):
        chats, counts = self.env["telegram.chat"], {}
        if chats.has_access("read"):
            domain = [("partner_id", "in", self.ids)]
            counts = dict(chats._read_group(domain, ["partner_id"], ["__count"]))
        for partner in self:
            partner.telegram_chat_count = counts.get(partner, 0)

    def write(self, vals):
        result = super().write(vals)
        if {"name", "parent_id", "company_name", "user_id"} & vals.keys():
            # sudo: telegram.chat - the conversation follows, whoever changes the contact
            domain = [("partner_id", "child_of", self.ids), ("channel_id", "!=", False)]
            chats_sudo = self.env["telegram.chat"].sudo().with_context(active_test=False)
            chats_sudo = chats_sudo.search(domain).with_context(active_test=True)
            chats_sudo._update_channels()
            if {"parent_id", "user_id"} & vals.keys():
                chats_sudo._follow_operators()
        return result

    def action_open_telegram(self):
        """Open the contact's conversation in Discuss, or choose among several chats."""
        self.ensure_one()
        chats = self.env["telegram.chat"].search([("partner_id", "=", self.id)])
        if not chats:
            raise UserError(self.env._("%s has no Telegram chat that you may see.", self.name))
        if len(chats) == 1:
            return chats.action_open_in_discuss()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Telegram Chats"),
            "res_model": "telegram.chat",
            "views": [[False, "list"], [False, "form"]],
            "domain": [("id", "in", chats.ids)],
        }
