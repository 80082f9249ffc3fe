# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""A notification posted to the webhook as GREEN-API posts it, to test the address.

https://green-api.com/en/telegram/docs/api/receiving/technology-webhook-endpoint/
"""

import requests
from urllib3.exceptions import HTTPError

from .errors import RefusedError, RetryableError
from .parsing import JsonObject
from .session import create_session
from .transport import classify_exception

TIMEOUT = (5, 15)  # seconds to connect, and seconds to wait for the response


def deliver(url: str, secret: str, notification: JsonObject) -> None:
    """Send a notification to a webhook.

    :param url: address of the webhook
    :param secret: webhookUrlToken
    :param notification: the body
    :raise RefusedError: the response has another status than 200, which is in the error
    :raise RetryableError: there was no response; the code says why
    """
    headers = {"Authorization": f"Bearer {secret}"}
    try:
        with (
            create_session() as session,
            session.post(
                url,
                json=notification,
                headers=headers,
                timeout=TIMEOUT,
                allow_redirects=False,  # it is not documented that GREEN-API follows redirects
                stream=True,
            ) as response,
        ):
            status = response.status_code
    except (requests.RequestException, HTTPError) as error:
        _kind, code = classify_exception(error, RetryableError)
        raise RetryableError("webhook", code) from None
    if status != 200:
        raise RefusedError("webhook", str(status), status=status)
