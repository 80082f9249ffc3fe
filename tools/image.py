# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Conversion of pictures to the format that GREEN-API accepts."""

from PIL import Image

from odoo.api import Environment
from odoo.exceptions import UserError
from odoo.tools.image import ImageProcess

WHITE = (255, 255, 255)
SIZE_MAX = 1280  # pixels; Telegram displays no larger picture


def to_jpeg(env: Environment, content: bytes) -> bytes:
    """Return a picture as JPEG, at most as large as Telegram displays it.

    :param env: the environment that translates the error
    :param content: the picture in any format that Odoo reads; transparent parts become white
    :raise UserError: the content is not a picture or cannot be converted
    """
    try:
        picture = _convert(content)
    except (UserError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        picture = None  # the error is the same for all of them
    if not picture:
        raise UserError(
            env._(
                "This file is not a picture or cannot be converted. Choose a JPEG, PNG or GIF file."
            )
        )
    return picture


def _convert(content: bytes) -> bytes | None:
    """Return a picture as JPEG; None for a format that Odoo does not convert.

    Odoo's ``image_process`` cannot do this in one call. It loses transparency when it saves a JPEG,
    and its ``colorize`` fails for every mode but RGBA.
    """
    process = ImageProcess(content)
    if not process.image:
        return None
    if process.image.mode not in ("RGB", "L"):
        process.image = process.image.convert("RGBA")
        process.colorize(WHITE)
    process.resize(SIZE_MAX, SIZE_MAX)
    jpeg: bytes = process.image_quality(quality=90, output_format="JPEG")
    return jpeg
