# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import test_actions
from . import test_bad_messages
from . import test_changed_by_telegram
from . import test_clocks
from . import test_composer
from . import test_composer_mass
from . import test_content
from . import test_coordinates
from . import test_cost
from . import test_dispatch
from . import test_edit_delete
from . import test_id_given_twice
from . import test_limits
from . import test_once
from . import test_queue
from . import test_quiet_hours
from . import test_same_message
from . import test_traces
from . import test_unsure
