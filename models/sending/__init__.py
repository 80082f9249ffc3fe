# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import actions
from . import api
from . import clock
from . import content
from . import dispatch
from . import edit_delete
from . import limits
from . import queue
from . import quiet_hours
from . import recipients
from . import same_message
from . import unsure
