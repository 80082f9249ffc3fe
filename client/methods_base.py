# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""The kinds of answers that methods in every section of the service have."""

from .. import const
from . import parsing
from .errors import OutcomeUnknownError, RetryableError
from .results import Picture, Step
from .transport import Transport
from .uploads import form_upload


class MethodsBase(Transport):
    """What the classes with the methods of one section each are made of.

    ``repeatable`` says of a call that making it twice does no harm. An answer that makes no sense
    then means "try later", else that the outcome is unknown.
    """

    def _object(self, verb, method, body=None, *, repeatable=True, **options):
        """Call a method that answers with an object."""
        answer = self._call(verb, method, body, repeatable=repeatable, **options)
        return parsing.expect(answer, dict, method, _doubt(repeatable))

    def _rows(self, verb, method, body=None, *, may_be_null=True, **options):
        """Call a method that answers with a list of objects.

        :param bool may_be_null: whether no list at all means an empty one; not where somebody
            draws conclusions from what is missing in it
        """
        answer = self._call(verb, method, body, repeatable=True, **options)
        if answer is None and not may_be_null:
            raise RetryableError(method, const.CODE_NOT_JSON, status=200)
        return parsing.rows(answer, method, RetryableError)

    def _text(self, verb, method, body=None, *, key, repeatable=True):
        """Call a method whose answer is worth nothing without the text ``key``.

        :return: the text, and the answer
        """
        answer = self._object(verb, method, body, repeatable=repeatable)
        text = parsing.text(answer, key)
        return parsing.expect(text or None, str, method, _doubt(repeatable)), answer

    def _step(self, verb, method, body=None, *, flag, repeatable=True):
        """Call a method that says with a boolean whether it worked.

        :param str flag: the key of the boolean
        :return: Step
        """
        answer = self._object(verb, method, body, repeatable=repeatable)
        data = parsing.obj(answer, "data")
        done = answer.get(flag, answer.get("status"))
        if not isinstance(done, bool):
            parsing.expect(None, dict, method, _doubt(repeatable))
        reason = parsing.text(data, "reason") or parsing.text(answer, "reason")
        return Step(
            done=done,
            reason=reason or parsing.text(answer, "error"),
            raw=answer,
            retry_after=parsing.integer(answer, "leftTime") or None,
        )

    def _picture(self, method, file, file_name, fields):
        """Upload a picture; the method's name is also the key of its boolean."""
        with form_upload(file, file_name, fields) as upload:
            step = self._step("POST", method, upload, flag=method)
        url = parsing.text(step.raw, "urlAvatar")
        return Picture(step.done, step.reason, step.raw, url_avatar=url)


def _doubt(repeatable):
    return RetryableError if repeatable else OutcomeUnknownError
