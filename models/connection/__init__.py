# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import account
from . import error_messages
from . import failed_rules
from . import formatting
from . import health
from . import monitoring
from . import no_account
from . import onboarding
from . import other_database
from . import res_config_settings
from . import scheduled_actions
from . import service_queues
from . import service_settings
from . import service_words
from . import silence
from . import state
from . import user_requests
