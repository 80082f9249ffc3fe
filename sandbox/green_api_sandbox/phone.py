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

    What each call does and gives is described in :mod:`green_api_sandbox.control`. Names of keyword
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

    # The customer's side. ``sender`` is needed in groups only: who of the customers it is.

    def add_customer(self, name, **values):
        return self._own("POST", "/customers", {"name": name, **values})

    def write(self, chat_id, text, quoted=None, sender=None):
        """The customer writes; the idMessage is given back."""
        return self._write(chat_id, quoted, sender, message=text)

    def write_data(self, chat_id, message_data, quoted=None, sender=None):
        """The customer sends anything, as the service's messageData; gives the idMessage."""
        return self._write(chat_id, quoted, sender, messageData=message_data)

    def write_file(self, chat_id, file_name, content, caption="", quoted=None, sender=None):
        """The customer sends a file (bytes); the idMessage is given back."""
        file = _file(file_name, content, caption)
        return self._write(chat_id, quoted, sender, file=file)

    def write_location(self, chat_id, latitude, longitude, sender=None):
        place = {"latitude": latitude, "longitude": longitude}
        return self._write(chat_id, None, sender, location=place)

    def write_contact(self, chat_id, phone_contact, first_name="", last_name="", sender=None):
        """The customer sends a visiting card; the idMessage is given back."""
        card = {"phoneContact": phone_contact, "firstName": first_name, "lastName": last_name}
        return self._write(chat_id, None, sender, contact=card)

    def write_poll(self, chat_id, name, options, sender=None, **values):
        """The customer asks; ``values``: multipleAnswers, isAnonymous. Gives the idMessage."""
        poll = {"name": name, "options": options, **values}
        return self._write(chat_id, None, sender, poll=poll)

    def burst(self, count, *chat_ids, text="Message"):
        """``count`` texts at once ("Message 1", …), in turns from these chats; gives their ids."""
        values = {"count": count, "chatIds": [str(each) for each in chat_ids], "message": text}
        return self._own("POST", "/burst", values)["idMessages"]

    def deliver(self, chat_id):
        self._own("POST", "/deliver", {"chatId": str(chat_id)})

    def read(self, chat_id):
        self._own("POST", "/read", {"chatId": str(chat_id)})

    # Both sides; the account's own chat id as ``sender`` stands for its owner

    def edit(self, chat_id, id_message, text):
        """The author of a message changes its text or caption on the phone."""
        self._change("/edit", chat_id, id_message, message=text)

    def delete(self, chat_id, id_message):
        """The author of a message deletes it on the phone."""
        self._change("/delete", chat_id, id_message)

    def react(self, chat_id, id_message, emoji, sender=None):
        """Put an emoji to a message; an empty one takes it back."""
        self._change("/react", chat_id, id_message, emoji=emoji, sender=sender)

    def vote(self, chat_id, id_message, *options, sender=None):
        """Vote in a poll; no options take the vote back."""
        self._change("/vote", chat_id, id_message, options=options, sender=sender)

    # The owner's side

    def write_as_owner(self, chat_id, text, quoted=None):
        """The account's owner writes on the phone; the idMessage is given back."""
        return self._write(chat_id, quoted, path="/outgoing", message=text)

    def write_file_as_owner(self, chat_id, file_name, content, caption="", quoted=None):
        """The account's owner sends a file (bytes); the idMessage is given back."""
        file = _file(file_name, content, caption)
        return self._write(chat_id, quoted, path="/outgoing", file=file)

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

    def requests_without_instance(self, method=None, count=None, timeout=10):
        """The same for the partner's methods, and for calls with an id that is none."""
        query = {"method": method} if method else {}
        return self._wait("/requests", count, timeout, of_instance=False, **query)

    def status(self, chat_id, status, id_message=None, description=None):
        """Let the service tell a status, whatever the message has become meanwhile."""
        values = {"idMessage": id_message, "description": description}
        given = {key: value for key, value in values.items() if value is not None}
        self._own("POST", "/statuses", {"chatId": str(chat_id), "status": status, **given})

    def notify(self, body, times=1):
        """Queue any JSON as a notification; the receiptIds are given back."""
        return self._own("POST", "/notifications", {"body": body, "times": times})["receiptIds"]

    def notifications(self):
        return self._own("GET", "/notifications")

    def fault(self, method, kind, times=1, **values):
        """Let the next calls of ``method`` go wrong for this account (or all: no account)."""
        fault = {"method": method, "kind": kind, "times": times, **self._target(), **values}
        return self._call("POST", "/faults", fault)

    def fault_sequence(self, method, *steps):
        """Let the next calls of ``method`` go wrong one after the other, for this account.

        :param steps: kinds ("pass" for a call that goes well), or objects with a kind and what
            belongs to it
        """
        fault = {"method": method, "sequence": steps, **self._target()}
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
        """Move the sandbox's time to a later UNIX time."""
        return self._call("POST", "/clock", {"now": now})["now"]

    def stop_clock(self, stopped=True):
        """Let no time pass but by :meth:`advance` and :meth:`set_time`; False lets it go on."""
        return self._call("POST", "/clock", {"stopped": stopped})["now"]

    def reset(self):
        self._call("POST", "/reset")

    # Helpers

    def _target(self):
        return {"idInstance": self.id_instance} if self.id_instance else {}

    def _write(self, chat_id, quoted=None, sender=None, path="/incoming", **what):
        who = {"quotedMessageId": quoted, "sender": sender}
        given = {key: value for key, value in who.items() if value is not None}
        return self._own("POST", path, {"chatId": str(chat_id), **given, **what})["idMessage"]

    def _change(self, path, chat_id, id_message, **values):
        given = {key: value for key, value in values.items() if value is not None}
        self._own("POST", path, {"chatId": str(chat_id), "idMessage": id_message, **given})

    def _wait(self, path, count, timeout, of_instance=True, **query):
        if count is not None:
            query |= {"count": count, "timeout": timeout}
        ask = self._own if of_instance else self._call
        found = ask("GET", path, query, timeout=timeout + 30)
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


def _file(file_name, content, caption):
    encoded = base64.b64encode(content).decode()
    return {"fileName": file_name, "content": encoded, "caption": caption}
