# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""How a method of the service is declared."""

from dataclasses import dataclass
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
    content: str


class File(NamedTuple):
    name: str
    content: bytes


@dataclass
class Call:
    """One request, checked: what a method works with."""

    world: Any
    instance: Any
    #: the declared fields, with their defaults
    values: dict
    #: the request's number, as in the control interface's list of requests
    number: int
    #: last part of the path (deleteNotification), else None
    receipt_id: str | None = None
    #: the uploaded file, for methods that take one
    file: File | None = None


def method(
    name,
    verb,
    *fields,
    rps=1,
    needs_session=False,
    at_least_one=False,
    waits=False,
    content="json",
    also=(),
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
    :param content: how fields and file come: "json", "multipart" (a form with the part "file")
        or "raw" (the body is the file)
    :param also: further verbs
    """

    def declare(function):
        METHODS[name.lower()] = Method(
            name,
            (verb, *also),
            fields,
            function,
            rps,
            needs_session,
            at_least_one,
            waits,
            content,
        )
        return function

    return declare
