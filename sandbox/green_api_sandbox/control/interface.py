# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The control interface over HTTP: from a request to the function that answers it."""

import json
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map
from werkzeug.wrappers import Request, Response

from ..world.documents import JsonObject
from ..world.world import World
from . import (  # noqa: F401 (they declare the routes)
    clock,
    descriptions,
    faults,
    general,
    instances,
    lists,
    message_updates,
    new_messages,
)
from .routes import RULES, ControlError


class Control:
    """Answers the requests of the control interface."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._map = Map([rule.empty() for rule in RULES])

    def answer(self, request: Request) -> Response:
        """Return the response to a request below /control/."""
        try:
            endpoint, parts = self._map.bind_to_environ(request.environ).match()
            values = request.args.to_dict() if request.method == "GET" else _body(request)
            return _json(endpoint(self._world, values, **parts))
        except HTTPException as error:
            words = f"{request.method} {request.path}: {error.name}"
            return _json({"error": words}, error.code or 400)
        except ControlError as error:
            return _json({"error": str(error)}, error.status)
        except KeyError as error:
            return _json({"error": f"{error} is missing"}, 400)
        except ValueError as error:
            return _json({"error": str(error)}, 400)
        except (TypeError, AttributeError) as error:
            return _json({"error": f"A value is of the wrong type: {error}"}, 400)


def _body(request: Request) -> JsonObject:
    values = json.loads(request.get_data() or b"{}")
    if not isinstance(values, dict):
        raise ControlError("A JSON object is expected")
    return values


def _json(value: Any, status: int = 200) -> Response:
    return Response(json.dumps(value, ensure_ascii=False), status, mimetype="application/json")
