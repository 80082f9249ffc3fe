# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import export
from . import guide
from . import health
from . import portal
from . import webclient
from . import webhook
