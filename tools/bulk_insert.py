# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Insert thousands of rows with one statement, for speed.

Core's way is ``create``. ``models/mail/message_posting.py`` names the measured difference and the
test that compares the rows.
"""

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from psycopg2.extras import Json

from odoo.api import Environment
from odoo.fields import Field
from odoo.models import BaseModel
from odoo.tools import SQL
from odoo.tools.json import json_default

Row = dict[str, Any]
SANITIZED = 256  # values of which the result is remembered: more than the messages of a batch


def insert(model: BaseModel, vals_list: list[Row], **common: Any) -> BaseModel:
    """Insert complete rows into a model's table and return the records.

    Bypass the ORM: no default is added, no field computed and no Python constraint checked. For
    values that the addon itself prepares, and in superuser mode only.

    :param model: the model; its rows get the same log fields as from ``create``
    :param vals_list: dicts of field values, all with the same fields; a Many2many as a list of ids
    :param common: field values of all rows
    :return: the records, in the order of ``vals_list``
    """
    if not vals_list:
        return model.browse()
    if model._log_access:
        now = model.env.cr.now()
        common |= {"create_uid": model.env.uid, "write_uid": model.env.uid}
        common |= {"create_date": now, "write_date": now}
    relations: list[str] = []
    varying: list[str] = []
    for name, first in vals_list[0].items():
        if model._fields[name].type == "many2many":
            relations.append(name)
        elif varying and all(vals[name] == first for vals in vals_list):
            common[name] = first  # an equal value is sent once; one column has to vary
        else:
            varying.append(name)
    rows = _insert_rows(
        model.env,
        model._table,
        {name: model._fields[name].column_type[1] for name in (*varying, *common)},
        [_convert_to_columns(model, varying, vals) for vals in vals_list],
        _convert_to_columns(model, common, common),
        returning="RETURNING id",
    )
    ids = [id_ for [id_] in rows]
    for name in relations:
        _insert_relation(model, name, ids, vals_list)
    return model.browse(ids)


def _insert_relation(model: BaseModel, name: str, ids: list[int], vals_list: list[Row]) -> None:
    """Insert the rows of a Many2many field."""
    field = model._fields[name]
    pairs = [
        {field.column1: id_, field.column2: other}
        for id_, vals in zip(ids, vals_list, strict=True)
        for other in vals[name]
    ]
    types = dict.fromkeys((field.column1, field.column2), "int4")
    _insert_rows(model.env, field.relation, types, pairs)


def _convert_to_columns(model: BaseModel, names: Iterable[str], vals: Row) -> Row:
    """Return values of these fields in the form that their columns store."""
    return {name: _convert_to_column(model, model._fields[name], vals[name]) for name in names}


def _convert_to_column(model: BaseModel, field: Field, value: Any) -> Any:
    if field.type == "html" and not field.sanitize_overridable:
        return _sanitize(field, value)
    return field.convert_to_column_insert(value, model)


@lru_cache(maxsize=SANITIZED)
def _sanitize(field: Field, value: Any) -> Any:
    """Return the value of an Html field that no user's rights change.

    A message has the same text in its conversation and on its record. To sanitize it takes as long
    as to insert it.
    """
    return field.convert_to_column_insert(value, None)


def _insert_rows(
    env: Environment,
    table: str,
    types: dict[str, str],
    rows: list[Row],
    common: Mapping[str, Any] | None = None,
    returning: str = "",
) -> list[tuple[Any, ...]]:
    """Insert rows as JSON, which PostgreSQL reads several times as fast as single values.

    :param types: the column types by column name
    :param rows: dicts of the values that vary, by column name
    :param common: the values of all rows, by column name
    :return: the rows that the statement returns, in the order of ``rows``
    """
    common = common or {}
    described, selected = [], []
    for name, type_ in types.items():
        if name in common:
            selected.append(SQL("%s::%s", common[name], SQL(type_)))
        else:
            described.append(SQL("%s %s", SQL.identifier(name), SQL(type_)))
            selected.append(SQL.identifier(name))
    inserted: list[tuple[Any, ...]] = env.execute_query(
        SQL(
            "INSERT INTO %s (%s) SELECT %s FROM ROWS FROM (json_to_recordset(%s) AS (%s))"
            " WITH ORDINALITY ORDER BY ordinality %s",
            SQL.identifier(table),
            SQL(", ").join(map(SQL.identifier, types)),
            SQL(", ").join(selected),
            json.dumps(rows, default=_to_json),
            SQL(", ").join(described),
            SQL(returning),
        )
    )
    return inserted


def _to_json(value: Any) -> Any:
    """Return a value of a JSON column, or a date, in a form that ``json`` can write."""
    return value.adapted if isinstance(value, Json) else json_default(value)
