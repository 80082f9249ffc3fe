# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""Speaks HTTP to GREEN-API. Plain Python: never imports Odoo.

``GreenApiClient`` has one method for each method of the service. Whatever goes wrong leaves it as
one of three errors: ``Refused``, ``TryLater`` or ``OutcomeUnknown``.
"""

from .api import GreenApiClient
from .errors import GreenApiError, OutcomeUnknown, Refused, TryLater
from .hosts import check_host, propose_host
