# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from ..tools.access import USER
from ..tools.arguments import takes

LISTED = 200  # users


class TelegramOnboarding(models.TransientModel):
    """Extends ``telegram.onboarding`` with its last step: who writes with the account.

    Otherwise only the administrator who connected it could, and all others would read that they
    operate no account.
    """

    _inherit = "telegram.onboarding"

    def get_operator_candidates(self):
        """Return the users who can become operators of the account.

        Users without the right to use Telegram are among them if the current user may give it.

        :return: list of dict: ``id``, ``name``, ``email``, ``has_right`` and ``is_selected``
        :raise AccessError: the user is not a Telegram administrator
        """
        self.ensure_one()
        instance = self.instance_id
        instance.check_access("write")
        is_new = not instance.operator_ids - self.env.user
        candidates = []
        for user in self._find_candidates():
            has_right = user.has_group(USER)
            candidates.append(
                {
                    "id": user.id,
                    "name": user.name,
                    "email": user.email or user.login,
                    "has_right": has_right,
                    "is_selected": has_right if is_new else user in instance.operator_ids,
                }
            )
        return sorted(candidates, key=lambda each: not each["has_right"])

    @takes(users="res.users")
    def set_operators(self, users):
        """Make users the operators of the account, with the right to use Telegram.

        :param users: ``res.users``, all of whom ``get_operator_candidates`` returns
        :raise AccessError: the user is not a Telegram administrator
        :raise UserError: no user is given, or one who cannot become an operator
        """
        self.ensure_one()
        self.instance_id.check_access("write")
        if not users or users - self._find_candidates():
            raise UserError(self.env._("Select at least one user of the list."))
        lacking = users.filtered(lambda user: not user.has_group(USER))
        lacking.write({"group_ids": [Command.link(self.env.ref(USER).id)]})
        self.instance_id.operator_ids = users

    def _find_candidates(self):
        """Return the users of the company who may use Telegram, or can get the right to."""
        domain = Domain("share", "=", False)
        domain &= Domain("company_ids", "in", self.instance_id.company_id.ids)
        if not self.env.user.has_group("base.group_erp_manager"):
            domain &= Domain("all_group_ids", "in", self.env.ref(USER).ids)
        return self.env["res.users"].search(domain, order="name", limit=LISTED)
