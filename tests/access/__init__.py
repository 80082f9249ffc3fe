# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import test_access
from . import test_access_calls
from . import test_access_matrix
from . import test_access_rows
from . import test_arguments
from . import test_automation_companies
from . import test_automation_rights
from . import test_composer_rights
from . import test_exports
from . import test_secrets_errors
from . import test_secrets_reach
from . import test_senders
from . import test_supervisor
from . import test_visibility
from . import test_visibility_calls
from . import test_visibility_discuss
from . import test_visibility_members
from . import test_visibility_names
