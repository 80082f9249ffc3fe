# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The page that looks like a phone."""

from pathlib import Path

from werkzeug.exceptions import NotFound
from werkzeug.utils import send_from_directory
from werkzeug.wrappers import Request, Response

FOLDER = Path(__file__).parent / "phone_page"


def find_page(request: Request) -> Response | None:
    """Return the response to a request below /phone/, or None when there is no such file."""
    name = request.path.removeprefix("/phone/") or "index.html"
    try:
        return send_from_directory(FOLDER, name, request.environ)
    except (NotFound, ValueError):
        # ValueError: a name that no file can have
        return None
