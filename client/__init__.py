# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""Speaks HTTP to GREEN-API. Plain Python: never imports Odoo.

``GreenApiClient`` has one method for each method of the service, ``PartnerClient`` those of its
partners. Whatever goes wrong leaves them as one of three errors: ``Refused``, ``TryLater`` or
``OutcomeUnknown``. ``Pace`` knows how often a method may be called. What the service reports is
told by ``notifications.parse``.
"""

from .api import GreenApiClient
from .calls import Call, to_text
from .errors import GreenApiError, OutcomeUnknown, Refused, TooLarge, TryLater
from .hosts import check_host, check_webhook_address, propose_host
from .pace import Pace
from .partner import PartnerClient
from .results import CheckedAccount
from .webhook import deliver
