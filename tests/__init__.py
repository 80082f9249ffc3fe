# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import test_action_list
from . import test_call
from . import test_deletion
from . import test_instance
from . import test_lists
from . import test_log_watch
from . import test_retention
from . import test_rooms
from . import test_shared_tests
from . import test_transactions
from . import test_zz_secrets

# Odoo's loader takes the modules test_* that it finds here.
from .access import *
from .automation import *
from .browser import *
from .chaos import *
from .client import *
from .code import *
from .connection import *
from .contacts import *
from .formatting import *
from .groups import *
from .installation import *
from .invoices import *
from .mail import *
from .mailing import *
from .partner_mode import *
from .receiving import *
from .sending import *
from .team import *
from .templates import *
