# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""One call of the service: from the path to the method and its answer."""

import json
from collections import deque

from werkzeug.wrappers import Response

from . import faults, fields, files
from .answers import json_answer, not_found, refusal
from .control.lists import REQUESTS
from .errors import ServiceError, invalid
from .methods import METHODS, Call, partner
from .methods.registry import File
from .methods.sending import check_session

KEPT_REQUESTS = 10000
READABLE = 1_000_000  # bytes of a body that are kept


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
        world = self._world
        id_number = int(id_instance) if id_instance.isdecimal() else 0
        connection = request.environ.get("werkzeug.socket")
        releases = world.faults.releases
        fault = world.faults.take(id_number, method, *faults.BEFORE, *faults.AFTER)
        number = self._record(request, id_number, method, receipt_id, fault)
        if fault and fault.kind in faults.BEFORE:
            return faults.before(fault, connection)
        try:
            response = self._serve(request, id_number, method, token, receipt_id, number)
        except ServiceError as error:
            response = refusal(request, error)
        if fault:
            return faults.after(fault, world.faults, releases, connection, response)
        return response

    def answer_partner(self, request, method, token):
        """The response to ``/partner/…``."""
        verb, function = partner.METHODS.get(method.lower(), (None, None))
        if request.method != verb:
            return not_found(request)
        if token != self._partner_token:
            return json_answer(partner.UNAUTHORIZED)
        try:
            with self._world.transaction():
                return json_answer(function(self._world, request.get_data()))
        except ServiceError as error:
            return refusal(request, error)

    def _record(self, request, id_instance, method, receipt_id, fault):
        """Note the request for the control interface, without the token.

        :return: its number
        """
        world = self._world
        name = METHODS[method.lower()].name if method.lower() in METHODS else method
        seen = {
            "method": name,
            "verb": request.method,
            "query": request.args.to_dict(),
            "receiptId": receipt_id,
            "body": _readable(request),
            "headers": dict(request.headers),
            "fault": fault.kind if fault else None,
        }
        with world.changed, world.store.transaction():
            now = world.clock.now()
            number = world.store.add_entry(id_instance, REQUESTS, seen | {"timestamp": now}, now)
            world.store.count_call(id_instance, name)
            if number % 100 == 0:
                world.store.keep_last(id_instance, REQUESTS, KEPT_REQUESTS)
            world.changed.notify_all()
        return number

    def _serve(self, request, id_instance, name, token, receipt_id, number):
        if id_instance == 0:
            raise ServiceError("Parameter idInstance not an integer")
        instance = self._find(id_instance)
        method = METHODS.get(name.lower())
        if not method:
            return not_found(request)
        if token != instance.api_token_instance:
            return Response(status=401)
        if request.method not in method.verbs:
            return not_found(request)
        self._check_rate(instance, method)
        _check_usable(instance, method)
        values, file = _parse(request, method)
        call = Call(self._world, instance, values, number, receipt_id, file)
        if method.waits:
            return json_answer(method.function(call))
        with self._world.transaction(id_instance):
            # read again under the lock: only now nobody else can change it
            call.instance = self._find(id_instance)
            return json_answer(method.function(call))

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


def _check_usable(instance, method):
    if instance.deleted:
        raise ServiceError("Instance is deleted")
    if instance.expired:
        raise ServiceError("Instance account is expired. Renew your instance from personal area")
    if method.needs_session:
        check_session(instance)


def _parse(request, method):
    """The values and the file of a request: (checked fields, File or None)."""
    given_file = None
    if request.method == "GET":
        values = fields.parse_query(method.fields, request.args)
    elif method.content == "multipart":
        values = fields.parse_query(method.fields, request.form)
        part = request.files.get("file")
        given_file = part and File(part.filename or "file", part.read())
    elif method.content == "raw":
        values = {}
        given_file = File(request.headers.get("GA-Filename", "file"), request.get_data())
    else:
        values = fields.parse_json(request.get_data())
    values = fields.validate(method.fields, values, method.at_least_one)
    if method.content != "json":
        _check_file(given_file)
    return values, given_file


def _check_file(file):
    if not file:
        raise invalid("'file' is required")
    if not file.content:
        raise ServiceError("File is empty")
    if len(file.content) > files.MAX_SIZE:
        raise ServiceError("File is too large", 413)


def _readable(request):
    """A body for people: the JSON value, or the text, or the names in a form, or None."""
    if request.mimetype == "multipart/form-data":
        names = {name: part.filename for name, part in request.files.items()}
        return {**request.form.to_dict(), **names}
    text = request.get_data()[:READABLE].decode(errors="replace")
    if not text:
        return None
    try:
        return json.loads(text)
    except ValueError:
        return text
