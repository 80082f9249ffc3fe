# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import test_group_changes
from . import test_group_creation
from . import test_group_members
from . import test_group_migration
from . import test_group_record
