# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import rendering
from . import telegram_template
