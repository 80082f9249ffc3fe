# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import api, fields, models


class MailGuest(models.Model):
    """Represent a Telegram user without a contact as a guest in Discuss."""

    _inherit = "mail.guest"

    telegram_key = fields.Char(index="btree_not_null", groups=fields.NO_ACCESS)

    @api.model
    def _telegram_find_or_create(self, instance, sender, name):
        """Return the guest that represents a sender, created if needed.

        :param instance: the ``telegram.instance`` of the chat
        :param str sender: the Telegram id of the sender
        :param str name: the name that Telegram shows
        """
        # sudo: mail.guest - it is never used to sign in
        guests_sudo = self.sudo()
        key = self._telegram_get_key(instance, sender)
        guest_sudo = guests_sudo.search([("telegram_key", "=", key)], limit=1)
        return guest_sudo or guests_sudo.create({"telegram_key": key, "name": name})

    @api.model
    def _telegram_get_key(self, instance, sender):
        """Return the key by which the guest of a sender is found."""
        return f"{instance.id}:{sender}"
