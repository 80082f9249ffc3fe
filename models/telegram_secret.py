# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL


class TelegramSecret(models.Model):
    """A token or secret of another record, which no access right can read.

    Secrets have a table of their own: when PostgreSQL refuses a change of a record, it writes the
    whole row into its log. They are read and written here only, past the ORM, which logs as well.
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
        """Return a secret of each record.

        :param str name: of the secret
        :return: dict of secrets by record ID, without records that have none
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
    def _get_secret_sql(self, model, record_id, name):
        """Return a secret of a record as SQL, for a statement that finds the record, too.

        :param SQL record_id: the ID of the record
        :param str name: of the secret
        """
        return SQL(
            "(SELECT value FROM telegram_secret "
            "WHERE res_model = %s AND res_id = %s AND name = %s)",
            model._name,
            record_id,
            name,
        )

    @api.model
    def _write_secret(self, record, name, value):
        """Store a secret of a record; None removes it."""
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
    def _remove_secrets(self, records):
        """Remove all secrets of deleted records."""
        self.env.cr.execute(
            SQL(
                "DELETE FROM telegram_secret WHERE res_model = %s AND res_id = ANY(%s)",
                records._name,
                records.ids,
            )
        )


class TelegramSecretMixin(models.AbstractModel):
    """An API token that users enter and that no one can read, and further secrets of a record."""

    _name = "telegram.secret.mixin"
    _description = "Records with an API Token"

    # The token itself cannot be read by any user. It is entered in the next field.
    api_token = fields.Char(compute="_compute_api_token", groups=fields.NO_ACCESS)
    api_token_new = fields.Char(
        "API Token",
        compute="_compute_api_token_new",
        inverse="_inverse_api_token_new",
        groups="base.group_system",
        help="It is stored securely and cannot be displayed again.",
    )
    has_api_token = fields.Boolean(
        "API Token Set", compute="_compute_has_api_token", compute_sudo=True
    )

    # === COMPUTE METHODS === #

    def _compute_api_token(self):
        self._compute_secret("api_token")

    def _compute_api_token_new(self):
        self.api_token_new = False

    def _inverse_api_token_new(self):
        for record in self.filtered("api_token_new"):
            record._store_secret("api_token", self._clean_token(record.api_token_new))
            record._process_new_token()
        # Otherwise the written value would be read from the cache and sent to the browser.
        self.invalidate_recordset(["api_token_new"], flush=False)

    @api.depends("api_token")
    def _compute_has_api_token(self):
        for record in self:
            record.has_api_token = bool(record.api_token)

    # === CRUD METHODS === #

    def unlink(self):
        self.env["telegram.secret"]._remove_secrets(self)
        return super().unlink()

    # === BUSINESS METHODS === #

    @api.model
    def _clean_token(self, token):
        """Return a pasted token without the blanks around it.

        :raise ValidationError: it cannot be a token
        """
        token = (token or "").strip()
        if not token or re.search(r"[^A-Za-z0-9._~-]", token):
            raise ValidationError(
                self.env._(
                    "The API token can hold only letters and digits, without spaces. Copy it again "
                    "from the GREEN-API console (apiTokenInstance or partnerToken)."
                )
            )
        return token

    def _process_new_token(self):
        """Update the record after a user has entered a token; a hook for models."""

    def _compute_secret(self, field):
        """Compute a field from the table of secrets."""
        found = self.env["telegram.secret"]._read_secrets(self, field)
        for record in self:
            record[field] = found.get(record.id, False)

    def _store_secret(self, field, secret):
        """Store the secret that a field is computed from."""
        self.ensure_one()
        self.env["telegram.secret"]._write_secret(self, field, secret)
        self.invalidate_recordset([field, "has_api_token"], flush=False)
