# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""./dev/bench fuzz: the tests with random input, with many more examples, and new ones."""

from ..environment import addon_database
from ..environment.database import running_server
from ..environment.home import dev_home, lock
from ..environment.server import Odoo
from ..suite import run_pytest
from . import record
from .measure import Row

DATABASE = "telegram_fuzz"
TESTS = ("tests/client/test_client_properties.py", "tests/receiving/test_hostile_input.py")
TIMES_VARIABLE = "TELEGRAM_FUZZ_TIMES"


def main(options):
    """Run them; return pytest's exit code, 0 when nothing was found."""
    home = dev_home()
    busy = "Another ./dev/bench fuzz runs in this checkout."
    with lock(home, "fuzz", busy=busy), running_server(home) as server:
        odoo = Odoo(home, server)
        addon_database.create(odoo, DATABASE, odoo.home / "log" / "fuzz-install.log")
        code = run_pytest(odoo, DATABASE, TESTS, **{TIMES_VARIABLE: str(options.times)})
    found = Row("tests that found something", int(bool(code)), limit=0)
    record.keep("fuzz", [Row("times as many examples as in the suite", options.times), found])
    print(f"fuzz: {'something was found, see above' if code else 'nothing was found'}")
    return code
