# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Pictures as the service takes them."""

from PIL import Image

from odoo.exceptions import UserError
from odoo.tools.image import ImageProcess

WHITE = (255, 255, 255)
SIZE_MAX = 1280  # pixels: Telegram shows no larger picture


def to_jpeg(env, content):
    """Return a picture as JPEG, no larger than Telegram shows it.

    :param bytes content: of any format that Odoo can read; what is transparent becomes white
    :raise UserError: it is no picture, or one that cannot be converted
    """
    try:
        picture = _convert(content)
    except (UserError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        picture = None  # the words are the same for all of them
    if not picture:
        raise UserError(
            env._("This file is no picture that can be converted. Choose a JPEG, PNG or GIF file.")
        )
    return picture


def _convert(content):
    """Return a picture as JPEG; None when it is of a kind that Odoo does not convert."""
    process = ImageProcess(content)
    if not process.image:
        return None
    if process.image.mode not in ("RGB", "L"):
        process.image = process.image.convert("RGBA")
        process.colorize(WHITE)
    process.resize(SIZE_MAX, SIZE_MAX)
    return process.image_quality(quality=90, output_format="JPEG")
