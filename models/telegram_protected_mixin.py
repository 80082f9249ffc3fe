# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, models
from odoo.exceptions import AccessError


class TelegramProtectedMixin(models.AbstractModel):
    """Fields that only the addon itself writes, in superuser mode.

    ``readonly`` keeps people from typing into a field; it does not keep programs from writing it.
    Each class that adds such fields to a model names them in ``_protected``; they add up.
    """

    _name = "telegram.protected.mixin"
    _protected = frozenset()
    _description = "Fields That Only Telegram Writes"

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_not_protected(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_not_protected(vals)
        return super().write(vals)

    @api.model
    def _check_not_protected(self, vals):
        """Refuse values of protected fields.

        :raise AccessError: ``vals`` holds one of them
        """
        if self.env.su:
            return
        protected = set().union(*(vars(cls).get("_protected", ()) for cls in type(self).mro()))
        if found := sorted(protected & vals.keys()):
            raise AccessError(
                self.env._(
                    "The field “%(field)s” of “%(model)s” is not for writing by hand.",
                    field=self._fields[found[0]].string,
                    model=self._description,
                )
            )
