# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import chat_info
from . import history
from . import number_check
from . import partner_link
from . import read_and_archive
from . import record_link
from . import res_partner
from . import sync
