# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""The API of GREEN-API for Telegram over HTTP. Plain Python, which never imports Odoo.

``GreenApiClient`` has one method for each method of an instance, ``PartnerClient`` one for each of
a partner. A failed call raises ``RefusedError``, ``RetryableError`` or ``OutcomeUnknownError``.
``RateLimiter`` spaces calls by the limits of GREEN-API. ``notifications.parse`` reads what
GREEN-API reports.

https://green-api.com/en/telegram/docs/api/
"""

from .addresses import check_host, check_webhook_address, clean_copied, propose_host
from .api import GreenApiClient
from .call_log import Call, to_masked_text
from .errors import GreenApiError, OutcomeUnknownError, RefusedError, RetryableError, TooLargeError
from .partner import PartnerClient
from .rate_limiter import RateLimiter
from .results import CheckedAccount
from .webhook import deliver

__all__ = [
    "Call",
    "CheckedAccount",
    "GreenApiClient",
    "GreenApiError",
    "OutcomeUnknownError",
    "PartnerClient",
    "RateLimiter",
    "RefusedError",
    "RetryableError",
    "TooLargeError",
    "check_host",
    "check_webhook_address",
    "clean_copied",
    "deliver",
    "propose_host",
    "to_masked_text",
]
