# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import test_quick_answers
from . import test_template
from . import test_template_files
from . import test_template_use
