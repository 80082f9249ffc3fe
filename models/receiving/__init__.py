# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import setup
from . import listening
from . import polling
from . import webhook
from . import missed_messages
from . import processing
from . import messages
from . import answered_record
from . import statuses
from . import updates
from . import files
