# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import test_event_types
from . import test_files
from . import test_files_failures
from . import test_flood
from . import test_hostile_input
from . import test_listening
from . import test_listening_alone
from . import test_listening_scheduler
from . import test_missed_messages
from . import test_odd_values
from . import test_outages
from . import test_processing
from . import test_processing_batches
from . import test_receiving
from . import test_samples
from . import test_unreadable
from . import test_waiting
from . import test_webhook
from . import test_webhook_delivery
