# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The results of a bench as rows of a table, each with its limit."""

import statistics
from dataclasses import dataclass

from . import record


@dataclass(frozen=True)
class Row:
    """One figure."""

    name: str
    value: float | None  # None: a heading
    unit: str = ""
    limit: float | None = None  # at most this; None: shown for comparison only
    remark: str = ""

    @property
    def is_good(self):
        """Return whether the limit, if there is one, is kept."""
        return self.limit is None or self.value <= self.limit


def report(name, rows):
    """Print the rows as a table, the verdict as its last line, store them; return the exit code.

    :param name: of the bench
    """
    record.keep(name, rows)
    return print_rows(name, rows)


def print_rows(name, rows):
    """Print the rows as a table, the verdict as its last line; return the exit code."""
    cells = [("", "measured", "limit", "")]
    cells += [(row.name, _figure(row.value, row), _limit(row), _mark(row)) for row in rows]
    name_width, value_width, limit_width = (max(len(line[n]) for line in cells) for n in range(3))
    for title, value, limit, mark in cells:
        line = f"  {title:<{name_width}}  {value:>{value_width}}  {limit:>{limit_width}}  {mark}"
        print(line.rstrip())
    exceeded = [row.name for row in rows if not row.is_good]
    print(f"{name}: {'over the limit: ' + '; '.join(exceeded) if exceeded else 'limits kept'}")
    return 1 if exceeded else 0


def median_ratio(ours, theirs):
    """Compare two series that were measured in turns: the median of the ratios of the pairs."""
    return statistics.median(one / other for one, other in zip(ours, theirs, strict=True))


def fastest_ratio(ours, theirs):
    """Compare the fastest rounds of two series that were measured in turns.

    Whatever else the machine did meanwhile only added to the others.
    """
    return min(ours) / min(theirs)


def _figure(value, row):
    if value is None:
        return ""
    digits = 0 if row.unit == "" and value == int(value) else 1 if abs(value) >= 100 else 2
    return f"{value:,.{digits}f} {row.unit}".rstrip()


def _limit(row):
    return "" if row.limit is None else _figure(row.limit, row)


def _mark(row):
    mark = " " if row.limit is None else "✓" if row.is_good else "✗"
    return f"{mark}  {row.remark}"
