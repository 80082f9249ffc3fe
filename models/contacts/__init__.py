# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import changed_number
from . import chat_info
from . import consent
from . import earlier_messages
from . import history
from . import number_state
from . import opt_out
from . import partner_link
from . import partner_merge
from . import past
from . import phone_chat
from . import proposals
from . import read_and_archive
from . import record_actions
from . import record_link
from . import res_partner
from . import shared_contact
from . import telegram_contact_link
from . import telegram_number_check
from . import telegram_sync
from . import username
