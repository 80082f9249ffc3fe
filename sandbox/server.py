# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The HTTP door: who may come in, which way a request goes, and what refusals look like."""

import ipaddress
import json
import re
from collections import deque
from datetime import datetime, timezone
from html import escape
from pathlib import Path

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.utils import send_file, send_from_directory
from werkzeug.wrappers import Request, Response

from . import faults, fields, files
from .control import Control
from .control.lists import REQUESTS
from .errors import ServiceError, invalid
from .methods import METHODS, Call, partner
from .methods.registry import EMPTY, File
from .methods.sending import check_session

PAGE = Path(__file__).parent / "page"
KEPT_REQUESTS = 10000
READABLE = 1_000_000  # bytes of a body that are kept
CALL_PATH = re.compile(
    r"/waInstance(?P<id>[^/]+)/(?P<method>[^/]+)/(?P<token>[^/]+)(/(?P<rest>.*))?"
)
PARTNER_PATH = re.compile(r"/partner/(?P<method>[^/]+)/(?P<token>[^/]+)")
DOWNLOAD_PATH = re.compile(r"/download/[0-9]+/(?P<name>[^/]+)")
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": "*",
}


class QuietHandler(WSGIRequestHandler):
    """Prints no access log: the paths carry tokens."""

    def log_request(self, *args):
        pass


class Application:
    """The WSGI application."""

    def __init__(self, world, allow_remote=False, partner_token=None):
        self._world = world
        self._partner_token = partner_token
        self._allow_remote = allow_remote
        self._control = Control(world)

    def __call__(self, environ, start_response):
        request = Request(environ)
        return self._answer(request)(environ, start_response)

    def _answer(self, request):
        if not self._allow_remote and not ipaddress.ip_address(request.remote_addr).is_loopback:
            return Response("The sandbox answers to this machine only.", 403)
        if request.path.startswith("/control/"):
            return self._control.answer(request)
        if request.path.startswith("/phone/"):
            name = request.path.removeprefix("/phone/") or "index.html"
            return send_from_directory(PAGE, name, request.environ)
        if match := DOWNLOAD_PATH.fullmatch(request.path):
            path = files.find(self._world, match["name"])
            return send_file(path, request.environ) if path else _not_found(request)
        if request.path in ("/", "/phone"):
            return Response(status=302, headers={"Location": "/phone/"})
        if request.method == "OPTIONS":
            return Response(status=204, headers=CORS)
        if match := CALL_PATH.fullmatch(request.path):
            response = self._call(request, **match.groupdict())
        elif match := PARTNER_PATH.fullmatch(request.path):
            response = self._call_partner(request, **match.groupdict())
        else:
            return _not_found(request)
        response.headers.extend(CORS)
        return response

    def _call_partner(self, request, method, token):
        verb, function = partner.METHODS.get(method.lower(), (None, None))
        if request.method != verb:
            return _not_found(request)
        if token != self._partner_token:
            return _json(partner.UNAUTHORIZED)
        try:
            with self._world.transaction():
                return _json(function(self._world, request.get_data()))
        except ServiceError as error:
            return _refusal(request, error)

    def _call(self, request, id, method, token, rest):
        """One call of the service, with the fault that may be waiting for it."""
        id_instance = int(id) if id.isdecimal() else 0
        connection = request.environ.get("werkzeug.socket")
        releases = self._world.faults.releases
        fault = self._world.faults.take(id_instance, method)
        number = self._record(request, id_instance, method, rest, fault)
        if fault and fault.kind in faults.BEFORE:
            return faults.before(fault, connection)
        try:
            if id_instance == 0:
                raise ServiceError("Parameter idInstance not an integer")
            response = self._serve(request, id_instance, method, token, rest, number, fault)
        except ServiceError as error:
            response = _refusal(request, error)
        if fault:
            return faults.after(fault, self._world.faults, releases, connection, response)
        return response

    def _record(self, request, id_instance, method, rest, fault):
        """Note the request for the control interface, without the token.

        :return: its number
        """
        world = self._world
        name = METHODS[method.lower()].name if method.lower() in METHODS else method
        seen = {
            "method": name,
            "verb": request.method,
            "query": request.args.to_dict(),
            "receiptId": rest,
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

    def _serve(self, request, id_instance, name, token, rest, number, fault):
        world = self._world
        with world.changed:
            instance = world.instance(id_instance)
        if not instance:
            raise ServiceError("Forbidden", 403)
        method = METHODS.get(name.lower())
        if not method:
            return _not_found(request)
        if token != instance.api_token_instance:
            return Response(status=401)
        if request.method not in method.verbs:
            return _not_found(request)
        self._check_rate(instance, method)
        _check_usable(instance, method)
        values, file = _parse(request, method)
        call = Call(world, instance, values, number, rest, file)
        if fault and fault.kind == "duplicate":
            return _json({"result": True, "reason": ""})
        if method.waits:
            return _json(method.function(call))
        with world.transaction(id_instance):
            # read again under the lock: only now nobody else can change it
            call.instance = world.instance(id_instance)
            return _json(method.function(call))

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


def _json(value):
    body = b"" if value is EMPTY else json.dumps(value, ensure_ascii=False).encode()
    return Response(body, mimetype="application/json")


def _refusal(request, error):
    """The service's error body. It repeats the path, token included, as the real one does."""
    if error.plain:
        return Response(error.message, error.status, mimetype="text/plain")
    moment = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
    body = {
        "statusCode": error.status,
        "timestamp": moment.replace("+00:00", "Z"),
        "path": request.path,
        "message": error.message,
    }
    return Response(json.dumps(body), error.status, mimetype="application/json")


def _not_found(request):
    words = escape(f"Cannot {request.method} {request.path}")
    page = f"<!DOCTYPE html>\n<html><body><pre>{words}</pre></body></html>"
    return Response(page, 404, mimetype="text/html")


def listen(world, host, port, **options):
    """A threaded server, bound and ready for serve_forever().

    :param options: of :class:`Application`
    """
    application = Application(world, **options)
    server = make_server(host, port, application, threaded=True, request_handler=QuietHandler)
    world.base_url = f"http://{host}:{server.server_port}"
    return server
