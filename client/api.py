# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from .account import AccountMethods
from .downloads import Downloads
from .groups import GroupMethods
from .journals import JournalMethods
from .marking import MarkingMethods
from .queues import QueueMethods
from .receiving import ReceivingMethods
from .sending import SendingMethods
from .service import ServiceMethods


class GreenApiClient(
    AccountMethods,
    SendingMethods,
    ReceivingMethods,
    JournalMethods,
    QueueMethods,
    GroupMethods,
    MarkingMethods,
    ServiceMethods,
    Downloads,
):
    """One instance of GREEN-API for Telegram: a method here for each method of the service.

    https://green-api.com/en/telegram/docs/api/

    A method's name is the service's: ``sendMessage`` is ``send_message``. So are its parameters.
    Whatever goes wrong is a GreenApiError, with one exception: a number that is none, or a file
    that cannot be read, is an error of the caller and raised as Python does.

    :param str api_url: apiUrl of the console, https
    :param id_instance: idInstance of the console, digits
    :param str token: apiTokenInstance of the console
    :param str media_url: mediaUrl of the console, by default the same as apiUrl
    :param download_hosts: names of hosts that ``download`` may go to besides these two
    :param observe: is called with a ``Call`` after each call of a method, whatever came of it
    :raise ValueError: an address is not allowed, see ``check_host``
    """

    def __init__(self, api_url, id_instance, token, **options):
        super().__init__(api_url, f"waInstance{id_instance}", token, **options)
