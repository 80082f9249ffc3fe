# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import escape_psql


class TelegramSharedContact(models.TransientModel):
    """Create a contact from a card that was shared in a chat, or complete one with it."""

    _name = "telegram.shared.contact"
    _inherit = "telegram.once.mixin"
    _description = "Shared Contact"

    message_id = fields.Many2one(
        "telegram.message", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="message_id.company_id")
    contact_name = fields.Char("Name", required=True)
    phone = fields.Char()
    partner_id = fields.Many2one(
        "res.partner",
        "Existing Contact",
        compute="_compute_partner_id",
        compute_sudo=False,
        store=True,
        readonly=False,
        domain="['|', ('company_id', '=', False), ('company_id', 'child_of', company_id)]",
        help="The contact that gets this phone number. Leave empty to create a new contact.",
    )
    hint = fields.Char(compute="_compute_hint")

    # === COMPUTE METHODS === #

    @api.depends("message_id")
    def _compute_partner_id(self):
        """Propose the contact with this phone number, else the one with this name.

        An archived contact with the number is proposed if no active one has it.
        """
        for wizard in self:
            partners = self.env["res.partner"]
            for domain in wizard._get_resembling_domains():
                partners = partners or partners.search(domain, limit=2)
            wizard.partner_id = partners if len(partners) == 1 else False

    @api.depends("partner_id", "phone")
    def _compute_hint(self):
        for wizard in self:
            wizard.hint = wizard._get_hint()

    # === ACTION METHODS === #

    def action_create(self):
        """Create the contact and open it."""
        self._check_access_to_all()
        company = self.company_id if self.company_id in self.env.companies else self.env.company
        partners = self.env["res.partner"].with_company(company)

        def create():
            partner = partners.create({"name": self.contact_name, "phone": self.phone})
            return [partner.get_formview_action()] * 2

        return self._act_once("action_create", create)

    def action_link(self):
        """Store the phone number on the existing contact, unarchive it and open it."""
        self._check_access_to_all()
        self.partner_id._telegram_unarchive()
        if self.phone and self._has_other_phone():
            self.partner_id.phone = self.phone
        return self.partner_id.get_formview_action()

    # === BUSINESS METHODS === #

    def _get_resembling_domains(self):
        """Return the domains of contacts that may be meant, the likeliest first."""
        chat = self.message_id.chat_id
        company = chat._get_partner_domain() if chat else Domain.TRUE
        if self.phone:
            has_phone = company & Domain("phone_sanitized", "=", self.phone)
            yield has_phone
            yield has_phone & Domain("active", "=", False)
        if self.contact_name:
            yield company & Domain("name", "=ilike", escape_psql(self.contact_name))

    def _has_other_phone(self):
        return self.phone not in (self.partner_id.phone_sanitized, self.partner_id.phone)

    def _get_hint(self):
        """Return what happens to the existing contact and its phone number."""
        partner = self.partner_id
        if partner and not partner.active:
            return partner._telegram_get_archived_message()
        if not partner or not self.phone:
            return False
        if not self._has_other_phone():
            return self.env._("%s has this phone number already.", partner.display_name)
        if not partner.phone:
            return self.env._("%s has no phone number and gets this one.", partner.display_name)
        return self.env._(
            "%(partner)s has the phone number %(phone)s. It will be replaced.",
            partner=partner.display_name,
            phone=partner.phone,
        )
