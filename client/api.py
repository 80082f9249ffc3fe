# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

from collections.abc import Iterable

from .account import AccountMethods
from .call_log import Observer
from .downloads import Downloads
from .groups import GroupMethods
from .journals import JournalMethods
from .marks import MarkMethods
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
    MarkMethods,
    ServiceMethods,
    Downloads,
):
    """One instance of GREEN-API for Telegram, with one method for each method of GREEN-API.

    https://green-api.com/en/telegram/docs/api/

    Names are GREEN-API's in Python's spelling: ``sendMessage`` is ``send_message``. So are the
    parameters. A failed call raises ``RefusedError``, ``RetryableError`` or
    ``OutcomeUnknownError``; the docstrings of the methods name only special cases. Wrong arguments
    raise Python's own errors, for example ValueError for a phone number with letters.

    :param api_url: apiUrl of the console, https
    :param id_instance: idInstance of the console, digits
    :param token: apiTokenInstance of the console
    :param media_url: mediaUrl of the console; by default the same as apiUrl
    :param download_hosts: names of further hosts that ``download`` may fetch from
    :param observe: function that gets a ``Call`` after each call, successful or not
    :raise ValueError: an address is not allowed, see ``check_host``
    """

    def __init__(
        self,
        api_url: str,
        id_instance: str | int,
        token: str,
        *,
        media_url: str | None = None,
        download_hosts: Iterable[str] = (),
        observe: Observer | None = None,
    ) -> None:
        super().__init__(
            api_url,
            f"waInstance{id_instance}",
            token,
            media_url=media_url,
            download_hosts=download_hosts,
            observe=observe,
        )
