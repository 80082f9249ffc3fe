# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import base64
import io

from odoo import fields, models

from ..tools.image import to_jpeg
from ..tools.transactions import write_in_own_transaction


class TelegramInstancePicture(models.TransientModel):
    """Change the profile picture of a Telegram account."""

    _name = "telegram.instance.picture"
    _inherit = "telegram.wizard.mixin"
    _description = "Telegram Account Picture"

    instance_id = fields.Many2one("telegram.instance", required=True, ondelete="cascade")
    picture = fields.Binary(attachment=False, required=True)

    def action_set(self):
        """Send the picture to Telegram, converted to JPEG, and store it on the account.

        https://green-api.com/en/telegram/docs/api/account/SetProfilePicture/
        """
        self.ensure_one()
        instance = self.instance_id
        instance.check_access("write")
        picture = to_jpeg(self.env, base64.b64decode(self.picture or b""))
        result = instance._call_service("set_profile_picture", io.BytesIO(picture))
        content = base64.b64encode(picture)
        write_in_own_transaction(instance, lambda own: own.write({"account_picture": content}))
        return instance._display_result(
            self.env._("The profile picture was changed."),
            result,
            next={"type": "ir.actions.act_window_close"},
        )
