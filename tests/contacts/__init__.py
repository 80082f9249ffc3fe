# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import test_changed_number
from . import test_chat_info
from . import test_contact_link
from . import test_history
from . import test_links
from . import test_number_check
from . import test_opt_out
from . import test_partner_merge
from . import test_proposals
from . import test_past
from . import test_read_and_archive
from . import test_record_actions
from . import test_shared_contact
from . import test_sync
from . import test_sync_together
from . import test_usernames
