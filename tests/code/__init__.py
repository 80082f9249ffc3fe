# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import test_guide
from . import test_structure
from . import test_texts
from . import test_translations
from . import test_views
