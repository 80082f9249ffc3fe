# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import base64
import binascii
import io

from PIL import Image

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools.image import ImageProcess

from ..models.transactions import write_in_own_transaction

WHITE = (255, 255, 255)
SIZE_MAX = 1280  # pixels: Telegram shows no larger picture


class TelegramInstancePicture(models.TransientModel):
    """The dialog that gives the Telegram account another picture."""

    _name = "telegram.instance.picture"
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
        picture = to_jpeg(self.env, self.picture)
        result = instance._ask("set_profile_picture", io.BytesIO(picture))
        content = base64.b64encode(picture)
        write_in_own_transaction(instance, lambda own: own.write({"account_picture": content}))
        return instance._answer(
            self.env._("The Telegram account has a new picture."),
            result,
            next={"type": "ir.actions.act_window_close"},
        )


def to_jpeg(env, content):
    """Return a picture as JPEG, no larger than Telegram shows it.

    :param bytes content: base64 of any format that Odoo can read; transparent becomes white
    :raise UserError: it is no picture, or one that cannot be converted
    """
    refusal = UserError(
        env._("This file is no picture that can be converted. Choose a JPEG, PNG or GIF file.")
    )
    try:
        process = ImageProcess(base64.b64decode(content or b""))
        if not process.image:
            raise refusal
        if process.image.mode not in ("RGB", "L"):
            process.image = process.image.convert("RGBA")
            process.colorize(WHITE)
        process.resize(SIZE_MAX, SIZE_MAX)
        return process.image_quality(quality=90, output_format="JPEG")
    except (OSError, SyntaxError, ValueError, binascii.Error, Image.DecompressionBombError):
        raise refusal from None
