# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The control interface as Python, for tests and the demo."""

import base64
from collections.abc import Iterable
from typing import Any

import requests

from .world.documents import JsonObject


class PhoneError(Exception):
    """The control interface refused; the text says why.

    ``status`` is the HTTP status.
    """

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class Phone:
    """The phone of one account, and the strings behind the scenes.

    What each call does and gives is described in :mod:`green_api_sandbox.control`. Names of keyword
    arguments that are passed on are the service's (``stateInstance=…``).

    :param base_url: where the sandbox is, without a slash at the end
    :param id_instance: the account; may be left out for calls about the whole sandbox
    """

    def __init__(self, base_url: str, id_instance: int | str | None = None) -> None:
        self.base_url = base_url.rstrip("/")
        self.id_instance = id_instance
        self._session = requests.Session()
        # never through a proxy: the sandbox is on this machine
        self._session.trust_env = False

    # The account

    def create(self, id_instance: int | str | None = None, **values: Any) -> JsonObject:
        """Create an instance, use this phone for it, and return it."""
        self.id_instance = id_instance or self.id_instance
        return self._call("POST", "/instances", {"idInstance": self.id_instance, **values})

    def instance(self) -> JsonObject:
        return self._own("GET")

    def instances(self) -> list[JsonObject]:
        return self._call("GET", "/instances")

    def change(self, **switches: Any) -> JsonObject:
        """Change switches of the instance; ``settings={…}`` changes settings without a restart."""
        return self._own("PATCH", "", switches)

    def forget(self) -> None:
        self._own("DELETE")

    def scan(self) -> JsonObject:
        """Scan the QR code; raise PhoneError with status 409 when no valid one is shown."""
        return self._own("POST", "/scan")

    # The customer's side. ``sender`` is needed in groups only: who of the customers it is.

    def add_customer(self, name: str, **values: Any) -> JsonObject:
        return self._own("POST", "/customers", {"name": name, **values})

    def migrate_group(self, chat_id: str) -> JsonObject:
        """Let Telegram turn a group into a supergroup; return the new chat."""
        return self._own("POST", "/migrate", {"chatId": str(chat_id)})

    def write(
        self,
        chat_id: str,
        text: str,
        quoted: str | None = None,
        sender: str | None = None,
        literal: bool = False,
    ) -> str:
        """Write as the customer; return the idMessage.

        :param literal: without formatting: marks in the text are letters
        """
        return self._write(chat_id, quoted, sender, message=text, literal=literal)

    def write_data(
        self,
        chat_id: str,
        message_data: JsonObject,
        quoted: str | None = None,
        sender: str | None = None,
    ) -> str:
        """Send any messageData of the service as the customer; return the idMessage."""
        return self._write(chat_id, quoted, sender, messageData=message_data)

    def write_file(
        self,
        chat_id: str,
        file_name: str,
        content: bytes,
        caption: str = "",
        quoted: str | None = None,
        sender: str | None = None,
    ) -> str:
        """Send a file (bytes) as the customer; return the idMessage."""
        file = _file(file_name, content, caption)
        return self._write(chat_id, quoted, sender, file=file)

    def write_location(
        self, chat_id: str, latitude: float, longitude: float, sender: str | None = None
    ) -> str:
        place = {"latitude": latitude, "longitude": longitude}
        return self._write(chat_id, None, sender, location=place)

    def write_contact(
        self,
        chat_id: str,
        phone_contact: int | str,
        first_name: str = "",
        last_name: str = "",
        sender: str | None = None,
    ) -> str:
        """Send a contact card as the customer; return the idMessage."""
        card = {"phoneContact": phone_contact, "firstName": first_name, "lastName": last_name}
        return self._write(chat_id, None, sender, contact=card)

    def write_poll(
        self, chat_id: str, name: str, options: list[str], sender: str | None = None, **values: Any
    ) -> str:
        """Send a poll (multipleAnswers, isAnonymous) as the customer; return the idMessage."""
        poll = {"name": name, "options": options, **values}
        return self._write(chat_id, None, sender, poll=poll)

    def burst(
        self, count: int, *chat_ids: str, text: str = "Message", file_names: Iterable[str] = ()
    ) -> list[str]:
        """Write ``count`` texts ("Message 1", …) in turns from these chats; return their ids.

        :param file_names: in turns, of files whose captions the texts are; "" for a text alone
        """
        values = {
            "count": count,
            "chatIds": [str(each) for each in chat_ids],
            "message": text,
            "fileNames": list(file_names),
        }
        return self._own("POST", "/burst", values)["idMessages"]

    def deliver(self, chat_id: str) -> None:
        self._own("POST", "/deliver", {"chatId": str(chat_id)})

    def read(self, chat_id: str) -> None:
        self._own("POST", "/read", {"chatId": str(chat_id)})

    # Both sides; the account's own chat id as ``sender`` stands for its owner

    def edit(self, chat_id: str, id_message: str, text: str, literal: bool = False) -> None:
        """Edit the text or caption of a message on its author's phone."""
        self._change("/edit", chat_id, id_message, message=text, literal=literal)

    def delete(self, chat_id: str, id_message: str) -> None:
        """Delete a message on its author's phone."""
        self._change("/delete", chat_id, id_message)

    def react(self, chat_id: str, id_message: str, emoji: str, sender: str | None = None) -> None:
        """Set the emoji of a reaction; an empty one removes it."""
        self._change("/react", chat_id, id_message, emoji=emoji, sender=sender)

    def vote(self, chat_id: str, id_message: str, *options: str, sender: str | None = None) -> None:
        """Vote in a poll; without options the vote is removed."""
        self._change("/vote", chat_id, id_message, options=options, sender=sender)

    # The owner's side

    def write_as_owner(self, chat_id: str, text: str, quoted: str | None = None) -> str:
        """Write as the account's owner; return the idMessage."""
        return self._write(chat_id, quoted, path="/outgoing", message=text)

    def write_file_as_owner(
        self,
        chat_id: str,
        file_name: str,
        content: bytes,
        caption: str = "",
        quoted: str | None = None,
    ) -> str:
        """Send a file (bytes) as the account's owner; return the idMessage."""
        file = _file(file_name, content, caption)
        return self._write(chat_id, quoted, path="/outgoing", file=file)

    def messages(self, chat_id: str) -> list[JsonObject]:
        return self._own("GET", "/messages", {"chatId": str(chat_id)})

    # Behind the scenes

    def ledger(self, count: int | None = None, timeout: float = 10) -> list[JsonObject]:
        """Return what Telegram received; with ``count`` wait for it.

        :raise TimeoutError: when there are not so many after ``timeout`` seconds
        """
        return self._wait("/ledger", count, timeout)

    def requests(
        self, method: str | None = None, count: int | None = None, timeout: float = 10
    ) -> list[JsonObject]:
        """Return the calls seen; with ``count`` wait for them, as :meth:`ledger` does."""
        query: JsonObject = {"method": method} if method else {}
        return self._wait("/requests", count, timeout, **query)

    def requests_without_instance(
        self, method: str | None = None, count: int | None = None, timeout: float = 10
    ) -> list[JsonObject]:
        """Return the calls of the partner's methods, and those with an invalid instance id."""
        query: JsonObject = {"method": method} if method else {}
        return self._wait("/requests", count, timeout, of_instance=False, **query)

    def status(
        self,
        chat_id: str,
        status: str,
        id_message: str | None = None,
        description: str | None = None,
    ) -> None:
        """Queue a status notification, whatever the state of the message."""
        values = {"idMessage": id_message, "description": description}
        given = {key: value for key, value in values.items() if value is not None}
        self._own("POST", "/statuses", {"chatId": str(chat_id), "status": status, **given})

    def notify(self, body: Any, times: int = 1) -> list[int]:
        """Queue any JSON as a notification; return the receiptIds."""
        return self._own("POST", "/notifications", {"body": body, "times": times})["receiptIds"]

    def notify_content(self, content: bytes) -> list[int]:
        """Queue any bytes in place of the JSON of a notification; return the receiptIds."""
        values = {"content": base64.b64encode(content).decode()}
        return self._own("POST", "/notifications", values)["receiptIds"]

    def notifications(self) -> list[JsonObject]:
        return self._own("GET", "/notifications")

    def fault(self, method: str, kind: str, times: int = 1, **values: Any) -> JsonObject:
        """Order a fault for the next calls of ``method``; without an account, for those of all."""
        fault = {"method": method, "kind": kind, "times": times, **self._target(), **values}
        return self._call("POST", "/faults", fault)

    def fault_sequence(self, method: str, *steps: str | JsonObject) -> list[JsonObject]:
        """Order faults for the next calls of ``method``, one after the other.

        :param steps: kinds ("pass" for a call that goes well), or objects with a kind and what
            belongs to it
        """
        fault = {"method": method, "sequence": steps, **self._target()}
        return self._call("POST", "/faults", fault)

    def faults(self) -> list[JsonObject]:
        return self._call("GET", "/faults")

    def clear_faults(self) -> None:
        self._call("DELETE", "/faults")

    def release(self) -> None:
        self._call("POST", "/release")

    def wait_for_change(self, version: int = 0, timeout: float = 10) -> int:
        """Wait until something has changed since ``version``; return the new version."""
        values = {"after": version, "timeout": timeout}
        return self._call("GET", "/changes", values, timeout=timeout + 30)["version"]

    def now(self) -> float:
        return self._call("GET", "/clock")["now"]

    def advance(self, seconds: float) -> float:
        """Move the sandbox's time forward."""
        return self._call("POST", "/clock", {"advance": seconds})["now"]

    def set_time(self, now: float) -> float:
        """Move the sandbox's time to a later UNIX time."""
        return self._call("POST", "/clock", {"now": now})["now"]

    def stop_clock(self, stopped: bool = True) -> float:
        """Stop the clock: only :meth:`advance` and :meth:`set_time` move it. False restarts it."""
        return self._call("POST", "/clock", {"stopped": stopped})["now"]

    def set_clock_ahead(self, seconds: float) -> float:
        """Set the clock so far ahead of this machine's time; a negative number: behind it."""
        return self._call("POST", "/clock", {"offset": seconds})["now"]

    def reset(self) -> None:
        self._call("POST", "/reset")

    # Helpers

    def _target(self) -> JsonObject:
        return {"idInstance": self.id_instance} if self.id_instance else {}

    def _write(
        self,
        chat_id: str,
        quoted: str | None = None,
        sender: str | None = None,
        path: str = "/incoming",
        **what: Any,
    ) -> str:
        who = {"quotedMessageId": quoted, "sender": sender}
        given = {key: value for key, value in who.items() if value is not None}
        return self._own("POST", path, {"chatId": str(chat_id), **given, **what})["idMessage"]

    def _change(self, path: str, chat_id: str, id_message: str, **values: Any) -> None:
        given = {key: value for key, value in values.items() if value is not None}
        self._own("POST", path, {"chatId": str(chat_id), "idMessage": id_message, **given})

    def _wait(
        self, path: str, count: int | None, timeout: float, of_instance: bool = True, **query: Any
    ) -> list[JsonObject]:
        if count is not None:
            query |= {"count": count, "timeout": timeout}
        ask = self._own if of_instance else self._call
        found = ask("GET", path, query, timeout=timeout + 30)
        if count is not None and len(found) < count:
            raise TimeoutError(
                f"{path}: {len(found)} of {count} entries after {timeout} s: {found}"
            )
        return found

    def _own(
        self, verb: str, path: str = "", values: JsonObject | None = None, **options: Any
    ) -> Any:
        return self._call(verb, f"/instances/{self.id_instance}{path}", values, **options)

    def _call(
        self, verb: str, path: str, values: JsonObject | None = None, timeout: float = 30
    ) -> Any:
        how = {"params": values} if verb == "GET" else {"json": values or {}}
        url = f"{self.base_url}/control{path}"
        response = self._session.request(verb, url, timeout=timeout, **how)
        if response.status_code != 200:
            raise PhoneError(response.json()["error"], response.status_code)
        return response.json()


def _file(file_name: str, content: bytes, caption: str) -> JsonObject:
    encoded = base64.b64encode(content).decode()
    return {"fileName": file_name, "content": encoded, "caption": caption}
