# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.

"""Exports in which the words of strangers stay words.

What customers write reaches messages and the names of chats, contacts and conversations, so this
concerns the exports of all models. In CSV files, Odoo itself puts an apostrophe before ``=``, ``+``
and ``-``.
"""

import itertools
import json
import re

from odoo.http import route

from odoo.addons.web.controllers.export import CSVExport, ExcelExport
from odoo.addons.web.controllers.pivot import TableExporter

# What becomes something other than text in an Excel file, or in a CSV file that Excel opens.
NO_TEXT_IN_EXCEL = re.compile(r"=|\{=|internal:|external:")
NO_TEXT_IN_CSV = re.compile(r"\s+[=+@-]|@(?!\w+$)")


def escape(value, pattern=NO_TEXT_IN_EXCEL):
    """Return a text with an apostrophe before it if it would not stay text, else the value."""
    return f"'{value}" if isinstance(value, str) and pattern.match(value) else value


def escape_rows(rows, pattern=NO_TEXT_IN_EXCEL):
    """Return the rows of an export with their texts escaped."""
    return [[escape(value, pattern) for value in row] for row in rows]


class TelegramCSVExport(CSVExport):
    """Extend the CSV export."""

    def from_data(self, fields, columns_headers, rows):
        return super().from_data(fields, columns_headers, escape_rows(rows, NO_TEXT_IN_CSV))


class TelegramExcelExport(ExcelExport):
    """Extend the Excel export of lists, grouped or not."""

    def from_data(self, fields, columns_headers, rows):
        return super().from_data(fields, columns_headers, escape_rows(rows))

    def from_group_data(self, fields, columns_headers, groups):
        self._escape_group(groups)
        return super().from_group_data(fields, columns_headers, groups)

    def _escape_group(self, group):
        """Escape the rows of a group, and the names of the groups in it, at any depth."""
        group.data = escape_rows(group.data)
        children = list(group.children.items())
        group.children.clear()
        for key, child in children:
            # The writer shows the second item of a tuple, such as (id, name).
            name = key[1] if isinstance(key, tuple) and len(key) > 1 else key
            group.children[key if escape(name) == name else (key, escape(name))] = child
            self._escape_group(child)


class TelegramTableExporter(TableExporter):
    """Extend the Excel export of pivot tables."""

    @route()
    def export_xlsx(self, data, **kw):
        table = json.loads(data if isinstance(data, str) else data.read())
        if table:
            lines = [*table["col_group_headers"], table["measure_headers"], table["rows"]]
            for titled in itertools.chain.from_iterable(lines):
                titled["title"] = escape(titled["title"])
        return super().export_xlsx(json.dumps(table), **kw)
