# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import telegram_api_partner
from . import telegram_api_partner_instance
