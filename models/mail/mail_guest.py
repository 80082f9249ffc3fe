# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models


class MailGuest(models.Model):
    """A person in Telegram whom Odoo has no contact of, where Odoo asks for somebody."""

    _inherit = "mail.guest"

    telegram_key = fields.Char(index="btree_not_null", groups=fields.NO_ACCESS)

    @api.model
    def _telegram_get(self, instance, sender, name):
        """Return the guest that stands for a sender, made when it is new.

        :param instance: the ``telegram.instance`` that knows the sender
        :param str sender: their chat id
        :param str name: by which Telegram shows them
        """
        # sudo: mail.guest - nobody signs in as this one
        guests_sudo = self.sudo()
        key = self._telegram_get_key(instance, sender)
        guest_sudo = guests_sudo.search([("telegram_key", "=", key)], limit=1)
        return guest_sudo or guests_sudo.create({"telegram_key": key, "name": name})

    @api.model
    def _telegram_get_key(self, instance, sender):
        return f"{instance.id}:{sender}"
