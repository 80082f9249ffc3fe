# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, models
from odoo.fields import Command


class TelegramWizardMixin(models.AbstractModel):
    """What all dialogs share: they hold only what their user may read.

    Odoo shows the name of any record that a many2one points to, whoever may read that record: in
    a dialog, which everybody may fill with any id, this would be the text of any message.
    """

    _name = "telegram.wizard.mixin"
    _description = "Telegram Dialog"

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        self._check_may_hold(values)
        return values

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_may_hold(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_may_hold(vals)
        return super().write(vals)

    def onchange(self, values, field_names, fields_spec):
        self._check_may_hold(values)
        return super().onchange(values, field_names, fields_spec)

    @api.model
    def _check_may_hold(self, vals):
        """Refuse values with records of this addon that the user may not read.

        :raise AccessError: there is one
        """
        for name in vals:
            field = self._fields.get(name)
            if field and field.relational and field.comodel_name.startswith("telegram."):
                ids = _get_ids(vals[name])
                self.env[field.comodel_name].browse(ids).check_access("read")

    def _check_access_to_all(self):
        """Refuse a dialog of whose records the user may not read one any more: reading a list of
        them leaves those out without a word.

        :raise AccessError: there is one
        """
        self.ensure_one()
        self.check_access("read")
        for name, field in self._fields.items():
            if field.relational and field.store and field.comodel_name.startswith("telegram."):
                # sudo: only to find what is chosen; whether it may be read is asked without
                self.sudo()[name].sudo(False).check_access("read")


def _get_ids(value):
    """Return the ids of records in a value of a relational field, as a program may give it."""
    if isinstance(value, models.BaseModel):
        return value.ids
    if isinstance(value, dict):  # as the screen gives a many2one
        value = value.get("id")
    if not isinstance(value, list | tuple):
        return [value] if isinstance(value, int) and value else []
    ids = []
    for each in value:
        if not isinstance(each, list | tuple):
            ids.append(each)
        elif each[0] in (Command.LINK, Command.UPDATE):
            ids.append(each[1])
        elif each[0] == Command.SET:
            ids += each[2]
    return [id_ for id_ in ids if isinstance(id_, int) and id_]
