# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import test_automations
from . import test_conflicts
from . import test_once_edges
from . import test_once_guard
from . import test_programmers_pages
from . import test_record_creation
from . import test_record_edges
from . import test_second_channel
from . import test_send_telegram
