# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from .account import AccountMethods
from .receiving import ReceivingMethods
from .sending import SendingMethods


class GreenApiClient(AccountMethods, SendingMethods, ReceivingMethods):
    """One instance of GREEN-API for Telegram: a method here for each method of the service.

    https://green-api.com/en/telegram/docs/api/
    """
