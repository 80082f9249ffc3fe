# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""Making thousands of rows at once, where the ORM takes longer for one than for all of them."""

import json

from psycopg2.extras import Json

from odoo.tools import SQL
from odoo.tools.json import json_default


def insert(model, vals_list, **common):
    """Insert complete rows into a model's table, and return the records.

    Past the ORM: no default is added, nothing computed, no constraint of Python checked. For
    values of our own making only, and in superuser mode.

    :param model: the model; its rows get their log fields as from ``create``
    :param list vals_list: dicts of field values, all with the same fields; relations many to many
        as lists of ids
    :param common: field values of all rows
    """
    if not vals_list:
        return model.browse()
    if model._log_access:
        now = model.env.cr.now()
        common |= {"create_uid": model.env.uid, "write_uid": model.env.uid}
        common |= {"create_date": now, "write_date": now}
    relations, varying = [], []
    for name, first in vals_list[0].items():
        if model._fields[name].type == "many2many":
            relations.append(name)
        elif varying and all(vals[name] == first for vals in vals_list):
            common[name] = first  # what is the same for all is sent once; one column has to stay
        else:
            varying.append(name)
    ids = _insert(
        model.env,
        model._table,
        {name: model._fields[name].column_type[1] for name in (*varying, *common)},
        [_convert(model, varying, vals) for vals in vals_list],
        _convert(model, common, common),
        returning="RETURNING id",
    )
    ids = [id_ for [id_] in ids]
    for name in relations:
        field = model._fields[name]
        pairs = [
            {field.column1: id_, field.column2: other}
            for id_, vals in zip(ids, vals_list, strict=True)
            for other in vals[name]
        ]
        types = dict.fromkeys((field.column1, field.column2), "int4")
        _insert(model.env, field.relation, types, pairs)
    return model.browse(ids)


def _convert(model, names, vals):
    """Give values of these fields as their columns want them, as a dict."""
    return {name: model._fields[name].convert_to_column_insert(vals[name], model) for name in names}


def _insert(env, table, types, rows, common=(), returning=""):
    """Insert rows as JSON: PostgreSQL reads that several times as fast as so many values.

    :param dict types: of all columns, by their names
    :param list rows: dicts of values
    :param dict common: the values of all rows
    :return: what the statement returns, in the order of the rows
    """
    described, selected = [], []
    for name, type_ in types.items():
        if name in common:
            selected.append(SQL("%s::%s", common[name], SQL(type_)))
        else:
            described.append(SQL("%s %s", SQL.identifier(name), SQL(type_)))
            selected.append(SQL.identifier(name))
    return env.execute_query(
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


def _to_json(value):
    """Give what JSON does not know: the value of a JSON column, or a time."""
    return value.adapted if isinstance(value, Json) else json_default(value)
