# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import render_mixin
from . import telegram_template
from . import rendering
from . import quick_answers
