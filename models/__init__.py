# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import ir_actions
from . import ir_cron
from . import mail_followers
from . import mail_message
from . import mail_notification
from . import mail_thread
from . import res_partner
from . import telegram_chat
from . import telegram_chat_recipients
from . import telegram_event
from . import telegram_instance
from . import telegram_instance_account
from . import telegram_instance_cron
from . import telegram_instance_pace
from . import telegram_instance_sending
from . import telegram_message
from . import telegram_message_changes
from . import telegram_message_content
from . import telegram_message_delivery
from . import telegram_message_display
from . import telegram_message_inbox
from . import telegram_message_queue
from . import telegram_message_unsure
from . import telegram_template
from . import telegram_template_render
