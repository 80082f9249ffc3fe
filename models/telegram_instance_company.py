# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from odoo import models


class TelegramInstance(models.Model):
    """Scheduled actions work for the company of the instance, not for that of Odoo's own user."""

    _inherit = "telegram.instance"

    def _cron_send(self):
        return super(TelegramInstance, self._in_company())._cron_send()

    def _cron_receive(self):
        return super(TelegramInstance, self._in_company())._cron_receive()

    def _sync(self):
        return super(TelegramInstance, self._in_company())._sync()

    def _check_waiting(self):
        return super(TelegramInstance, self._in_company())._check_waiting()

    def _in_company(self):
        """Return the instance in its company: what is written down for its people without any of
        them being there, such as why something failed, is in the company's language and time
        zone."""
        self.ensure_one()
        partner = self.company_id.partner_id
        return self.with_company(self.company_id).with_context(lang=partner.lang, tz=partner.tz)
