# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Consent to mailings: whether a contact has agreed, when, how, and who recorded it."""

from odoo import api, fields, models


class ResCompany(models.Model):
    """Extend ``res.company`` with the setting to write mailings only with consent."""

    _inherit = "res.company"

    telegram_needs_consent = fields.Boolean("Mailings Only With Consent")

    def write(self, vals):
        result = super().write(vals)
        if vals.get("telegram_needs_consent"):
            self.env["telegram.mailing"]._process_less_consent(
                [("mailing_id.company_id", "in", self.ids)]
            )
        return result


class ResPartner(models.Model):
    """Extend ``res.partner`` with the consent to mailings."""

    _inherit = "res.partner"

    telegram_opted_out = fields.Boolean(
        "Wants No Mailings",
        compute="_compute_telegram_opted_out",
        help="The contact wants no mailings, or the phone number is in Odoo's phone blacklist.",
    )
    telegram_consent = fields.Boolean(
        "Agreed to Mailings",
        copy=False,
        tracking=True,
        help="The contact has agreed to receive mailings by Telegram.",
    )
    telegram_consent_source = fields.Char(
        "How Agreed",
        copy=False,
        tracking=True,
        help="How the contact agreed, such as “Form at the trade fair”, or how they withdrew it.",
    )
    telegram_consent_date = fields.Datetime("Consent Changed On", copy=False)
    telegram_consent_user_id = fields.Many2one(
        "res.users",
        "Consent Recorded By",
        copy=False,
        ondelete="set null",
        help="Empty if the contact has answered in Telegram.",
    )

    def _compute_telegram_opted_out(self):
        # sudo: telegram.chat - all accounts, also those that the user does not operate
        chats_sudo = self.env["telegram.chat"].sudo().with_context(active_test=False)
        chats = chats_sudo.search([("partner_id", "in", self.ids), ("opted_out", "=", True)])
        listed = chats._find_blacklisted(self.mapped("phone_sanitized"))
        for partner in self:
            is_listed = partner.phone_sanitized in listed
            partner.telegram_opted_out = is_listed or partner in chats.partner_id

    def _add_consent_stamp(self, vals):
        """Return values with the date and the user of a consent that they contain.

        :param dict vals: field values; those of an import may name an earlier date
        """
        is_changed = vals.get("telegram_consent") or any(self.mapped("telegram_consent"))
        if "telegram_consent" not in vals or not is_changed:
            return vals
        stamp = {
            "telegram_consent_date": fields.Datetime.now(),
            "telegram_consent_user_id": self.env.uid,
        }
        return {**stamp, **vals}

    def _record_consent(self, is_given, source):
        """Record that contacts have agreed to mailings in Telegram, or withdrawn that.

        :param str source: how, in words
        """
        self.write(
            {
                "telegram_consent": is_given,
                "telegram_consent_source": source,
                "telegram_consent_date": fields.Datetime.now(),
                "telegram_consent_user_id": False,
            }
        )


class TelegramChat(models.Model):
    """Extend ``telegram.chat`` with the contacts who have not agreed to mailings."""

    _inherit = "telegram.chat"

    @api.model
    def _find_without_consent(self, instance, partners):
        """Return the IDs of contacts whom the account's company sends no mailings, as a set.

        :param partners: ``res.partner``
        """
        # sudo: res.company, res.partner - only the setting and whether they have agreed
        if not instance.sudo().company_id.telegram_needs_consent:
            return set()
        return set(partners.sudo().filtered(lambda partner: not partner.telegram_consent).ids)
