# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import test_interference
from . import test_mailing
from . import test_mailing_language
from . import test_planning
from . import test_same_person
from . import test_orders
from . import test_random_walk
