# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""Addresses: what is allowed as the service's and as our own, and which one an instance has."""

import ipaddress
from urllib.parse import urlsplit

PRIVATE_NAMES = (".localhost", ".local", ".localdomain", ".internal", ".intranet", ".lan", ".test")


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
    if parts.scheme == "http" and not is_loopback(host):
        raise ValueError("not_https")
    return text


def check_webhook_address(url, api_url):
    """Return our own address without a closing slash, or raise ValueError saying what is wrong.

    The service calls it from outside, with a secret: it has to be https and a public name. A
    service on this very machine may call any address.

    :param str url: of this Odoo
    :param str api_url: of the service
    """
    if is_loopback(urlsplit(api_url or "").hostname or ""):
        parts = urlsplit(url or "")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("not_an_address")
        return url.rstrip("/")
    text = check_host(url)
    if not _is_public(urlsplit(text).hostname):
        raise ValueError("not_public")
    if not text.startswith("https:"):
        raise ValueError("not_https")
    return text


def is_loopback(host):
    """Say whether a host is this very machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_public(host):
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        # A name. Whether it leads here from outside cannot be seen from inside: only what never can
        name = host.rstrip(".")
        return "." in name and not name.endswith(PRIVATE_NAMES)
