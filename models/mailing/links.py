# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import re

from odoo import fields, models

# A link that is another one for each recipient. It is sent as it is.
PERSONAL_LINK = re.compile(r"(https?://(?:(?!\{\{)\S)*\{\{.*?\}\}(?:\{\{.*?\}\}|\S)*)")


class TelegramMailing(models.Model):
    """Extends ``telegram.mailing`` with the clicks on its links.

    Odoo's link tracker counts them where it is installed. Elsewhere links stay as they are.
    """

    _inherit = "telegram.mailing"

    click_count = fields.Integer("Clicks", compute="_compute_click_count")
    has_link_tracker = fields.Boolean(compute="_compute_click_count")

    def _compute_click_count(self):
        has_tracker = "link.tracker" in self.env
        for mailing in self:
            mailing.has_link_tracker = has_tracker
            mailing.click_count = 0
            if has_tracker:
                # sudo: link.tracker - only the number of clicks
                trackers_sudo = self.env["link.tracker"].sudo()
                trackers_sudo = trackers_sudo.search([("label", "=", mailing._get_link_label())])
                mailing.click_count = sum(trackers_sudo.mapped("count"))

    def _get_link_label(self):
        """Return the label by which the links of this mailing are found."""
        return f"telegram.mailing,{self._origin.id}"

    def _shorten_links(self, text):
        """Return a text with its links replaced by counted ones, if Odoo can count them.

        Links with a placeholder stay as they are.

        :param str text: of the message, before its placeholders are filled
        """
        if "link.tracker" not in self.env or not text:
            return text
        # With a title, Odoo does not fetch the page in this transaction.
        values = {"label": self._get_link_label(), "title": self.name}
        values |= self._prepare_utm_values()
        # sudo: link.tracker, utm - users who write a mailing may have its links counted
        shorten = self.env["mail.render.mixin"].sudo()._shorten_links_text
        parts = PERSONAL_LINK.split(text)  # every second one is such a link
        return "".join(
            part if number % 2 else shorten(part, values) or "" for number, part in enumerate(parts)
        )

    def _prepare_utm_values(self):
        """Return the source and the medium of the mailing, which the link tracker knows."""
        # sudo: utm - as in _shorten_links
        mediums_sudo, sources_sudo = self.env["utm.medium"].sudo(), self.env["utm.source"].sudo()
        mediums_sudo = mediums_sudo.with_context(active_test=False)  # names are unique
        medium = mediums_sudo.search([("name", "=", "Telegram")], limit=1)
        source = sources_sudo.search([("name", "=", self.name)], limit=1)
        medium = medium or mediums_sudo.create({"name": "Telegram"})
        source = source or sources_sudo.create({"name": self.name})
        return {"medium_id": medium.id, "source_id": source.id}
