# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import telegram_mailing_list
from . import telegram_mailing
from . import telegram_message
from . import telegram_mailing_recipient
from . import preview
from . import planning
from . import gate
from . import composing
from . import same_person
from . import comparison
from . import links
from . import figures
from . import telegram_mailing_report
