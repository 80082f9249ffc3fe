# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""How a method of the service is declared."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

#: lower-case name -> Method
METHODS = {}
#: what a method gives to answer 200 without a body
EMPTY = object()


class Method(NamedTuple):
    name: str
    verbs: tuple
    fields: tuple
    function: Any
    rps: float
    needs_session: bool
    at_least_one: bool
    waits: bool


@dataclass
class Call:
    """One request, checked: what a method works with."""

    world: Any
    instance: Any
    #: the declared fields, with their defaults
    values: dict
    #: the request's number, as in the control interface's list of requests
    number: int
    #: https://host[:port] under which the sandbox was reached
    base_url: str
    #: last part of the path (deleteNotification), else None
    receipt_id: str | None = None
    query: dict = field(default_factory=dict)


def method(
    name, verb, *fields, rps=1, needs_session=False, at_least_one=False, waits=False, also=()
):
    """Declare the decorated function as the service's method ``name``.

    It takes a :class:`Call` and gives what is answered as JSON, or EMPTY.
    It runs in a transaction of the world.

    :param verb: GET, POST or DELETE
    :param fields: of the JSON body, or of the query string for GET
    :param rps: requests per second that one instance may do
    :param needs_session: refused unless the instance is authorized
    :param at_least_one: refused without any field
    :param waits: the function may wait, so it runs outside a transaction
    :param also: further verbs
    """

    def declare(function):
        METHODS[name.lower()] = Method(
            name, (verb, *also), fields, function, rps, needs_session, at_least_one, waits
        )
        return function

    return declare
