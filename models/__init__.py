# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import telegram_protected_mixin
from . import telegram_secret
from . import telegram_instance
from . import telegram_chat
from . import telegram_message
from . import telegram_event
from . import telegram_call
from . import base
from . import connection
from . import contacts
from . import groups
from . import mail
from . import templates
from . import sending
from . import receiving
from . import invoices
from . import partner_mode
from . import automation
from . import mailing
from . import team
from . import retention
from . import deletion
from . import grouping
