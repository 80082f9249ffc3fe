# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

import requests
from urllib3.exceptions import HTTPError

from .errors import RefusedError, RetryableError
from .transport import classify_exception

TIMEOUT = (5, 15)  # seconds to connect, and to wait for the answer


def deliver(url, secret, notification):
    """Post a notification to a webhook address, as the service does.

    :param str url: the webhook address
    :param str secret: webhookUrlToken
    :param dict notification: what the service would report
    :raise RefusedError: it answered with another status than 200, which is in the error
    :raise RetryableError: there was no answer; the code says why
    """
    headers = {"Authorization": f"Bearer {secret}"}
    try:
        with requests.post(
            url,
            json=notification,
            headers=headers,
            timeout=TIMEOUT,
            allow_redirects=False,  # the service is not known to follow
            stream=True,
        ) as response:
            status = response.status_code
    except (requests.RequestException, HTTPError) as error:
        _kind, code = classify_exception(error, RetryableError)
        raise RetryableError("webhook", code) from None
    if status != 200:
        raise RefusedError("webhook", str(status), status=status)
