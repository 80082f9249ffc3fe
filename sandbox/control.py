# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The control interface: play the customer, look behind the scenes, make things go wrong.

JSON in, JSON out. Names are the service's (idInstance, chatId, idMessage). What is wrong is
answered with 400, 404 or 409 and ``{"error": "words"}``. ``…`` stands for
``/control/instances/<idInstance>``.

========================================  ====================================================
GET /control/ping                         {"ready": true}
POST /control/reset                       forget everything (the time stays)
POST /control/instances                   make an instance: {idInstance, apiTokenInstance?,
                                          settings?, customers?, any switch?} -> the instance,
                                          with its token (made up when not given)
GET /control/instances                    all instances, without tokens
GET …                                     one instance, with token, settings, chats, queue
                                          sizes and the number of calls per method
PATCH …                                   change switches: stateInstance, suspendedUntil,
                                          expired, deleted, twoFactorPassword, startingSeconds,
                                          pace ("fast" or "real"), rateLimits, autoDeliver,
                                          autoRead, journalLagSeconds, webhookPauseSeconds, …
                                          (all of them: ``records.SWITCHES``, meanings:
                                          ``records.Instance``); "settings" too: {name: value}
DELETE …                                  forget the instance
POST …/scan                               the phone scans the QR code; 409 when none is valid
POST …/customers                          {name, chatId?, phoneNumber?, username?, chatType?,
                                          contactName?} add or replace -> the chat
POST …/incoming                           {chatId, message | messageData, quotedMessageId?,
                                          sender?} the customer writes -> {idMessage}
POST …/outgoing                           {chatId, message | messageData, quotedMessageId?}
                                          the owner writes on the phone -> {idMessage}
POST …/deliver                            {chatId} the customer's phone gets what was sent
POST …/read                               {chatId} the customer reads what was sent
POST …/notifications                      {body, times?} queue any JSON as a notification,
                                          whatever the settings -> {receiptIds}
GET …/notifications                       what waits to be received: [{receiptId, body}]
GET …/messages?chatId=                    the chat as the phone shows it, the oldest first
GET …/ledger?count=&timeout=              what Telegram really got from the API, in order:
                                          [{chatId, idMessage, typeMessage, message,
                                          quotedMessageId, timestamp, requestNumber,
                                          messageData}]; with count: waits until there are so
                                          many, at most timeout (10) seconds
GET …/requests?method=&count=&timeout=    the calls seen, in order: [{number, method, verb,
                                          query, receiptId, body, headers, fault, timestamp}];
                                          waits like the ledger
POST /control/faults                      {method, kind, idInstance?, times?, seconds?,
                                          status?, body?, headers?}, see ``faults``
GET /control/faults                       the faults to come
DELETE /control/faults                    none of them any more
POST /control/release                     let held and delayed answers go
POST /control/clock                       {advance: seconds} or {now: UNIX time} -> {now}
GET /control/clock                        {now}
GET /control/changes?after=&timeout=      {version}; waits until it is not ``after`` any more
========================================  ====================================================

Waiting and timeouts here are in real seconds; everything the service does by time follows the
sandbox's clock.
"""

import json

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Response

from . import account, chats, faults, messages, notifications
from .records import STATES, SWITCHES

REQUESTS = "requests"
RULES = []


class ControlError(Exception):
    def __init__(self, message, status=400):
        super().__init__(message)
        self.status = status


def route(verb, path):
    """Declare a method of Control that answers ``verb /control<path>``."""

    def declare(function):
        RULES.append(Rule(f"/control{path}", methods=[verb], endpoint=function))
        return function

    return declare


class Control:
    """Each method takes (values of the query or the body, parts of the path) and gives JSON."""

    def __init__(self, world):
        self._world = world
        self._map = Map([rule.empty() for rule in RULES])

    def answer(self, request):
        try:
            endpoint, parts = self._map.bind_to_environ(request.environ).match()
            values = request.args.to_dict() if request.method == "GET" else _body(request)
            return _json(endpoint(self, values, **parts))
        except HTTPException as error:
            return _json({"error": f"{request.method} {request.path}: {error.name}"}, error.code)
        except ControlError as error:
            return _json({"error": str(error)}, error.status)
        except (ValueError, TypeError, KeyError) as error:
            return _json({"error": f"{type(error).__name__}: {error}"}, 400)

    # The sandbox as a whole

    @route("GET", "/ping")
    def ping(self, _values):
        return {"ready": True}

    @route("POST", "/reset")
    def reset(self, _values):
        self._world.reset()
        return {}

    @route("GET", "/clock")
    def get_clock(self, _values):
        return {"now": self._world.clock.now()}

    @route("POST", "/clock")
    def set_clock(self, values):
        _allow(values, "advance", "now")
        world = self._world
        with world.transaction():
            if "now" in values:
                world.clock.set(values["now"])
            world.clock.advance(values.get("advance", 0))
            world.due.update(dict.fromkeys(world.store.instance_ids(), 0.0))
            return {"now": world.clock.now()}

    @route("GET", "/changes")
    def changes(self, values):
        world, after = self._world, int(values.get("after", 0))
        world.wait_for(lambda: world.version != after, _seconds(values))
        return {"version": world.version}

    # Faults

    @route("GET", "/faults")
    def list_faults(self, _values):
        return [fault.to_json() for fault in self._world.faults.list()]

    @route("POST", "/faults")
    def add_fault(self, values):
        _allow(values, *faults.Fault.names())
        fault = faults.Fault.from_json(values)
        if fault.id_instance is not None:
            fault.id_instance = int(fault.id_instance)
        if fault.kind not in faults.BEFORE + faults.AFTER:
            raise ControlError(f"There is no fault {fault.kind!r}")
        if fault.kind == "duplicate" and fault.method.lower() not in faults.DUPLICATE_METHODS:
            raise ControlError("A duplicate needs the method deleteNotification or webhook")
        self._world.faults.add(fault)
        return fault.to_json()

    @route("DELETE", "/faults")
    def clear_faults(self, _values):
        self._world.faults.clear()
        return {}

    @route("POST", "/release")
    def release(self, _values):
        self._world.faults.release()
        return {}

    # Instances

    @route("POST", "/instances")
    def create_instance(self, values):
        values = dict(values)
        id_instance = int(values.pop("idInstance"))
        _check_state(values)
        options = {
            "token": values.pop("apiTokenInstance", None),
            "customers": values.pop("customers", None),
            "settings": values.pop("settings", None),
        }
        world = self._world
        with world.transaction(id_instance):
            instance = account.create(world, id_instance, **options, **values)
            return self._describe(instance, with_token=True)

    @route("GET", "/instances")
    def list_instances(self, _values):
        world = self._world
        with world.changed:
            found = [world.instance(key) for key in world.store.instance_ids()]
            return [self._describe(instance) for instance in found]

    @route("GET", "/instances/<int:id_instance>")
    def get_instance(self, _values, id_instance):
        with self._world.changed:
            return self._describe(self._instance(id_instance), with_token=True)

    @route("PATCH", "/instances/<int:id_instance>")
    def change_instance(self, values, id_instance):
        _allow(values, "settings", *SWITCHES)
        _check_state(values)
        world = self._world
        with world.transaction(id_instance):
            instance = self._instance(id_instance)
            values = dict(values)
            instance.settings |= values.pop("settings", {})
            state = values.pop("stateInstance", instance.state_instance)
            account.set_switches(instance, values)
            if state != instance.state_instance:
                account.set_state(world, instance, state)
            world.save(instance)
            return self._describe(instance)

    @route("DELETE", "/instances/<int:id_instance>")
    def forget_instance(self, _values, id_instance):
        with self._world.transaction(id_instance):
            self._instance(id_instance)
            self._world.store.forget_instance(id_instance)
        return {}

    # The phone

    @route("POST", "/instances/<int:id_instance>/scan")
    def scan(self, _values, id_instance):
        world = self._world
        with world.transaction(id_instance):
            instance = self._instance(id_instance)
            if not account.scan(world, instance):
                raise ControlError(
                    f"There is no valid QR code to scan: the instance is {instance.state_instance}"
                    " and nobody has asked for a code lately.",
                    409,
                )
            return self._describe(instance)

    @route("POST", "/instances/<int:id_instance>/customers")
    def add_customer(self, values, id_instance):
        with self._world.transaction(id_instance):
            instance = self._instance(id_instance)
            return chats.add_customer(self._world, instance, values).to_json()

    @route("POST", "/instances/<int:id_instance>/incoming")
    def incoming(self, values, id_instance):
        _allow(values, "chatId", "message", "messageData", "quotedMessageId", "sender")
        with self._world.transaction(id_instance):
            instance, chat = self._chat(id_instance, values)
            quote = values.get("quotedMessageId")
            sender = values.get("sender")
            message = messages.receive(self._world, instance, chat, _data(values), sender, quote)
            return {"idMessage": message.id_message}

    @route("POST", "/instances/<int:id_instance>/outgoing")
    def outgoing(self, values, id_instance):
        _allow(values, "chatId", "message", "messageData", "quotedMessageId")
        with self._world.transaction(id_instance):
            instance, chat = self._chat(id_instance, values)
            quote = values.get("quotedMessageId")
            message = messages.write_on_phone(self._world, instance, chat, _data(values), quote)
            return {"idMessage": message.id_message}

    @route("POST", "/instances/<int:id_instance>/deliver")
    def deliver(self, values, id_instance):
        with self._world.transaction(id_instance):
            messages.deliver(self._world, *self._chat(id_instance, values))
        return {}

    @route("POST", "/instances/<int:id_instance>/read")
    def read(self, values, id_instance):
        with self._world.transaction(id_instance):
            messages.read(self._world, *self._chat(id_instance, values))
        return {}

    @route("GET", "/instances/<int:id_instance>/messages")
    def list_messages(self, values, id_instance):
        with self._world.changed:
            instance, chat = self._chat(id_instance, values)
            found = messages.search(self._world, instance, chat_id=chat.chat_id, limit=500)
            return [self._describe_message(instance, chat, message) for message in found[::-1]]

    # Behind the scenes

    @route("POST", "/instances/<int:id_instance>/notifications")
    def add_notifications(self, values, id_instance):
        _allow(values, "body", "times")
        with self._world.transaction(id_instance):
            instance = self._instance(id_instance)
            times = range(values.get("times", 1))
            body = values["body"]
            added = [notifications.add_raw(self._world, instance, body) for _time in times]
            return {"receiptIds": added}

    @route("GET", "/instances/<int:id_instance>/notifications")
    def list_notifications(self, _values, id_instance):
        with self._world.changed:
            notifications.drop_expired(self._world, id_instance)
            found = self._world.store.entries(id_instance, notifications.LIST)
            return [{"receiptId": number, "body": body} for number, _created, body in found]

    @route("GET", "/instances/<int:id_instance>/ledger")
    def ledger(self, values, id_instance):
        entries = self._wait_for_entries(values, id_instance, messages.LEDGER, lambda entry: True)
        return [entry for _number, _created, entry in entries]

    @route("GET", "/instances/<int:id_instance>/requests")
    def requests(self, values, id_instance):
        wanted = values.get("method", "").lower()
        entries = self._wait_for_entries(
            values,
            id_instance,
            REQUESTS,
            lambda entry: not wanted or entry["method"].lower() == wanted,
        )
        return [{"number": number, **entry} for number, _created, entry in entries]

    def _wait_for_entries(self, values, id_instance, name, is_wanted):
        """The entries of a list, waited for when a count is given."""
        count, found = int(values.get("count", 0)), []

        def enough():
            entries = self._world.store.entries(id_instance, name)
            found[:] = [entry for entry in entries if is_wanted(entry[2])]
            return len(found) >= count

        self._world.wait_for(enough, _seconds(values))
        return found

    # Helpers; the caller holds the lock

    def _instance(self, id_instance):
        instance = self._world.instance(id_instance)
        if not instance:
            raise ControlError(f"There is no instance {id_instance}", 404)
        return instance

    def _chat(self, id_instance, values):
        instance = self._instance(id_instance)
        chat = chats.find(self._world, instance, str(values["chatId"]))
        if not chat:
            raise ControlError(f"There is no chat {values['chatId']}", 404)
        return instance, chat

    def _describe(self, instance, with_token=False):
        store, id_instance = self._world.store, instance.id_instance
        shown = instance.to_json()
        if not with_token:
            del shown["apiTokenInstance"], shown["twoFactorPassword"]
        return {
            **shown,
            "hasTwoFactorPassword": bool(instance.two_factor_password),
            "showsQr": account.shows_qr(self._world, instance),
            "chats": [
                self._describe_chat(instance, chat) for chat in chats.every(self._world, instance)
            ],
            "messagesCount": store.count_entries(id_instance, messages.QUEUE),
            "webhooksCount": store.count_entries(id_instance, notifications.LIST),
            "calls": store.calls(id_instance),
        }

    def _describe_chat(self, instance, chat):
        last = messages.search(self._world, instance, chat_id=chat.chat_id, limit=1)
        shown = self._describe_message(instance, chat, last[0]) if last else None
        return {**chat.to_json(), "lastMessage": shown}

    def _describe_message(self, instance, chat, message):
        author = chats.get(self._world, instance, message.sender) or chat
        name = instance.name if message.outgoing else author.name
        return {**message.to_json(), "text": messages.text_of(message.data), "senderName": name}


def _allow(values, *names):
    unknown = sorted(set(values) - set(names))
    if unknown:
        raise ControlError(f"Not known here: {', '.join(unknown)}. Known: {', '.join(names)}")


def _check_state(values):
    state = values.get("stateInstance", STATES[0])
    if state not in STATES:
        raise ControlError(f"{state!r} is not a state. States: {', '.join(STATES)}")


def _data(values):
    """messageData, given as such or made of a text."""
    return (
        values["messageData"] if "messageData" in values else messages.text_data(values["message"])
    )


def _seconds(values):
    return float(values.get("timeout", 10))


def _body(request):
    values = json.loads(request.get_data() or b"{}")
    if not isinstance(values, dict):
        raise ControlError("A JSON object is expected")
    return values


def _json(value, status=200):
    return Response(json.dumps(value, ensure_ascii=False), status, mimetype="application/json")
