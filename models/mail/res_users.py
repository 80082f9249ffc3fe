# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from contextlib import contextmanager

from odoo import api, models

from ...tools.access import MANAGER, USER


class ResUsers(models.Model):
    """A member of a Telegram conversation reads it in Discuss, whatever their rights are by now:
    so the members follow the rights.
    """

    _inherit = "res.users"

    def write(self, vals):
        result = super().write(vals)
        if {"group_ids", "active"} & vals.keys():
            self.env["telegram.chat"]._update_members_of_users(self)
        return result


class ResGroups(models.Model):
    """The same, when the rights of a group change, or its users."""

    _inherit = "res.groups"

    @api.model_create_multi
    def create(self, vals_list):
        with self._telegram_followed():
            return super().create(vals_list)

    def write(self, vals):
        with self._telegram_followed():
            return super().write(vals)

    def unlink(self):
        with self._telegram_followed():
            return super().unlink()

    @contextmanager
    def _telegram_followed(self):
        """Let the members of conversations follow what changes in between."""
        before = self._telegram_get_rights()
        yield
        # Odoo does not know at once what comes of a group that was made or deleted.
        self.env.registry.clear_cache()
        self.env["res.groups"].invalidate_model(["all_implied_ids"])
        self.env["res.users"].invalidate_model(["all_group_ids"])
        after = self._telegram_get_rights()
        users = self.env["res.users"]
        changed = users.union(*(user for user in after if after[user] != before.get(user)))
        self.env["telegram.chat"]._update_members_of_users(changed)

    @api.model
    def _telegram_get_rights(self):
        """Return what the operators of all accounts may, by user."""
        # sudo: telegram.instance - whoever changes groups changes what operators see
        instances_sudo = self.env["telegram.instance"].sudo().with_context(active_test=False)
        operators_sudo = instances_sudo.search([("operator_ids", "!=", False)]).operator_ids
        return {user: (user.has_group(USER), user.has_group(MANAGER)) for user in operators_sudo}
