# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""One call of the service: from the path to the method and its answer."""

import re
from collections import deque
from dataclasses import dataclass
from typing import Any

from werkzeug.utils import send_file
from werkzeug.wrappers import Response

from . import bodies, faults, files, plan
from .answers import UNAUTHORIZED, json_answer, not_found, refusal
from .errors import ServiceError
from .methods import METHODS, PARTNER_METHODS, Call
from .methods.sending import check_session

#: the list of requests seen; those without an instance are kept under NOBODY
REQUESTS = "requests"
NOBODY = 0
KEPT_REQUESTS = 10000
ID_INSTANCE = re.compile(r"[1-9][0-9]{0,17}")
#: the one method that answers a wrong token with 200
TELLS_UNAUTHORIZED = "updateApiToken"
#: the one method whose path has a last part
TAKES_RECEIPT = "deleteNotification"


@dataclass
class Arrival:
    """A request on its way to the method."""

    request: Any
    #: NOBODY when the path names none
    id_instance: int
    #: the name in the path
    name: str
    #: the declared method of that name, or None
    method: Any
    token: str
    receipt_id: str | None = None
    body: Any = None
    fault: Any = None
    #: its number in the list of requests
    number: int = 0

    def __post_init__(self):
        is_upload = bool(self.method) and self.method.content == "raw"
        self.body = bodies.read(self.request, is_upload)
        self.name = self.method.name if self.method else self.name


class Calls:
    """Answers the calls of instances and of the partner.

    :param partner_token: None: the partner's methods refuse
    """

    def __init__(self, world, partner_token=None):
        self._world = world
        self._partner_token = partner_token

    def answer(self, request, id_instance, method, token, receipt_id=None):
        """The response to ``/waInstance…``, with the fault that may be waiting for it.

        The parameters are the parts of the path. A fault that cuts the connection raises
        ConnectionError.
        """
        number = int(id_instance) if ID_INSTANCE.fullmatch(id_instance) else NOBODY
        declared = METHODS.get(method.lower())
        arrival = Arrival(request, number, method, declared, token, receipt_id)
        return self._answer(arrival, self._serve)

    def answer_partner(self, request, method, token):
        """The response to ``/partner/…``; see :meth:`answer`."""
        declared = PARTNER_METHODS.get(method.lower())
        arrival = Arrival(request, NOBODY, method, declared, token)
        return self._answer(arrival, self._serve_partner)

    def answer_download(self, request, name):
        """The response to ``/download/…``: a stored file. These requests are not noted."""

        def serve():
            path = files.find(self._world, name)
            return send_file(path, request.environ) if path else not_found(request)

        fault = self._world.faults.take(NOBODY, faults.DOWNLOAD)
        return self._with_fault(request, fault, serve)

    def _answer(self, arrival, serve):
        """Note the request, and answer it by ``serve(arrival)``."""
        arrival.fault = self._world.faults.take(arrival.id_instance, arrival.name)
        self._record(arrival)
        return self._with_fault(arrival.request, arrival.fault, lambda: serve(arrival))

    def _with_fault(self, request, fault, serve):
        """The response that ``serve()`` gives, or what a fault makes of it."""
        connection = request.environ.get("werkzeug.socket")
        releases = self._world.faults.releases
        if fault and fault.kind in faults.BEFORE:
            return faults.before(fault, connection)
        try:
            response = serve()
        except ServiceError as error:
            response = refusal(request, error)
        if fault:
            return faults.after(fault, self._world.faults, releases, connection, response)
        return response

    def _record(self, arrival):
        """Note the request for the control interface, without the token."""
        world, request = self._world, arrival.request
        seen = {
            "method": arrival.name,
            "verb": request.method,
            "query": request.args.to_dict(),
            "receiptId": arrival.receipt_id,
            "body": arrival.body.readable(),
            "headers": dict(request.headers),
            "fault": arrival.fault.kind if arrival.fault else None,
        }
        key = arrival.id_instance
        with world.changed, world.store.transaction():
            now = world.clock.now()
            number = world.store.add_entry(key, REQUESTS, seen | {"timestamp": now}, now)
            world.store.count_call(key, arrival.name)
            if number % 100 == 0:
                world.store.keep_last(key, REQUESTS, KEPT_REQUESTS)
            world.changed.notify_all()
        arrival.number = number

    def _serve(self, arrival):
        if arrival.id_instance == NOBODY:
            raise ServiceError("Parameter idInstance not an integer")
        instance = self._find(arrival.id_instance)
        method = arrival.method
        if not method or not _fits(arrival):
            return not_found(arrival.request)
        if arrival.token != instance.api_token_instance:
            if method.name == TELLS_UNAUTHORIZED:
                return json_answer(UNAUTHORIZED)
            return Response(status=401)
        self._check_rate(instance, method)
        _check_usable(instance, method)
        call = self._call(arrival, instance)
        if method.waits:
            return json_answer(method.function(call))
        with self._world.transaction(instance.id_instance):
            # read again under the lock: only now nobody else can change it
            call.instance = self._find(instance.id_instance)
            return self._carry_out(call, method)

    def _serve_partner(self, arrival):
        if not arrival.method or not _fits(arrival):
            return not_found(arrival.request)
        if arrival.token != self._partner_token:
            return json_answer(UNAUTHORIZED)
        call = self._call(arrival, None)
        with self._world.transaction():
            return json_answer(arrival.method.function(call))

    def _call(self, arrival, instance):
        """:raise ServiceError: when the request's fields are not what the method takes"""
        values, file = bodies.values_of(arrival.request, arrival.body, arrival.method)
        return Call(
            self._world, instance, values, arrival.number, arrival.receipt_id, file, arrival.fault
        )

    def _carry_out(self, call, method):
        exceeded = plan.check(self._world, call.instance, method, call.values)
        if exceeded:
            return json_answer(exceeded, 466)
        answer = method.function(call)
        plan.count(self._world, call.instance, method, call.values)
        return json_answer(answer)

    def _find(self, id_instance):
        with self._world.changed:
            instance = self._world.instance(id_instance)
        if not instance:
            raise ServiceError("Forbidden", 403)
        return instance

    def _check_rate(self, instance, method):
        """Refuse more than the method's requests per second."""
        if not instance.rate_limits:
            return
        limit = max(1, int(method.rps))
        window = limit / method.rps
        with self._world.changed:
            now = self._world.clock.now()
            recent = self._world.recent_calls[instance.id_instance].setdefault(method.name, deque())
            while recent and recent[0] <= now - window:
                recent.popleft()
            if len(recent) >= limit:
                raise ServiceError("Too Many Requests", 429, plain=True)
            recent.append(now)


def _fits(arrival):
    """Whether the method takes this verb, and this path."""
    if arrival.receipt_id is not None and arrival.method.name != TAKES_RECEIPT:
        return False
    return arrival.request.method in arrival.method.verbs


def _check_usable(instance, method):
    if instance.deleted:
        raise ServiceError("Instance is deleted")
    if instance.expired:
        raise ServiceError("Instance account is expired. Renew your instance from personal area")
    if method.needs_session:
        check_session(instance)
