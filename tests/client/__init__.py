# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import test_client
from . import test_client_errors
from . import test_client_files
from . import test_client_methods
from . import test_client_pace
from . import test_client_properties
from . import test_client_proxy
from . import test_methods_table
from . import test_notifications
from . import test_notifications_kinds
from . import test_vendor_client
