# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import base64
import io

from odoo import fields, models

from ..tools.image import to_jpeg
from ..tools.transactions import write_in_own_transaction


class TelegramInstancePicture(models.TransientModel):
    """The dialog that gives the Telegram account another picture."""

    _name = "telegram.instance.picture"
    _inherit = "telegram.wizard.mixin"
    _description = "Picture of a Telegram Account"

    instance_id = fields.Many2one("telegram.instance", required=True, ondelete="cascade")
    picture = fields.Binary(attachment=False, required=True)

    def action_set(self):
        """Hand the picture to the service; as JPEG, whatever it was.

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
            self.env._("The Telegram account has a new picture."),
            result,
            next={"type": "ir.actions.act_window_close"},
        )
