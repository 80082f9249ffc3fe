# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import candidates
from . import changes
from . import creation
from . import group
from . import migration
from . import telegram_group_member
