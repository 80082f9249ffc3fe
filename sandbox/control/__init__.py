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
POST …/files                              {fileName, content (base64), caption?} store a file
                                          -> messageData for …/incoming
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
from werkzeug.routing import Map
from werkzeug.wrappers import Response

from . import chats, instances, lists, whole
from .routes import RULES, ControlError

__all__ = ["Control", "chats", "instances", "lists", "whole"]


class Control:
    def __init__(self, world):
        self._world = world
        self._map = Map([rule.empty() for rule in RULES])

    def answer(self, request):
        """The response to a request below /control/."""
        try:
            endpoint, parts = self._map.bind_to_environ(request.environ).match()
            values = request.args.to_dict() if request.method == "GET" else _body(request)
            return _json(endpoint(self._world, values, **parts))
        except HTTPException as error:
            return _json({"error": f"{request.method} {request.path}: {error.name}"}, error.code)
        except ControlError as error:
            return _json({"error": str(error)}, error.status)
        except (ValueError, TypeError, KeyError) as error:
            # a value of the wrong kind, somewhere inside
            return _json({"error": f"{type(error).__name__}: {error}"}, 400)


def _body(request):
    values = json.loads(request.get_data() or b"{}")
    if not isinstance(values, dict):
        raise ControlError("A JSON object is expected")
    return values


def _json(value, status=200):
    return Response(json.dumps(value, ensure_ascii=False), status, mimetype="application/json")
