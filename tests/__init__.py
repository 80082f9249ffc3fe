# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import test_access
from . import test_browser
from . import test_client
from . import test_client_methods
from . import test_crash
from . import test_failures
from . import test_js
from . import test_lifecycle
from . import test_mail_thread
from . import test_notifications
from . import test_sandbox_account
from . import test_sandbox_changes
from . import test_sandbox_faults
from . import test_sandbox_files
from . import test_sandbox_groups
from . import test_sandbox_receiving
from . import test_sandbox_sending
from . import test_telegram_composer
from . import test_telegram_event
from . import test_telegram_instance
from . import test_telegram_message_queue
from . import test_telegram_sign_in
from . import test_zz_secrets
