# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import account_state
from . import chatter_top
from . import conversation
from . import conversation_members
from . import discuss_channel
from . import mail_followers
from . import mail_guest
from . import mail_message
from . import mail_notification
from . import mail_thread
from . import message_posting
from . import message_text
from . import post_once
from . import posted_files
from . import typing_and_read_marks
from . import unread_emails
from . import visibility
