# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""What the service's answers look like."""

import json
from datetime import datetime, timezone
from html import escape
from typing import Any

from werkzeug.wrappers import Request, Response

from ..service.errors import ServiceError
from ..service.registry import EMPTY

CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": "*",
}
#: how some methods refuse: inside a 200 answer
UNAUTHORIZED = {"code": 401, "description": "Unauthorized"}


def json_answer(value: Any, status: int = 200) -> Response:
    """Return a value as JSON; EMPTY has no body, and bytes are the body."""
    body = b"" if value is EMPTY else value
    if not isinstance(body, bytes):
        body = json.dumps(value, ensure_ascii=False).encode()
    return Response(body, status, mimetype="application/json")


def refusal(request: Request, error: ServiceError) -> Response:
    """Return the service's error body. It has the path with the token, as the real one."""
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


def not_found(request: Request) -> Response:
    """Return the HTML page for a path or verb that there is not."""
    words = escape(f"Cannot {request.method} {request.path}")
    page = f"<!DOCTYPE html>\n<html><body><pre>{words}</pre></body></html>"
    return Response(page, 404, mimetype="text/html")
