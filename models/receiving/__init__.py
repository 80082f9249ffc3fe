# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import answered_record
from . import files
from . import messages
from . import missed_messages
from . import polling
from . import processing
from . import setup
from . import statuses
from . import updates
from . import webhook
