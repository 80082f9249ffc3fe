# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""The forms of responses that methods in all sections of GREEN-API share."""

from collections.abc import Mapping
from typing import Any

from .. import const
from . import parsing
from .errors import RetryableError, unclear_error
from .parsing import JsonObject
from .results import Picture, Step
from .transport import Transport
from .uploads import FileSource, Upload, form_upload


class MethodsBase(Transport):
    """Base class of the classes with the methods of one section each.

    ``repeatable`` says whether making a call twice does no harm. A response that cannot be
    understood then raises RetryableError, otherwise OutcomeUnknownError.
    """

    def _object(
        self,
        verb: str,
        method: str,
        body: JsonObject | Upload | None = None,
        *,
        repeatable: bool = True,
    ) -> JsonObject:
        """Call a method that returns an object."""
        response = self._call(verb, method, body, repeatable=repeatable)
        return parsing.expect(response, dict, method, unclear_error(repeatable))

    def _rows(
        self,
        verb: str,
        method: str,
        body: JsonObject | None = None,
        *,
        params: Mapping[str, Any] | None = None,
        may_be_null: bool = True,
    ) -> list[JsonObject]:
        """Call a method that returns a list of objects.

        :param may_be_null: whether ``null`` is an empty list; False if the caller draws
            conclusions from what is missing in the list
        """
        response = self._call(verb, method, body, params=params, repeatable=True)
        if response is None and not may_be_null:
            raise RetryableError(method, const.CODE_NOT_JSON, status=200)
        return parsing.rows(response, method, RetryableError)

    def _text(
        self,
        verb: str,
        method: str,
        body: JsonObject | Upload | None = None,
        *,
        key: str,
        repeatable: bool = True,
    ) -> tuple[str, JsonObject]:
        """Call a method whose response must contain the text ``key``.

        :return: the text and the response
        """
        response = self._object(verb, method, body, repeatable=repeatable)
        text = parsing.text(response, key)
        return parsing.expect(text or None, str, method, unclear_error(repeatable)), response

    def _step(
        self,
        verb: str,
        method: str,
        body: JsonObject | Upload | None = None,
        *,
        flag: str,
        repeatable: bool = True,
    ) -> Step:
        """Call a method whose response contains a boolean for success.

        :param flag: key of the boolean
        """
        response = self._object(verb, method, body, repeatable=repeatable)
        data = parsing.obj(response, "data")
        done = response.get(flag, response.get("status"))
        if not isinstance(done, bool):
            raise unclear_error(repeatable)(method, const.CODE_NOT_JSON, status=200)
        reason = parsing.text(data, "reason") or parsing.text(response, "reason")
        return Step(
            done=done,
            reason=reason or parsing.text(response, "error"),
            raw=response,
            retry_after=parsing.integer(response, "leftTime") or None,
        )

    def _picture(
        self, method: str, file: FileSource, file_name: str, fields: Mapping[str, str]
    ) -> Picture:
        """Upload a picture; the method's name is also the key of its boolean."""
        with form_upload(file, file_name, fields) as upload:
            step = self._step("POST", method, upload, flag=method)
        url = parsing.text(step.raw, "urlAvatar")
        return Picture(step.done, step.reason, step.raw, url_avatar=url)
