# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""How a method of the service is declared."""

from dataclasses import dataclass
from typing import Any, NamedTuple

#: lower-case name -> Method, for the methods of instances
METHODS = {}
#: the same for the methods of the partner
PARTNER_METHODS = {}
#: what a method gives to answer 200 without a body
EMPTY = object()


class Method(NamedTuple):
    name: str
    verbs: tuple
    fields: tuple
    function: Any
    rps: float = 1
    needs_session: bool = False
    at_least_one: bool = False
    waits: bool = False
    content: str = "json"
    quota: str = ""
    check_types: Any = None


@dataclass
class Call:
    """One request, checked: what a method works with."""

    world: Any
    #: None for the partner's methods
    instance: Any
    #: the declared fields, with their defaults
    values: dict
    #: the request's number, as in the control interface's list of requests
    number: int
    #: last part of the path (deleteNotification), else None
    receipt_id: str | None = None
    #: the uploaded file (:class:`sandbox.bodies.File`), for methods that take one
    file: Any = None
    #: the fault that hits this call, or None
    fault: Any = None


def method(name, verb, *fields, also=(), **options):
    """Declare the decorated function as the service's method ``name``.

    It takes a :class:`Call` and gives what is answered as JSON, or EMPTY.
    It runs in a transaction of the world.

    :param verb: GET, POST or DELETE
    :param fields: of the JSON body, or of the query string for GET
    :param also: further verbs
    :param rps: requests per second that one instance may do (1)
    :param needs_session: refused unless the instance is authorized
    :param at_least_one: refused without any field
    :param waits: the function may wait, so it runs outside a transaction
    :param content: how fields and file come: "json", "multipart" (a form with the part "file")
        or "raw" (the body is the file)
    :param quota: the quota of the plan that it uses, see :mod:`sandbox.plan`
    :param check_types: looks at the values before the usual checks
    """

    def declare(function):
        METHODS[name.lower()] = Method(name, (verb, *also), fields, function, **options)
        return function

    return declare


def partner_method(name, verb, *fields, **options):
    """The same for a method of the partner: its calls have no instance."""

    def declare(function):
        PARTNER_METHODS[name.lower()] = Method(name, (verb,), fields, function, **options)
        return function

    return declare
