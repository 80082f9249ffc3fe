# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""What users read who operate no account: what to do about it, or whom to ask."""

from markupsafe import Markup

from odoo import api, models
from odoo.fields import Domain

from ...tools.access import MANAGER

NAMED = 3  # administrators named in the message


class TelegramInstance(models.Model):
    """Explain to users without an account whom to ask for one."""

    _inherit = "telegram.instance"

    @api.model
    def _get_no_account_message(self, companies):
        """Return a sentence for users who operate no account of these companies."""
        # sudo: telegram.instance - only whether there is one
        is_connected = self.sudo().search_count(
            [("company_id", "parent_of", companies.ids)], limit=1
        )
        names = {
            "companies": ", ".join(companies.mapped("name")),
            "administrators": self._get_administrator_names(companies),
        }
        is_manager = self.env.user.has_group(MANAGER)
        if is_connected and is_manager:
            return self.env._(
                "You operate no Telegram account of %(companies)s yet. Add yourself as an operator "
                "under Telegram → Configuration → Accounts.",
                **names,
            )
        if is_manager:
            return self.env._(
                "%(companies)s has no Telegram account yet. Connect one under Telegram → "
                "Configuration → Connect Account.",
                **names,
            )
        if is_connected:
            return self.env._(
                "You operate no Telegram account of %(companies)s yet. Ask %(administrators)s to "
                "add you as an operator under Telegram → Configuration → Accounts.",
                **names,
            )
        return self.env._(
            "%(companies)s has no Telegram account yet. Ask %(administrators)s to connect one "
            "under Telegram → Configuration → Accounts.",
            **names,
        )

    @api.model
    def _get_administrator_names(self, companies):
        """Return the names of some Telegram administrators, as a text."""
        domain = Domain("all_group_ids", "in", self.env.ref(MANAGER).ids)
        domain &= Domain("company_ids", "in", companies.ids) & Domain("share", "=", False)
        # sudo: res.users - the names of colleagues
        users_sudo = self.env["res.users"].sudo().search(domain, limit=NAMED)
        return self.env._(" or ").join(users_sudo.mapped("name")) or self.env._("an administrator")

    @api.model
    def _get_empty_list_help(self, help_message):
        """Return the help of an empty list, which differs for users who operate no account.

        Odoo reads the help of an action in superuser mode, where every account is found.

        :param str help_message: HTML, for all others
        """
        user = self.env.user
        is_manager = user.has_group(MANAGER)
        domain = Domain.TRUE
        if not is_manager:
            accounts = user.telegram_operated_ids | user.telegram_supervised_ids
            domain = Domain("id", "in", accounts.ids)
        # Not in superuser mode: those of the user, in the companies that are chosen.
        if self.sudo(False).search_count(domain, limit=1):
            return help_message
        message = self._get_no_account_message(self.env.companies)
        if not is_manager:
            return Markup('<p class="o_view_nocontent_empty_folder">%s</p><p>%s</p>') % (
                self.env._("You operate no account yet"),
                message,
            )
        return Markup(
            '<p class="o_view_nocontent_smiling_face">%s</p><p>%s</p>'
            '<p><a type="action" name="telegram_green_api.telegram_onboarding_action" '
            'class="btn btn-primary">%s</a></p>'
        ) % (self.env._("No account yet"), message, self.env._("Connect Account"))


class TelegramChat(models.Model):
    """Explain an empty list of chats."""

    _inherit = "telegram.chat"

    @api.model
    def get_empty_list_help(self, help_message):
        return self.env["telegram.instance"]._get_empty_list_help(help_message)


class TelegramMessage(models.Model):
    """Explain an empty list of messages."""

    _inherit = "telegram.message"

    @api.model
    def get_empty_list_help(self, help_message):
        return self.env["telegram.instance"]._get_empty_list_help(help_message)
