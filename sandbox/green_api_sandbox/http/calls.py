# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""One call of the service: from the path to the method and its answer."""

from collections import deque
from collections.abc import Callable

from werkzeug.utils import send_file
from werkzeug.wrappers import Request, Response

from ..service.errors import ServiceError
from ..service.methods import METHODS, PARTNER_METHODS
from ..service.registry import Call, Method, MethodForm, PartnerCall
from ..service.session import check_session
from ..world import faults, files, plan, request_log
from ..world.documents import ID_INSTANCE, Instance
from ..world.faults import Fault
from ..world.request_log import NOBODY
from ..world.world import World
from . import fault_effects, request_bodies
from .hearing import Hearing
from .responses import UNAUTHORIZED, json_answer, not_found, refusal

#: the one method that answers a wrong token with 200
TELLS_UNAUTHORIZED = "updateApiToken"
#: the one method whose path has a last part
TAKES_RECEIPT = "deleteNotification"


class Arrival:
    """A request on its way to the method.

    :param id_instance: NOBODY when the path names none
    :param name: the name of the method in the path
    :param form: of the declared method of that name, or None
    """

    def __init__(
        self,
        request: Request,
        id_instance: int,
        name: str,
        form: MethodForm | None,
        token: str,
        receipt_id: str | None = None,
    ) -> None:
        self.request = request
        self.id_instance = id_instance
        self.name = form.name if form else name
        self.form = form
        self.token = token
        self.receipt_id = receipt_id
        self.body = request_bodies.read(request, form is not None and form.content == "raw")
        self.fault: Fault | None = None
        #: its number in the list of requests
        self.number = 0

    def fits(self) -> bool:
        """Return whether the method takes this verb, and this path."""
        if not self.form or (self.receipt_id is not None and self.name != TAKES_RECEIPT):
            return False
        return self.request.method in self.form.verbs


class Calls:
    """Answers the calls of instances and of the partner.

    :param partner_token: None: the partner's methods refuse
    """

    def __init__(self, world: World, partner_token: str | None = None) -> None:
        self._world = world
        self._partner_token = partner_token
        self._hearing = Hearing(world)

    def answer(
        self,
        request: Request,
        id_instance: str,
        method: str,
        token: str,
        receipt_id: str | None = None,
    ) -> Response:
        """Return the response to ``/waInstance…``, with the fault that may be waiting for it.

        The parameters are the parts of the path.

        :raise ConnectionError: when a fault cuts the connection
        """
        number = int(id_instance) if ID_INSTANCE.fullmatch(id_instance) else NOBODY
        declared = METHODS.get(method.lower())
        form = declared.form if declared else None
        arrival = Arrival(request, number, method, form, token, receipt_id)
        return self._answer(arrival, lambda: self._serve(arrival, declared))

    def answer_partner(self, request: Request, method: str, token: str) -> Response:
        """Return the response to ``/partner/…``; see :meth:`answer`."""
        declared = PARTNER_METHODS.get(method.lower())
        form = declared.form if declared else None
        arrival = Arrival(request, NOBODY, method, form, token)

        def serve() -> Response:
            if not declared or not arrival.fits():
                return not_found(request)
            if token != self._partner_token:
                return json_answer(UNAUTHORIZED)
            values, _file = request_bodies.read_values(request, arrival.body, declared.form)
            with self._world.transaction():
                return json_answer(declared.function(PartnerCall(self._world, values)))

        return self._answer(arrival, serve)

    def answer_download(self, request: Request, name: str) -> Response:
        """Return the response to ``/download/…``: a stored file. These requests are not logged."""

        def serve() -> Response:
            path = files.find(self._world, name)
            return send_file(path, request.environ) if path else not_found(request)

        fault = self._world.faults.use(NOBODY, faults.DOWNLOAD)
        return self._with_fault(request, fault, serve)

    def _answer(self, arrival: Arrival, serve: Callable[[], Response]) -> Response:
        """Log the request, and answer it."""
        arrival.fault = self._world.faults.use(arrival.id_instance, arrival.name)
        self._record(arrival)
        return self._with_fault(arrival.request, arrival.fault, serve)

    def _with_fault(
        self, request: Request, fault: Fault | None, serve: Callable[[], Response]
    ) -> Response:
        """Return the response that ``serve()`` returns, or what a fault makes of it."""
        connection = request.environ["werkzeug.socket"]
        releases = self._world.faults.releases
        if fault and fault.kind in faults.BEFORE:
            return fault_effects.answer_instead(fault, connection)
        try:
            response = serve()
        except ServiceError as error:
            response = refusal(request, error)
        if fault:
            return fault_effects.spoil_answer(
                fault, self._world.faults, releases, connection, response
            )
        return response

    def _record(self, arrival: Arrival) -> None:
        """Log the request for the control interface, without the token."""
        request = arrival.request
        seen = {
            "method": arrival.name,
            "verb": request.method,
            "query": request.args.to_dict(),
            "receiptId": arrival.receipt_id,
            "body": arrival.body.readable(),
            "headers": dict(request.headers),
            "fault": arrival.fault.kind if arrival.fault else None,
        }
        arrival.number = request_log.record(self._world, arrival.id_instance, seen)

    def _serve(self, arrival: Arrival, method: Method | None) -> Response:
        if arrival.id_instance == NOBODY:
            raise ServiceError("Parameter idInstance not an integer")
        instance = self._find(arrival.id_instance)
        if not method or not arrival.fits():
            return not_found(arrival.request)
        if arrival.token != instance.api_token_instance:
            if method.name == TELLS_UNAUTHORIZED:
                return json_answer(UNAUTHORIZED)
            return Response(status=401)
        self._check_rate(instance, method)
        _check_usable(instance, method)
        values, file = request_bodies.read_values(arrival.request, arrival.body, method.form)
        call = Call(
            self._world, values, instance, arrival.number, arrival.receipt_id, file, arrival.fault
        )
        if method.waits:
            with self._hearing.hear(instance.id_instance, arrival.request):
                return json_answer(method.function(call))
        with self._world.transaction(instance.id_instance):
            # read again: only under the lock it cannot change any longer
            call.instance = self._find(instance.id_instance)
            return self._carry_out(call, method)

    def _carry_out(self, call: Call, method: Method) -> Response:
        exceeded = plan.check(self._world, call.instance, method.name, method.quota, call.values)
        if exceeded:
            return json_answer(exceeded, 466)
        answer = method.function(call)
        plan.count(self._world, call.instance, method.name, method.quota, call.values)
        return json_answer(answer)

    def _find(self, id_instance: int) -> Instance:
        with self._world.changed:
            instance = self._world.instance(id_instance)
        if not instance:
            raise ServiceError("Forbidden", 403)
        return instance

    def _check_rate(self, instance: Instance, method: Method) -> None:
        """Refuse more than the method's requests per second."""
        if not instance.rate_limits:
            return
        limit = max(1, int(method.rps))
        window = limit / method.rps
        with self._world.changed:
            now = self._world.clock.now()
            recent = self._world.recent_calls[instance.id_instance].setdefault(method.name, deque())
            while recent and recent[0] <= now - window:
                recent.popleft()
            if len(recent) >= limit:
                raise ServiceError("Too Many Requests", 429, plain=True)
            recent.append(now)


def _check_usable(instance: Instance, method: Method) -> None:
    if instance.deleted:
        raise ServiceError("Instance is deleted")
    if instance.expired:
        raise ServiceError("Instance account is expired. Renew your instance from personal area")
    if method.needs_session:
        check_session(instance)
