# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""./dev/bench: measurements with a limit each; the exit code is 1 when one is exceeded."""

import argparse
import importlib
import sys

from .progress import command

# Name on the command line and what it says; the module is bench_<name>, its main() returns
# the exit code.
BENCHES = {
    "memory": "how much memory the client needs for sending and fetching a file of 100 MB",
}


def bench_options(arguments):
    """Parse the arguments of ./dev/bench."""
    parser = argparse.ArgumentParser(
        prog="./dev/bench",
        description="Measure, print a table, and end with 1 when a limit is exceeded.",
        epilog="\n".join(f"{name}: {text}" for name, text in BENCHES.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("bench", choices=sorted(BENCHES), help="what to measure")
    return parser.parse_args(arguments)


def main():
    """Run the measurement that the command line names; return the exit code."""
    options = bench_options(sys.argv[1:])
    return importlib.import_module(f"dev.bench_{options.bench}").main()


if __name__ == "__main__":
    command(main)
