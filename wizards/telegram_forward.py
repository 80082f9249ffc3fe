# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.sending.recipients import Recipient, find_twin


class TelegramForward(models.TransientModel):
    """Forward messages to chats and contacts, with the account that has the messages."""

    _name = "telegram.forward"
    _inherit = "telegram.once.mixin"
    _description = "Forward Telegram Messages"

    message_ids = fields.Many2many("telegram.message", string="Messages", required=True)
    instance_id = fields.Many2one(
        "telegram.instance", "Account", compute="_compute_instance_id", compute_sudo=False
    )
    chat_ids = fields.Many2many(
        "telegram.chat",
        string="To Chats",
        domain="[('instance_id', '=', instance_id)]",
        help="Chats and groups of the account that has the messages.",
    )
    partner_ids = fields.Many2many("res.partner", string="To Contacts")
    warning = fields.Text(compute="_compute_warning")

    # === COMPUTE METHODS === #

    @api.depends("message_ids")
    def _compute_instance_id(self):
        for wizard in self:
            wizard.instance_id = wizard.message_ids.instance_id[:1]

    @api.depends("partner_ids", "chat_ids", "instance_id")
    def _compute_warning(self):
        chats = self.env["telegram.chat"]
        reasons = chats._get_unreachable_reasons()
        for wizard in self:
            lines = [
                f"{each.partner.display_name}: {chats._get_reason_text(each, reasons)}"
                for each in wizard._check_partners()
                if each.reason
            ]
            wizard.warning = "\n".join(lines)

    # === ACTION METHODS === #

    def action_forward(self):
        """Queue the messages for each chat in their original order, and display a summary.

        :raise UserError: no chat or contact is chosen
        """
        self._check_access_to_all()
        return self._act_once("action_forward", self._forward)

    # === BUSINESS METHODS === #

    def _forward(self):
        """Queue the messages.

        :return: the action that displays a summary, and the one if the dialog is used again
        """
        chats = self.chat_ids
        partners = self.partner_ids.browse().union(
            *(each.partner for each in self._check_partners() if not each.twin)
        )
        if partners:
            found = chats._get_or_create_for_partners(self.instance_id, partners)
            chats |= chats.union(*found.values())
        if not chats:
            raise UserError(self.env._("Choose a chat or a contact to forward the messages to."))
        messages = self.message_ids.sorted("id")
        queued = self.env["telegram.message"]
        for chat in chats:
            queued |= self.instance_id.forward_messages(chat.telegram_id, messages)
        composers = self.env["telegram.composer"]
        return tuple(
            composers._display_queued(queued, is_repeated=again) for again in (False, True)
        )

    def _check_partners(self):
        """Return a Recipient for each contact; each person receives the messages once."""
        partners, chats = self.partner_ids._origin, self.chat_ids._origin
        if not (partners and self.instance_id):
            return []
        known, recipients = {}, []
        for chat in chats:
            find_twin(known, Recipient(partners.browse(), chat, "", ""), chat)
        for recipient in chats._check_recipients(self.instance_id, partners):
            if twin := find_twin(known, recipient, recipient.partner):
                recipient = recipient._replace(reason="duplicate", twin=twin.display_name)
            recipients.append(recipient)
        return recipients
