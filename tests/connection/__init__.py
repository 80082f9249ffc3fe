# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import test_account
from . import test_activities
from . import test_companies
from . import test_concurrent_updates
from . import test_failed_rules
from . import test_health
from . import test_health_times
from . import test_other_database
from . import test_profile
from . import test_service_journals
from . import test_service_queues
from . import test_service_settings
from . import test_service_words
from . import test_sign_in
from . import test_start
from . import test_start_committed
