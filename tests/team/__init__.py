# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import test_answer_time
from . import test_assignment
from . import test_dashboard
from . import test_grouping
from . import test_histories
from . import test_inbox
from . import test_notes
from . import test_races
from . import test_reminder
from . import test_waiting_companies
from . import test_waiting_count
