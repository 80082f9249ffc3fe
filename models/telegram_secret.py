# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models
from odoo.tools import SQL


class TelegramSecret(models.Model):
    """The tokens and secrets of other records, out of everyone's reach.

    In a table of their own: when PostgreSQL refuses a change of a record, it writes the whole row
    into the log. They are read and written here only, past the ORM, which would log them as well.
    """

    _name = "telegram.secret"
    _description = "Telegram Secret"
    _log_access = False

    res_model = fields.Char(required=True, groups=fields.NO_ACCESS)
    res_id = fields.Many2oneReference(
        model_field="res_model", required=True, groups=fields.NO_ACCESS
    )
    name = fields.Char(required=True, groups=fields.NO_ACCESS)
    value = fields.Char(groups=fields.NO_ACCESS)
    _place_uniq = models.UniqueIndex("(res_model, res_id, name)")

    @api.model
    def _read_secrets(self, records, name):
        """Give the secrets of some records.

        :param str name: which one of each
        :return: dict, the secret by the record's id; without those that have none
        """
        query = SQL(
            "SELECT res_id, value FROM telegram_secret "
            "WHERE res_model = %s AND res_id = ANY(%s) AND name = %s AND value IS NOT NULL",
            records._name,
            [id_ for id_ in records._ids if id_],
            name,
        )
        return dict(self.env.execute_query(query))

    @api.model
    def _write_secret(self, record, name, value):
        """Keep a secret of a record; None forgets it."""
        self.env.cr.execute(
            SQL(
                "INSERT INTO telegram_secret (res_model, res_id, name, value) "
                "VALUES (%s, %s, %s, %s) "
                "ON CONFLICT (res_model, res_id, name) DO UPDATE SET value = EXCLUDED.value",
                record._name,
                record.id,
                name,
                value,
            ),
            log_exceptions=False,
        )

    @api.model
    def _forget(self, records):
        """Remove all secrets of records that are removed."""
        self.env.cr.execute(
            SQL(
                "DELETE FROM telegram_secret WHERE res_model = %s AND res_id = ANY(%s)",
                records._name,
                records.ids,
            )
        )
