# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Arguments of methods for programmers, who may call them by RPC: it knows IDs and JSON only."""

import base64
import binascii
import inspect
from collections.abc import Callable
from datetime import datetime
from functools import partial, wraps
from typing import Any, TypeVar

from odoo import fields
from odoo.exceptions import UserError
from odoo.models import BaseModel

Method = TypeVar("Method", bound=Callable[..., Any])
IDS_MAX = 2**31  # of a column in the database
# Parameters whose texts are digits, so that a number is one, too.
NUMBERS = ("chat_id", "participant_chat_id", "phone")


class One(str):
    """Name of a model of which one record is taken; or none, if the parameter has a default."""

    __slots__ = ()


def takes(**kinds: Any) -> Callable[[Method], Method]:
    """Return a decorator that converts arguments, and refuses those of a wrong kind.

    :param kinds: by name of the parameter: a type, or the name of a model whose records or IDs
        are taken, see ``One``. Of several models, separated by blanks, IDs are of the first one.
        None and False stay as they are.
    :raise UserError: when the method is called; it says which kind is wanted
    """

    def decorate(method: Method) -> Method:
        signature = inspect.signature(method)

        @wraps(method)
        def call(self: BaseModel, *args: Any, **options: Any) -> Any:
            bound = signature.bind(self, *args, **options)
            for name, kind in kinds.items():
                if name in bound.arguments:
                    parameter = signature.parameters[name]
                    bound.arguments[name] = _convert(self, parameter, kind, bound.arguments[name])
            return method(*bound.args, **bound.kwargs)

        return call  # type: ignore[return-value]

    return decorate


def _convert(records: BaseModel, parameter: inspect.Parameter, kind: Any, value: Any) -> Any:
    """Return an argument as a method takes it.

    :raise UserError: it is of another kind
    """
    try:
        if isinstance(kind, str):
            found = _to_records(records, kind, value)
            if isinstance(kind, One) and not found and parameter.default is parameter.empty:
                raise ValueError
            return found
        if isinstance(value, str) and "\0" in value:
            raise ValueError  # the database stores no such text
        if value is None or value is False or isinstance(value, kind):
            return value
        if parameter.name in NUMBERS and isinstance(value, int) and value is not True:
            return str(value)
        if kind is datetime and isinstance(value, str):
            return fields.Datetime.to_datetime(value)
        if kind is bytes and isinstance(value, str):
            return base64.b64decode(value, validate=True)
        if kind is float and isinstance(value, int):
            return float(value)
    except (ValueError, OverflowError, binascii.Error):  # pylint: disable=except-pass
        pass
    # Others learn nothing about the method.
    getattr(records, "_check_operated", partial(records.check_access, "read"))()
    wanted = getattr(kind, "__name__", str(kind))
    raise UserError(
        records.env._(
            "“%(value)s” is not a value for “%(name)s”. It takes %(kind)s.",
            value=str(value)[:50],
            name=parameter.name,
            kind=wanted,
        )
    )


def _to_records(records: BaseModel, kind: str, value: Any) -> BaseModel:
    """Return records for records, an ID or a list of IDs.

    :param kind: names of the models
    :raise ValueError: the value is none of them, or several records where one is wanted
    """
    models = kind.split()
    if isinstance(value, BaseModel):
        found, is_known = value, value._name in models
    else:
        ids = value if isinstance(value, list | tuple) else [value]
        ids = [] if value is None or value is False else ids
        is_known = all(type(each) is int and 0 < each < IDS_MAX for each in ids)
        found = records.env[models[0]].browse(ids if is_known else [])
    if not is_known or (isinstance(kind, One) and len(found) > 1):
        raise ValueError
    return found
