# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Templates that a rule or a server action uses are not deleted by users.

Odoo deletes them with their model when an app is uninstalled. A foreign key that restricts would
prevent that.
"""

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class TelegramAutomation(models.Model):
    """Extend ``telegram.automation`` with the check that its templates stay."""

    _inherit = "telegram.automation"

    @api.model
    def _check_templates_unused(self, templates, rule_field, action_field):
        """Check that no rule and no server action *Send Telegram* uses these templates.

        :param templates: records of the model of both fields
        :param str rule_field: of ``telegram.automation``
        :param str action_field: of ``ir.actions.server``
        :raise UserError: one does
        """
        # sudo: ir.actions.server, telegram.automation - of other users, too
        actions_sudo = self.env["ir.actions.server"].sudo()
        domain = Domain("state", "=", "telegram") & Domain(action_field, "in", templates.ids)
        users = actions_sudo.search(domain, limit=1)
        users = users or self.sudo().search([(rule_field, "in", templates.ids)], limit=1)
        if users:
            raise UserError(
                self.env._(
                    "The template is used by “%s”. Choose another one there first, or archive the "
                    "template.",
                    users.name,
                )
            )


class TelegramTemplate(models.Model):
    """Prevent users from deleting templates in use."""

    _inherit = "telegram.template"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        self.env["telegram.automation"]._check_templates_unused(
            self, "template_id", "telegram_template_id"
        )


class MailTemplate(models.Model):
    """Prevent users from deleting templates in use for the second channel."""

    _inherit = "mail.template"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used_by_telegram(self):
        self.env["telegram.automation"]._check_templates_unused(
            self, "mail_template_id", "telegram_mail_template_id"
        )
