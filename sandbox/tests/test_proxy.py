# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The forwarding proxy: what goes through it, and every way it breaks a connection."""

import threading

import pytest
import requests

from green_api_sandbox.http.certificate import NAME
from green_api_sandbox.http.proxy import start_proxy
from green_api_sandbox.phone import Phone
from green_api_sandbox.process import start_sandbox

from .service_case import ID_INSTANCE, VASILISA

BODY = {"chatId": VASILISA, "message": "Hello"}


@pytest.fixture(scope="module", params=[(), ("--tls",)], ids=["http", "https"])
def service(request, tmp_path_factory):
    """Give the address of a service, and the certificate to trust."""
    folder = tmp_path_factory.mktemp("sandbox")
    certificate = str(folder / NAME) if request.param else None
    with start_sandbox(folder, 0, *request.param) as (_process, url):
        yield url, certificate


class Caller:
    """A program behind the proxy.

    :param proxy: running
    :param service: address and certificate
    """

    def __init__(self, proxy, service):
        self.url, self._certificate = service
        self._proxies = {"http": proxy.url, "https": proxy.url}
        self.phone = Phone(self.url, certificate=self._certificate)
        account = self.phone.create(ID_INSTANCE, stateInstance="authorized")
        self._token = account["apiTokenInstance"]
        self.is_encrypted = bool(self._certificate)

    def send(self, session=requests):
        """Send a message through the proxy; return the response."""
        return session.post(
            f"{self.url}/waInstance{ID_INSTANCE}/sendMessage/{self._token}",
            json=BODY,
            proxies=self._proxies,
            verify=self._certificate or True,
            timeout=60,
        )


@pytest.fixture
def proxy():
    with start_proxy() as running:
        yield running


@pytest.fixture
def caller(proxy, service):
    return Caller(proxy, service)


def test_forwards(proxy, caller):
    """Requests and answers come through whole, one after the other."""
    with requests.Session() as session:
        for _number in range(2):
            response = caller.send(session)
            assert response.status_code == 200
            assert response.json()["idMessage"]
            assert response.headers["Content-Type"] == "application/json"
    assert len(caller.phone.ledger()) == 2
    verbs = [verb for verb, _address in proxy.seen]
    assert verbs == ["CONNECT" if caller.is_encrypted else "POST"] * 2


@pytest.mark.parametrize("kind, arrives", [("refuse", False), ("close", False), ("cut", True)])
def test_faults(proxy, caller, kind, arrives):
    """Each fault breaks one request, and says truly whether it was carried out."""
    proxy.fault(kind)
    if kind == "refuse" and not caller.is_encrypted:
        assert caller.send().status_code == 502
    else:
        with pytest.raises(requests.ConnectionError):
            caller.send()
    assert len(caller.phone.ledger(count=int(arrives))) == int(arrives)
    assert caller.send().status_code == 200
    assert len(caller.phone.ledger()) == int(arrives) + 1


def test_gateway_timeout(proxy, caller):
    """The proxy gives up, but the request was carried out; into a tunnel it cannot speak."""
    proxy.fault("answer", part="" if caller.is_encrypted else "/sendMessage/", status=504)
    assert caller.send().status_code == (200 if caller.is_encrypted else 504)
    assert len(caller.phone.ledger()) == 1


def test_cut_now(proxy, caller):
    """Connections can be cut at any moment: here while the answer is awaited."""
    caller.phone.fault("sendMessage", "hold")
    failures = []

    def send():
        try:
            caller.send()
        except requests.ConnectionError as error:
            failures.append(error)

    thread = threading.Thread(target=send)
    thread.start()
    assert caller.phone.ledger(count=1)
    proxy.cut_connections()
    thread.join(60)
    caller.phone.release()
    assert len(failures) == 1


def test_unknown_fault(proxy):
    """A mistyped fault is refused."""
    with pytest.raises(ValueError):
        proxy.fault("cuts")


def test_nobody_there(proxy):
    """A service that cannot be reached is the proxy's 502."""
    response = requests.get("http://127.0.0.1:9/", proxies={"http": proxy.url}, timeout=60)
    assert response.status_code == 502
