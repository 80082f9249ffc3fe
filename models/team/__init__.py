# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import inbox
from . import assignment
from . import answer_time
