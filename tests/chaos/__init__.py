# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Exactly once, under chaos: real Odoo processes and a real service, killed at random moments.

``letters`` says what is written and what the service makes of it, ``dialogs`` presses buttons
twice, ``workers`` runs Odoo, ``sleepers`` stops it for minutes, ``passing_time`` lets the long
pauses pass, ``storm`` kills and injects faults, ``verdict`` compares what was queued with what
Telegram got. None of these imports Odoo, so ``./dev/bench chaos-send`` uses the same code as the
test.
"""

from . import test_chaos
from . import test_chaos_mailing
from . import test_chaos_receive
from . import test_crash
from . import test_disk
from . import test_faults
