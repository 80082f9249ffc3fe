# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""How a method of the service is declared."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any, NamedTuple

from ..world.documents import Instance, JsonObject
from ..world.faults import Fault
from ..world.world import World
from .fields import Field

#: what a method returns to answer 200 without a body
EMPTY = object()


class UploadedFile(NamedTuple):
    """A file that came with a call; ``stream`` can be read from its beginning."""

    name: str
    stream: IO[bytes]
    size: int


@dataclass
class PartnerCall:
    """One request of the partner, checked."""

    world: World
    #: the declared fields, with their defaults
    values: JsonObject


@dataclass
class Call(PartnerCall):
    """One request of an instance, checked: what a method works with."""

    instance: Instance
    #: the request's number, as in the control interface's list of requests
    number: int
    #: last part of the path (deleteNotification), else None
    receipt_id: str | None = None
    #: the uploaded file, for methods that take one
    uploaded: UploadedFile | None = None
    #: the fault that hits this call, or None
    fault: Fault | None = None

    @property
    def file(self) -> UploadedFile:
        """Return the uploaded file, for methods that are declared to take one."""
        if self.uploaded is None:
            raise LookupError("this method is not declared to take a file")
        return self.uploaded

    def has_fault(self, kind: str) -> bool:
        """Return whether a fault of this kind hits this call."""
        return self.fault is not None and self.fault.kind == kind


MethodFunction = Callable[[Call], Any]
PartnerFunction = Callable[[PartnerCall], Any]


class MethodForm(NamedTuple):
    """What the request of a method looks like; the parameters are those of :func:`method`."""

    name: str
    verbs: tuple[str, ...]
    fields: tuple[Field, ...]
    at_least_one: bool = False
    content: str = "json"
    check_types: Callable[[JsonObject], None] | None = None


class Method(NamedTuple):
    """A method of instances: the form of its requests, its function, and what it needs."""

    form: MethodForm
    function: MethodFunction
    rps: float = 1
    needs_session: bool = False
    waits: bool = False
    quota: str = ""

    @property
    def name(self) -> str:
        return self.form.name


class PartnerMethod(NamedTuple):
    """A method of the partner."""

    form: MethodForm
    function: PartnerFunction


#: lower-case name -> method, for the methods of instances
METHODS: dict[str, Method] = {}
#: the same for the methods of the partner
PARTNER_METHODS: dict[str, PartnerMethod] = {}


def method(
    name: str,
    verb: str,
    *fields: Field,
    also: tuple[str, ...] = (),
    at_least_one: bool = False,
    content: str = "json",
    check_types: Callable[[JsonObject], None] | None = None,
    rps: float = 1,
    needs_session: bool = False,
    waits: bool = False,
    quota: str = "",
) -> Callable[[MethodFunction], MethodFunction]:
    """Declare the decorated function as the service's method ``name``.

    It takes a :class:`Call` and returns what is answered as JSON, or EMPTY.
    It runs in a transaction of the world.

    :param verb: GET, POST or DELETE
    :param fields: of the JSON body, or of the query string for GET
    :param also: further verbs
    :param at_least_one: refused without any field
    :param content: how fields and file come: "json", "multipart" (a form with the part "file")
        or "raw" (the body is the file)
    :param check_types: looks at the values before the usual checks
    :param rps: requests per second that one instance may do
    :param needs_session: refused unless the instance is authorized
    :param waits: the function may wait, so it runs outside a transaction
    :param quota: the quota of the plan that it uses, see world/plan.py
    """
    form = MethodForm(name, (verb, *also), fields, at_least_one, content, check_types)

    def declare(function: MethodFunction) -> MethodFunction:
        METHODS[name.lower()] = Method(form, function, rps, needs_session, waits, quota)
        return function

    return declare


def partner_method(
    name: str, verb: str, *fields: Field, at_least_one: bool = False
) -> Callable[[PartnerFunction], PartnerFunction]:
    """Declare a method of the partner, as with :func:`method`: its calls have no instance."""
    form = MethodForm(name, (verb,), fields, at_least_one)

    def declare(function: PartnerFunction) -> PartnerFunction:
        PARTNER_METHODS[name.lower()] = PartnerMethod(form, function)
        return function

    return declare
