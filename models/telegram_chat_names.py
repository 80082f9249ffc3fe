# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models

from .rights import filter_named


class TelegramChat(models.Model):
    """What a chat is called: by the account's own name for it, else by its name at Telegram.

    A name that a person typed in Odoo stays; typing the one of Telegram lets it follow again.
    """

    _inherit = "telegram.chat"

    telegram_name = fields.Char(
        "Name at Telegram", readonly=True, copy=False, help="As the person or group is called."
    )
    contact_name = fields.Char(
        "Name in the Account's Contacts",
        readonly=True,
        copy=False,
        help="As the Telegram account has named the person; it goes before their own name.",
    )
    username = fields.Char("User Name", readonly=True, copy=False, help="With @.")
    is_name_own = fields.Boolean(compute="_compute_is_name_own")

    @api.depends("name")
    @api.depends_context("uid", "allowed_company_ids", "lang")
    def _compute_display_name(self):
        named = filter_named(self)
        for chat in self:
            chat.display_name = chat.name if chat in named else self.env._("Telegram chat")

    @api.depends("name", "telegram_name", "contact_name")
    def _compute_is_name_own(self):
        for chat in self:
            service_name = chat._get_service_name()
            chat.is_name_own = bool(service_name) and chat.name != service_name

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            vals.setdefault("telegram_name", vals.get("name"))
        return super().create(vals_list)

    def write(self, vals):
        # What the addon calls a chat is what Telegram calls it; people's own names stay theirs.
        if "name" in vals and self.env.su and not {"telegram_name", "contact_name"} & vals.keys():
            vals = {**vals, "telegram_name": vals["name"]}
        return super().write(vals)

    def _get_service_name(self):
        self.ensure_one()
        return self.contact_name or self.telegram_name

    def _get_name_values(self, telegram_name="", contact_name=None):
        """Return what changes when the service gives names.

        :param str telegram_name: empty when it gives none
        :param str contact_name: None when it does not say; empty when there is none
        :return: dict of values
        """
        self.ensure_one()
        values = {"telegram_name": telegram_name or self.telegram_name}
        if contact_name is not None:
            values["contact_name"] = contact_name or False
        name = values.get("contact_name", self.contact_name) or values["telegram_name"]
        if name and not self.is_name_own:
            values["name"] = name
        return {field: value for field, value in values.items() if self[field] != value}
