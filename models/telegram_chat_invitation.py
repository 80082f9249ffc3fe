# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import base64
import io

import qrcode

from odoo import api, fields, models

BOX = 8  # pixels of one square of the code


class TelegramChat(models.Model):
    """The link by which people join a group, also as a QR code for a screen or a sheet of paper."""

    _inherit = "telegram.chat"

    invite_link = fields.Char(
        "Invitation Link", readonly=True, copy=False, help="Whoever has it may join the group."
    )
    invite_qr = fields.Binary("QR Code", compute="_compute_invite_qr")

    @api.depends("invite_link")
    def _compute_invite_qr(self):
        for chat in self:
            chat.invite_qr = chat.invite_link and self._draw_qr(chat.invite_link)

    @api.model
    def _draw_qr(self, text):
        """Return a PNG with the QR code of a text, in base64."""
        code = qrcode.QRCode(box_size=BOX, error_correction=qrcode.constants.ERROR_CORRECT_M)
        code.add_data(text)
        png = io.BytesIO()
        code.make_image().save(png, "PNG")
        return base64.b64encode(png.getvalue())

    def action_print_invitation(self):
        """Print the invitation: the group's name, its link and the QR code."""
        self._check_group()
        return self.env.ref("telegram_green_api.report_invitation").report_action(self)
