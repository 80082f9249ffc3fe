# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, models
from odoo.exceptions import AccessError


class TelegramProtectedMixin(models.AbstractModel):
    """Fields that only the addon writes, in superuser mode.

    ``readonly`` only concerns the form view: a program could still write the field. Each class
    that adds such fields to a model names them in ``_protected``; the names add up.
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
        """Check that ``vals`` holds no protected field.

        :raise AccessError: it holds one
        """
        if self.env.su:
            return
        protected = set().union(*(vars(cls).get("_protected", ()) for cls in type(self).mro()))
        if found := sorted(protected & vals.keys()):
            raise AccessError(
                self.env._(
                    "The field “%(field)s” of “%(model)s” cannot be changed by users.",
                    field=self._fields[found[0]].string,
                    model=self._description,
                )
            )
