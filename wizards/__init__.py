# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import account_move_send_batch_wizard
from . import account_move_send_wizard
from . import telegram_composer
from . import telegram_composer_recipients
from . import telegram_composer_group
from . import telegram_composer_content
from . import telegram_composer_template
from . import telegram_forward
from . import telegram_instance_picture
from . import telegram_instance_settings
from . import telegram_group_people
from . import telegram_group_add
from . import telegram_group_create
from . import telegram_group_edit
from . import telegram_group_record
from . import telegram_message_edit
from . import telegram_journal
from . import telegram_journal_entry
from . import telegram_link_partner
from . import telegram_link_record
from . import telegram_message_lookup
from . import telegram_queue
from . import telegram_queue_message
from . import telegram_sign_in
from . import telegram_template_preview
