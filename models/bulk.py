# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""Making thousands of rows at once, where the ORM takes longer for one than for all of them."""

from odoo.tools import SQL


def insert(model, vals_list):
    """Insert complete rows into a model's table, and return the records.

    Past the ORM: no default is added, nothing computed, no constraint of Python checked. For
    values of our own making only, and in superuser mode.

    :param model: the model; its rows get their log fields as from ``create``
    :param list vals_list: dicts of field values, all with the same fields; relations many to many
        as lists of ids
    """
    if not vals_list:
        return model.browse()
    now = model.env.cr.now()
    log = {"create_uid": model.env.uid, "write_uid": model.env.uid}
    log |= {"create_date": now, "write_date": now}
    columns = {name: [value] * len(vals_list) for name, value in log.items() if model._log_access}
    relations = []
    for name in vals_list[0]:
        values = [vals[name] for vals in vals_list]
        if model._fields[name].type == "many2many":
            relations.append((model._fields[name], values))
        else:
            columns[name] = values
    ids = _insert(model.env, model._table, *_convert(model, columns), returning="RETURNING id")
    ids = [id_ for [id_] in ids]
    for field, values in relations:
        pairs = [(id_, other) for id_, others in zip(ids, values, strict=True) for other in others]
        ends = {field.column1: [one for one, _ in pairs], field.column2: [two for _, two in pairs]}
        _insert(model.env, field.relation, ends, dict.fromkeys(ends, "int4"))
    return model.browse(ids)


def _convert(model, columns):
    """Give the values of fields as their columns want them, and the types of these."""
    converted, types = {}, {}
    for name, values in columns.items():
        field = model._fields[name]
        types[name] = field.column_type[1]
        if values.count(values[0]) == len(values):
            converted[name] = [field.convert_to_column_insert(values[0], model)] * len(values)
        else:
            converted[name] = [field.convert_to_column_insert(value, model) for value in values]
    return converted, types


def _insert(env, table, columns, types, returning=""):
    """Insert rows that are given by columns. What is the same for all is sent once.

    :param dict columns: lists of values, by the column's name
    :param dict types: of the columns, by their names
    :return: what the statement returns, in the order of the values
    """
    count = len(next(iter(columns.values())))
    arrays, names, selected = [SQL("%s::int4[]", list(range(count)))], [SQL("position")], []
    for name, values in columns.items():
        if count and values.count(values[0]) == count:
            selected.append(SQL("%s::%s", values[0], SQL(types[name])))
        else:
            arrays.append(SQL("%s::%s[]", values, SQL(types[name])))
            names.append(SQL.identifier(name))
            selected.append(SQL.identifier(name))
    return env.execute_query(
        SQL(
            "INSERT INTO %s (%s) SELECT %s FROM unnest(%s) AS rows (%s) ORDER BY position %s",
            SQL.identifier(table),
            SQL(", ").join(map(SQL.identifier, columns)),
            SQL(", ").join(selected),
            SQL(", ").join(arrays),
            SQL(", ").join(names),
            SQL(returning),
        )
    )
