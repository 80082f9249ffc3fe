# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The commands' options, apart from the rest: help and mistakes need no environment."""

import argparse
import re

ODOO_PORT = 8069
DATABASE_NAME = re.compile(r"[a-z][a-z0-9_]*")


def demo_options(arguments):
    """Parse the arguments of ./dev/demo."""
    parser = argparse.ArgumentParser(
        prog="./dev/demo",
        description="Start Odoo with the addon and a local GREEN-API service, do the addon's main "
        "job on them, and stay up to be looked at.",
        allow_abbrev=False,
    )
    parser.add_argument("--once", action="store_true", help="end after the main job")
    parser.add_argument(
        "--fresh", action="store_true", help="forget the database and the chats of earlier demos"
    )
    parser.add_argument(
        "--port", type=int, help=f"port of Odoo (default: {ODOO_PORT}, or a free one)"
    )
    parser.add_argument(
        "--formatting",
        choices=("off", "whatsapp", "greedy"),
        default="whatsapp",
        help="which marks in texts the local service formats (default: %(default)s)",
    )
    return parser.parse_args(arguments)


def release_options(arguments):
    """Parse the arguments of ./dev/release."""
    parser = argparse.ArgumentParser(
        prog="./dev/release",
        description="Build a wheel and an archive of the last commit in dist/, install each in a "
        "bare Odoo and write to a customer with it.",
        allow_abbrev=False,
    )
    parser.add_argument("--build-only", action="store_true", help="do not prove them")
    return parser.parse_args(arguments)


def pictures_options(arguments):
    """Parse the arguments of ./dev/pictures."""
    parser = argparse.ArgumentParser(
        prog="./dev/pictures",
        description="Take the pictures of the store page and the guide with a browser test, and "
        "store them in static/description/.",
        allow_abbrev=False,
    )
    parser.add_argument("--reuse", action="store_true", help="keep the database of the last run")
    parser.add_argument("--no-update", action="store_true", help="with --reuse: leave it as it is")
    parser.add_argument(
        "--collect", action="store_true", help="take those of the last run of the test"
    )
    parser.add_argument("--database", default="telegram_pictures", metavar="NAME")
    return parser.parse_args(arguments)


def test_options(arguments):
    """Parse the arguments of ./dev/test.

    :return: the options, and a list of the arguments for pytest
    """
    parser = argparse.ArgumentParser(
        prog="./dev/test",
        description="Run the tests and, without pytest options, the lint checks.",
        epilog="All other options and paths go on to pytest: ./dev/test tests/client -k qr",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--reuse",
        action="store_true",
        help="keep the test database of the last run and only update the addon in it",
    )
    parser.add_argument(
        "--no-update",
        action="store_true",
        help="with --reuse: leave the database as it is; enough after changes in Python methods",
    )
    parser.add_argument(
        "--database", default="telegram_test", metavar="NAME", help="default: %(default)s"
    )
    parser.add_argument(
        "--lint",
        action=argparse.BooleanOptionalAction,
        help="run the lint checks too, or do not",
    )
    options, rest = parser.parse_known_args(arguments)
    if not DATABASE_NAME.fullmatch(options.database):
        parser.error("--database: small letters, digits and underscores, please")
    return options, rest
