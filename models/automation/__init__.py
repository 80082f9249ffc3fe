# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import hooks
from . import ir_actions_server
from . import record_creation
from . import telegram_automatic_message
from . import telegram_automation
from . import second_channel
from . import template_languages
from . import template_use
