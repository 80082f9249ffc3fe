# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""Addresses: which are allowed for GREEN-API and for webhooks, and which is usual."""

import ipaddress
from urllib.parse import urlsplit

# Names that never lead to a host on the internet
PRIVATE_NAMES = (".localhost", ".local", ".localdomain", ".internal", ".intranet", ".lan", ".test")


def clean_copied(text: str | int | None) -> str:
    """Return an instance ID without the blanks with which it was copied.

    :param text: as pasted from a PDF or a chat, such as ``41 0000 0002``
    """
    return "".join(str(text or "").split())


def propose_host(id_instance: str | int | None) -> str:
    """Return the usual address of an instance; empty if its ID is too short or no number.

    The first four digits of the ID name the host. https://green-api.com/en/telegram/docs/api/
    shows this by example only, so it remains a proposal.

    :param id_instance: idInstance of the console
    """
    digits = clean_copied(id_instance)
    if len(digits) < 4 or not digits.isdecimal():
        return ""
    return f"https://{digits[:4]}.api.green-api.com"


def check_host(url: str | None) -> str:
    """Check an address of GREEN-API and return it without a slash at the end.

    The token is part of the path of every call. So only https is allowed, and plain http only to
    the same machine.

    :raise ValueError: "not_an_address" or "not_https"
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


def check_webhook_address(url: str | None, api_url: str | None) -> str:
    """Check the address for webhooks and return it without a slash at the end.

    GREEN-API calls it from the internet with a secret, so it must be https and a public name. A
    local service, as used for tests, may call any address.

    :param url: address of this Odoo
    :param api_url: address of GREEN-API
    :raise ValueError: "not_an_address", "not_public" or "not_https"
    """
    if is_loopback(urlsplit(api_url or "").hostname or ""):
        text = url or ""
        parts = urlsplit(text)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("not_an_address")
        return text.rstrip("/")
    text = check_host(url)
    if not _is_public(urlsplit(text).hostname or ""):
        raise ValueError("not_public")
    if not text.startswith("https:"):
        raise ValueError("not_https")
    return text


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine itself.

    :param host: name or IP address, without a port
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_public(host: str) -> bool:
    """Return whether a host can be public; whether a public name leads here cannot be checked."""
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        name = host.rstrip(".")
        return "." in name and not name.endswith(PRIVATE_NAMES)
