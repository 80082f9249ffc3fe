# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""Making thousands of rows at once, where the ORM takes longer for one than for all of them."""

from psycopg2.sql import SQL, Identifier

PAGE_SIZE = 1000  # rows of one statement


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
    stored = [name for name in vals_list[0] if model._fields[name].column_type]
    log = {}
    if model._log_access:
        now = model.env.cr.now()
        log = {
            "create_uid": model.env.uid,
            "create_date": now,
            "write_uid": model.env.uid,
            "write_date": now,
        }
    columns = [_convert(model, name, [vals[name] for vals in vals_list]) for name in stored]
    rows = [(*row, *log.values()) for row in zip(*columns, strict=True)]
    ids = _insert_rows(model.env.cr, model._table, [*stored, *log], rows, returning=True)
    records = model.browse(ids)
    for name in vals_list[0]:
        field = model._fields[name]
        if field.type == "many2many":
            pairs = [
                (record_id, other_id)
                for record_id, vals in zip(ids, vals_list, strict=True)
                for other_id in vals[name]
            ]
            _insert_rows(model.env.cr, field.relation, [field.column1, field.column2], pairs)
    return records


def _convert(model, name, values):
    """Return the values of a field as its column wants them; the same one for all, only once."""
    field = model._fields[name]
    if values.count(values[0]) == len(values):
        return [field.convert_to_column_insert(values[0], model)] * len(values)
    return [field.convert_to_column_insert(value, model) for value in values]


def _insert_rows(cr, table, columns, rows, returning=False):
    query = SQL("INSERT INTO {} ({}) VALUES %s{}").format(
        Identifier(table),
        SQL(", ").join(map(Identifier, columns)),
        SQL(" RETURNING id" if returning else ""),
    )
    found = cr.execute_values(query, rows, page_size=PAGE_SIZE, fetch=returning)
    return [row[0] for row in found] if returning else []
