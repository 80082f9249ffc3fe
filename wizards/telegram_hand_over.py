# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import plaintext2html


class TelegramHandOver(models.TransientModel):
    """Hand a chat over to another operator, with a note that only colleagues see."""

    _name = "telegram.hand.over"
    _inherit = "telegram.wizard.mixin"
    _description = "Hand Over Telegram Chat"

    chat_id = fields.Many2one("telegram.chat", required=True, readonly=True)
    available_user_ids = fields.Many2many("res.users", compute="_compute_available_user_ids")
    user_id = fields.Many2one(
        "res.users", "Hand Over To", required=True, domain="[('id', 'in', available_user_ids)]"
    )
    note = fields.Text(help="Only colleagues see it.")

    @api.depends("chat_id")
    def _compute_available_user_ids(self):
        for wizard in self:
            chat_sudo = wizard.chat_id.sudo()  # sudo: res.users - the operators
            operators = chat_sudo.instance_id._get_operators()
            wizard.available_user_ids = operators - chat_sudo.user_id

    def action_hand_over(self):
        """Assign the chat to the other operator and post the note in the conversation."""
        self.ensure_one()
        chat, user = self.chat_id, self.user_id
        chat._check_operated()
        chat._check_assignee(user)
        chat._lock_inbox()
        # The note is for the colleague.
        text = self.with_context(lang=user.lang).env._(
            "%(author)s handed the chat over to %(to)s.",
            author=self.env.user.name,
            to=user.name,
        )
        if self.note:
            text = f"{text}\n{self.note}"
        chat._assign(user)  # maybe the chat of the other operator alone from now on
        # sudo: discuss.channel - posted as the system: the user may not see the chat any more
        channel = chat.sudo()._open_channel().with_user(SUPERUSER_ID)
        channel.message_post(
            body=plaintext2html(text),
            author_id=self.env.user.partner_id.id,
            message_type="comment",  # of others, Odoo notifies nobody
            subtype_xmlid="mail.mt_note",
            partner_ids=(user - self.env.user).partner_id.ids,
        )
        return {"type": "ir.actions.act_window_close"}
