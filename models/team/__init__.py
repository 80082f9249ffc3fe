# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import inbox
from . import assignment
from . import answer_time
from . import days_off
from . import digest
from . import telegram_dashboard
from . import telegram_reminder
from . import waiting_count
