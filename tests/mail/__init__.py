# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import test_chatter_top
from . import test_discuss_changes
from . import test_discuss_channel
from . import test_discuss_members
from . import test_discuss_presence
from . import test_discuss_samples
from . import test_discuss_writing
from . import test_failures
from . import test_mail_thread
from . import test_message_posting
from . import test_post_once
