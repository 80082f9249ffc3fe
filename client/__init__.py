# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""Speaks HTTP to GREEN-API. Plain Python: never imports Odoo.

``GreenApiClient`` has one method for each method of the service, ``PartnerClient`` those of its
partners. Whatever goes wrong leaves them as one of three errors: ``RefusedError``, ``RetryableError`` or
``OutcomeUnknownError``. ``RateLimiter`` knows how often a method may be called. What the service reports is
told by ``notifications.parse``.
"""

from .api import GreenApiClient
from .call_log import Call, to_text
from .errors import GreenApiError, OutcomeUnknownError, RefusedError, TooLargeError, RetryableError
from .hosts import check_host, check_webhook_address, propose_host
from .rate_limiter import RateLimiter
from .partner import PartnerClient
from .results import CheckedAccount
from .webhook import deliver
