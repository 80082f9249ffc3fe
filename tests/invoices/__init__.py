# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from . import test_invoice_sending
from . import test_invoice_sending_batch
from . import test_payment_reminder
from . import test_portal
