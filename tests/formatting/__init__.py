# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import test_formatting_html
from . import test_formatting_probe
from . import test_formatting_received
from . import test_formatting_table
from . import test_formatting_texts
from . import test_formatting_values
from . import test_formatting_ways
