# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The control interface as Python, for tests and the demo."""

import base64

import requests


class PhoneError(Exception):
    """The control interface refused; the text says why.

    ``status`` is the HTTP status.
    """

    def __init__(self, message, status):
        super().__init__(message)
        self.status = status


class Phone:
    """The phone of one account, and the strings behind the scenes.

    What each call does and gives is described in :mod:`sandbox.control`. Names of keyword
    arguments that are passed on are the service's (``stateInstance=…``).

    :param base_url: where the sandbox is, without a slash at the end
    :param id_instance: the account; may be left out for calls about the whole sandbox
    """

    def __init__(self, base_url, id_instance=None):
        self.base_url = base_url.rstrip("/")
        self.id_instance = id_instance
        self._session = requests.Session()
        # never through a proxy: the sandbox is on this machine
        self._session.trust_env = False

    # The account

    def create(self, id_instance=None, **values):
        """Make an instance, and make this phone the one of it; the instance is given back."""
        self.id_instance = id_instance or self.id_instance
        return self._call("POST", "/instances", {"idInstance": self.id_instance, **values})

    def instance(self):
        return self._own("GET")

    def instances(self):
        return self._call("GET", "/instances")

    def change(self, **switches):
        """Change switches of the instance; ``settings={…}`` changes its settings silently."""
        return self._own("PATCH", "", switches)

    def forget(self):
        return self._own("DELETE")

    def scan(self):
        """Scan the QR code; PhoneError with status 409 when no valid one is shown."""
        return self._own("POST", "/scan")

    # Chats

    def add_customer(self, name, **values):
        return self._own("POST", "/customers", {"name": name, **values})

    def write(self, chat_id, text, quoted=None, sender=None):
        """The customer writes; the idMessage is given back."""
        return self._write(
            "/incoming", chat_id, message=text, quotedMessageId=quoted, sender=sender
        )

    def write_data(self, chat_id, message_data, quoted=None, sender=None):
        """The customer sends something that is not a text; the idMessage is given back."""
        return self._write(
            "/incoming", chat_id, messageData=message_data, quotedMessageId=quoted, sender=sender
        )

    def write_file(self, chat_id, file_name, content, caption="", quoted=None):
        """The customer sends a file (bytes); the idMessage is given back."""
        encoded = base64.b64encode(content).decode()
        values = {"fileName": file_name, "content": encoded, "caption": caption}
        return self.write_data(chat_id, self._own("POST", "/files", values), quoted)

    def write_as_owner(self, chat_id, text, quoted=None):
        """The account's owner writes on the phone; the idMessage is given back."""
        return self._write("/outgoing", chat_id, message=text, quotedMessageId=quoted)

    def deliver(self, chat_id):
        self._own("POST", "/deliver", {"chatId": str(chat_id)})

    def read(self, chat_id):
        self._own("POST", "/read", {"chatId": str(chat_id)})

    def messages(self, chat_id):
        return self._own("GET", "/messages", {"chatId": str(chat_id)})

    # Behind the scenes

    def ledger(self, count=None, timeout=10):
        """What Telegram got; with ``count`` waited for.

        :raise TimeoutError: when there are not so many after ``timeout`` seconds
        """
        return self._wait("/ledger", count, timeout)

    def requests(self, method=None, count=None, timeout=10):
        """The calls seen; with ``count`` waited for, as with :meth:`ledger`."""
        return self._wait("/requests", count, timeout, **({"method": method} if method else {}))

    def notify(self, body, times=1):
        """Queue any JSON as a notification; the receiptIds are given back."""
        return self._own("POST", "/notifications", {"body": body, "times": times})["receiptIds"]

    def notifications(self):
        return self._own("GET", "/notifications")

    def fault(self, method, kind, times=1, **values):
        """Let the next calls of ``method`` go wrong for this account (or all: no account)."""
        target = {"idInstance": self.id_instance} if self.id_instance else {}
        fault = {"method": method, "kind": kind, "times": times, **target, **values}
        return self._call("POST", "/faults", fault)

    def faults(self):
        return self._call("GET", "/faults")

    def clear_faults(self):
        self._call("DELETE", "/faults")

    def release(self):
        self._call("POST", "/release")

    def wait_for_change(self, version=0, timeout=10):
        """Wait until something has changed since ``version``; the new version is given back."""
        values = {"after": version, "timeout": timeout}
        return self._call("GET", "/changes", values, timeout=timeout + 30)["version"]

    def now(self):
        return self._call("GET", "/clock")["now"]

    def advance(self, seconds):
        """Move the sandbox's time forward."""
        return self._call("POST", "/clock", {"advance": seconds})["now"]

    def set_time(self, now):
        return self._call("POST", "/clock", {"now": now})["now"]

    def reset(self):
        self._call("POST", "/reset")

    # Helpers

    def _write(self, path, chat_id, **values):
        given = {key: value for key, value in values.items() if value is not None}
        return self._own("POST", path, {"chatId": str(chat_id), **given})["idMessage"]

    def _wait(self, path, count, timeout, **query):
        if count is not None:
            query |= {"count": count, "timeout": timeout}
        found = self._own("GET", path, query, timeout=timeout + 30)
        if count is not None and len(found) < count:
            raise TimeoutError(
                f"{path}: {len(found)} of {count} entries after {timeout} s: {found}"
            )
        return found

    def _own(self, verb, path="", values=None, **options):
        return self._call(verb, f"/instances/{self.id_instance}{path}", values, **options)

    def _call(self, verb, path, values=None, timeout=30):
        how = {"params": values} if verb == "GET" else {"json": values or {}}
        url = f"{self.base_url}/control{path}"
        response = self._session.request(verb, url, timeout=timeout, **how)
        if response.status_code != 200:
            raise PhoneError(response.json()["error"], response.status_code)
        return response.json()
