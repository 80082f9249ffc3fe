# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, models
from odoo.fields import Command

# A dialog about one of these writes, so its user must operate the account.
OPERATED = ("telegram.instance", "telegram.chat", "telegram.message")


class TelegramWizardMixin(models.AbstractModel):
    """Check that a dialog refers only to records that its user may read.

    Odoo displays the name of any record that a many2one points to, without checking access. Users
    can fill a dialog with any ID, so they could read the text of any message in its name.
    """

    _name = "telegram.wizard.mixin"
    _description = "Telegram Dialog"
    _is_for_senders = False  # whether users who only send may use it, too

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        self._check_values_access(values)
        return values

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_values_access(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_values_access(vals)
        return super().write(vals)

    def onchange(self, values, field_names, fields_spec):
        self._check_values_access(values)
        return super().onchange(values, field_names, fields_spec)

    @api.model
    def _check_values_access(self, vals):
        """Check that the user may read the records of this addon in the values.

        :raise AccessError: the user may not read one of them
        """
        for name in vals:
            field = self._fields.get(name)
            if field and field.relational and field.comodel_name.startswith("telegram."):
                ids = _get_ids(vals[name])
                self._check_record_access(self.env[field.comodel_name].browse(ids))

    @api.model
    def _check_record_access(self, records):
        """Check that the user may read records, and write with the accounts they are of."""
        records.check_access("read")
        if self._is_for_senders and records._name == "telegram.instance":
            for instance in records:
                instance._check_may_send()
        elif records._name in OPERATED:
            records._check_operated()

    def _check_access_to_all(self):
        """Check that the user may still read all records of the dialog.

        Reading a list of records silently leaves out those that the user may no longer read.

        :raise AccessError: the user may not read one of them
        """
        self.ensure_one()
        self.check_access("read")
        for name, field in self._fields.items():
            if field.relational and field.store and field.comodel_name.startswith("telegram."):
                # sudo: only to find the chosen records; access is checked without it
                self._check_record_access(self.sudo()[name].sudo(False))


def _get_ids(value):
    """Return the record IDs in a value of a relational field, in any form that Odoo accepts."""
    if isinstance(value, models.BaseModel):
        return value.ids
    if isinstance(value, dict):  # a many2one from the web client
        value = value.get("id")
    if not isinstance(value, list | tuple):
        return [value] if isinstance(value, int) and value else []
    ids = []
    for item in value:
        if not isinstance(item, list | tuple):
            ids.append(item)
        elif item[0] in (Command.LINK, Command.UPDATE):
            ids.append(item[1])
        elif item[0] == Command.SET:
            ids += item[2]
    return [id_ for id_ in ids if isinstance(id_, int) and id_]
