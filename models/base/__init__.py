# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import ir_actions_act_window
from . import ir_attachment
from . import ir_cron
from . import ir_module_module
