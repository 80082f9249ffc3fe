# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import test_telegram_message_queue
from . import test_mail_thread
from . import test_telegram_event
