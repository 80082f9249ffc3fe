# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import account_move
from . import account_move_send
from . import payment_reminder
from . import telegram_message
from . import telegram_template
