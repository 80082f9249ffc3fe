# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""The hosts of the service: what is allowed as one, and which one an instance has."""

import ipaddress
from urllib.parse import urlsplit


def propose_host(id_instance):
    """Give the usual address of an instance: the first four digits of its id name its host.

    https://green-api.com/en/telegram/docs/api/ shows it by example only, so it stays a proposal.
    """
    digits = str(id_instance or "").strip()
    if len(digits) < 4 or not digits.isdecimal():
        return ""
    return f"https://{digits[:4]}.api.green-api.com"


def check_host(url):
    """Return the address without a closing slash, or raise ValueError saying what is wrong.

    The token travels in the path of every call, so only https is allowed; plain http is allowed
    for this very machine alone.
    """
    text = (url or "").strip().rstrip("/")
    try:
        parts = urlsplit(text)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise ValueError("not_an_address") from None
    if parts.scheme not in ("http", "https") or not host or any(c.isspace() for c in text):
        raise ValueError("not_an_address")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("not_an_address")
    if parts.scheme == "http" and not _is_loopback(host):
        raise ValueError("not_https")
    return text


def _is_loopback(host):
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
