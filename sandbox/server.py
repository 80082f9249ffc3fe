# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The HTTP door: who may come in, and which way a request goes."""

import ipaddress
import re
from pathlib import Path

from werkzeug.exceptions import NotFound
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.utils import send_from_directory
from werkzeug.wrappers import Request, Response

from .answers import CORS, not_found
from .calls import Calls
from .control import Control

PAGE = Path(__file__).parent / "page"
CALL_PATH = re.compile(
    r"/waInstance(?P<id_instance>[^/]+)/(?P<method>[^/]+)/(?P<token>[^/]+)"
    r"(/(?P<receipt_id>.*))?"
)
PARTNER_PATH = re.compile(r"/partner/(?P<method>[^/]+)/(?P<token>[^/]+)")
DOWNLOAD_PATH = re.compile(r"/download/[0-9]+/(?P<name>[^/]+)")


class QuietHandler(WSGIRequestHandler):
    """Prints no access log: the paths carry tokens."""

    def log_request(self, *args):
        pass


class Application:
    """The WSGI application.

    :param allow_remote: answer other machines too
    :param partner_token: see :class:`sandbox.calls.Calls`
    """

    def __init__(self, world, allow_remote=False, partner_token=None):
        self._world = world
        self._allow_remote = allow_remote
        self._control = Control(world)
        self._calls = Calls(world, partner_token)

    def __call__(self, environ, start_response):
        request = Request(environ)
        return self._answer(request)(environ, start_response)

    def _answer(self, request):
        if not self._allow_remote and not ipaddress.ip_address(request.remote_addr).is_loopback:
            return Response("The sandbox answers to this machine only.", 403)
        if request.path.startswith("/control/"):
            return self._control.answer(request)
        if request.path.startswith("/phone/"):
            return _page(request)
        if request.path in ("/", "/phone"):
            return Response(status=302, headers={"Location": "/phone/"})
        if match := DOWNLOAD_PATH.fullmatch(request.path):
            return self._calls.answer_download(request, match["name"])
        return self._answer_service(request)

    def _answer_service(self, request):
        if request.method == "OPTIONS":
            return Response(status=204, headers=CORS)
        if match := CALL_PATH.fullmatch(request.path):
            response = self._calls.answer(request, **match.groupdict())
        elif match := PARTNER_PATH.fullmatch(request.path):
            response = self._calls.answer_partner(request, **match.groupdict())
        else:
            response = not_found(request)
        response.headers.extend(CORS)
        return response


def _page(request):
    name = request.path.removeprefix("/phone/") or "index.html"
    try:
        return send_from_directory(PAGE, name, request.environ)
    except (NotFound, ValueError):
        # ValueError: a name that no file can have
        return not_found(request)


def listen(world, host, port, **options):
    """A threaded server, bound and ready for serve_forever().

    :param options: of :class:`Application`
    """
    application = Application(world, **options)
    server = make_server(host, port, application, threaded=True, request_handler=QuietHandler)
    world.base_url = f"http://{host}:{server.server_port}"
    return server
