# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The HTTP door: who may come in, and which way a request goes."""

import ipaddress
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from ..control.interface import Control
from ..control.page import find_page
from ..world.world import World
from .calls import Calls
from .responses import CORS, not_found

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

CALL_PATH = re.compile(
    r"/waInstance(?P<id_instance>[^/]+)/(?P<method>[^/]+)/(?P<token>[^/]+)"
    r"(/(?P<receipt_id>.*))?"
)
PARTNER_PATH = re.compile(r"/partner/(?P<method>[^/]+)/(?P<token>[^/]+)")
DOWNLOAD_PATH = re.compile(r"/download/[0-9]+/(?P<name>[^/]+)")


class QuietHandler(WSGIRequestHandler):
    """Prints no access log: the paths carry tokens."""

    #: the sandbox's, for the header Date
    now: Callable[[], float]

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Print nothing."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        return super().date_time_string(int(self.now() if timestamp is None else timestamp))


class Application:
    """The WSGI application.

    :param allow_remote: answer other machines too
    :param partner_token: see :class:`.calls.Calls`
    """

    def __init__(
        self, world: World, allow_remote: bool = False, partner_token: str | None = None
    ) -> None:
        self._allow_remote = allow_remote
        self._control = Control(world)
        self._calls = Calls(world, partner_token)

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        request = Request(environ)
        return self._answer(request)(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if not self._allow_remote and not _is_local(request):
            return Response("The sandbox answers to this machine only.", 403)
        if request.path.startswith("/control/"):
            return self._control.answer(request)
        if request.path.startswith("/phone/"):
            return find_page(request) or not_found(request)
        if request.path in ("/", "/phone"):
            return Response(status=302, headers={"Location": "/phone/"})
        if match := DOWNLOAD_PATH.fullmatch(request.path):
            return self._calls.answer_download(request, match["name"])
        return self._answer_service(request)

    def _answer_service(self, request: Request) -> Response:
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


def _is_local(request: Request) -> bool:
    return ipaddress.ip_address(request.remote_addr or "").is_loopback


def listen(world: World, host: str, port: int, **options: Any) -> BaseWSGIServer:
    """Return a threaded server, bound and ready for serve_forever().

    :param options: of :class:`Application`
    """
    application = Application(world, **options)
    handler = type("Handler", (QuietHandler,), {"now": staticmethod(world.clock.now)})
    server = make_server(host, port, application, threaded=True, request_handler=handler)
    world.base_url = f"http://{host}:{server.server_port}"
    return server
