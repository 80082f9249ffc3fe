# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""./dev/bench table: everything that was measured last, in one table; it is kept as JSON, too."""

from ..environment.progress import DevError
from . import record
from .measure import Row, print_rows


def main(_options):
    """Print the table; return 1 when a limit was exceeded."""
    kept = record.read()
    if not kept:
        raise DevError("Nothing has been measured yet: ./dev/bench --help lists what there is.")
    rows = []
    for name, bench in kept.items():
        heading = f"{bench['measured_at'][:16]} UTC, {bench['commit']}, load {bench['load']:.1f}"
        rows += [Row(name, None, remark=heading), *(Row(**row) for row in bench["rows"])]
    for key, value in record.describe_machine().items():
        print(f"{key}: {value}")
    code = print_rows("all", rows)
    print(f"As JSON: {record.get_path()}")
    return code
