# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import models
from odoo.exceptions import UserError

from ...tools.actions import get_dialog_action
from ...tools.phone import parse_phone


class TelegramMessage(models.Model):
    """Extend ``telegram.message``: a shared contact card becomes a contact in Odoo."""

    _inherit = "telegram.message"

    # === ACTION METHODS === #

    def action_save_card(self):
        """Open the dialog that creates or completes a contact from a shared contact card.

        :raise UserError: the message is no contact card
        """
        self.ensure_one()
        self._check_operated()
        name, phone = self._get_card()
        if not name and not phone:
            raise UserError(self.env._("This message contains no contact."))
        return get_dialog_action(
            "telegram.shared.contact",
            self.env._("Shared Contact"),
            message_id=self.id,
            contact_name=name or phone,
            phone=phone,
        )

    # === BUSINESS METHODS === #

    def _is_card(self):
        """Return whether a contact was shared by this message."""
        self.ensure_one()
        return self.type_message == "contactMessage"

    def _get_card(self):
        """Return name and phone number of the contact that was shared.

        The number is E.164 if it can be read, also as one of the company's country. Otherwise it is
        as the card has it.
        """
        content = (self._is_card() and self.content) or {}
        names = (content.get(key) for key in ("firstName", "lastName"))
        phone = content.get("phoneContact") or ""
        # GREEN-API writes international numbers without a plus.
        digits = parse_phone(phone)
        partner = self.company_id.partner_id
        forms = filter(None, (digits and f"+{digits}", phone))
        formatted = (partner._phone_format(number=form) for form in forms)
        return " ".join(filter(None, names)), next(filter(None, formatted), phone)
