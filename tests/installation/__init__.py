# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import test_apps
from . import test_demo_data
from . import test_lifecycle
from . import test_removed_app
from . import test_update
