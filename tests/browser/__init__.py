# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import test_account_browser
from . import test_automations_browser
from . import test_composer_browser
from . import test_contacts_browser
from . import test_day_browser
from . import test_discuss_browser
from . import test_discuss_changes_browser
from . import test_email_browser
from . import test_formatting_browser
from . import test_group_browser
from . import test_invoice_browser
from . import test_js
from . import test_kinds_browser
from . import test_link_browser
from . import test_mailing_browser
from . import test_overview_browser
from . import test_partner_browser
from . import test_phone_lists
from . import test_pictures
from . import test_queues_browser
from . import test_readable_browser
from . import test_record_browser
from . import test_start_browser
from . import test_team_browser
from . import test_unread_browser
from . import test_whole_way
