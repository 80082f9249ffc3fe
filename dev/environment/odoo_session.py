# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Odoo's web API as a signed-in user: what the web client does when a person clicks."""

import requests

from .progress import DevError

TIMEOUT = (5, 120)  # seconds to connect, to answer


class OdooRequestError(DevError):
    """Odoo answered with an error; the text is what a person would read in the web client."""


class OdooSession:
    """A user's session.

    :param url: where Odoo is, without a slash at the end
    :raise OdooRequestError: when Odoo does not accept the login
    """

    def __init__(self, url, database, login, password):
        self._url = url
        self._session = requests.Session()
        user = self._post(
            "/web/session/authenticate", {"db": database, "login": login, "password": password}
        )
        if not user.get("uid"):
            raise OdooRequestError(f"Odoo does not let {login} in.")

    @property
    def session_id(self):
        """Return the value of the cookie, by which a browser continues the session."""
        return self._session.cookies["session_id"]

    def call(self, model, method, *arguments, **options):
        """Call a method of a model; on records, their ids are the first argument.

        :raise OdooRequestError: when Odoo answers with an error
        """
        return self._post(
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": arguments, "kwargs": options},
        )

    def create(self, model, **values):
        """Create a record; return its id."""
        return self.call(model, "create", [values])[0]

    def read(self, model, record_id, *names):
        """Return one record as a dictionary of the named fields."""
        return self.call(model, "read", [record_id], list(names))[0]

    def find(self, model, domain, *names, **options):
        """Return the records of a domain as dictionaries of the named fields."""
        return self.call(model, "search_read", domain, list(names), **options)

    def _post(self, path, parameters):
        body = {"jsonrpc": "2.0", "method": "call", "params": parameters}
        response = self._session.post(self._url + path, json=body, timeout=TIMEOUT)
        response.raise_for_status()
        answer = response.json()
        if "error" in answer:
            data = answer["error"].get("data", {})
            raise OdooRequestError(data.get("message") or str(answer["error"]))
        return answer.get("result")  # a method that returns nothing has none
