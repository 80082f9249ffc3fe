# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""How a function of the control interface is declared."""

from collections.abc import Callable
from typing import Any, TypeVar

from werkzeug.routing import Rule

RULES: list[Rule] = []
INSTANCE = "/instances/<int:id_instance>"

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


class ControlError(Exception):
    """A request of the control interface that is refused; the text says why.

    :param status: the HTTP status of the answer
    """

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def route(verb: str, path: str) -> Callable[[Endpoint], Endpoint]:
    """Declare the function that answers ``verb /control<path>``.

    It takes the world, the values of the query or the body, and the variable parts of the path;
    it returns what is answered as JSON.
    """

    def declare(function: Endpoint) -> Endpoint:
        RULES.append(Rule(f"/control{path}", methods=[verb], endpoint=function))
        return function

    return declare
