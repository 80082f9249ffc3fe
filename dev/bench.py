# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""./dev/bench: measurements with a limit each; the exit code is 1 when one is exceeded."""

import argparse
import importlib
import sys

from .environment.addon_modules import load
from .environment.progress import command

# Name on the command line and what it says; the module is in benches/, its main() takes the
# options and returns the exit code.
BENCHES = {
    "memory": "how much memory the client needs for sending and fetching a file of 100 MB",
    "send": "how long composing and sending take, against Odoo's SMS composer and a bare loop of "
    "calls",
    "receive": "how many messages come in by webhook and by fetching, against OCA's "
    "mail_gateway_telegram, and with many messages stored",
    "team": "how soon the inbox and the dashboard open with many chats and messages",
    "features": "what receiving and sending cost those who use neither the inbox nor rules",
    "mailing-report": "how soon the report of a mailing to very many opens",
    "listen": "how soon answers come to polled accounts, what waiting for them costs, and whether "
    "it slows sending down",
    "outages": "how soon all polled accounts are heard again after GREEN-API, the network or "
    "PostgreSQL was gone, by Odoo with threads and with workers",
    "pages": "how soon pages open in a browser with much of Telegram in them, against the same "
    "pages of an Odoo without the addon",
    "flood": "whether Odoo stays usable and nothing is lost under ten times the deliveries of the "
    "service, and what a delivery of a stranger costs",
    "chaos-send": "whether each message goes out once and in order while Odoo and the service "
    "are killed or stopped, calls go wrong, clocks differ, texts are formatted and people press "
    "twice",
    "chaos-receive": "whether each message comes in once and in order while Odoo is killed, the "
    "database restarts and calls go wrong",
    "chaos-listen": "whether each message comes in once and in order while the Odoo processes that "
    "listen are killed and stopped",
    "chaos-mailing": "whether a mailing writes to each person at most once while Odoo and the "
    "service are killed, and it is paused, resumed and stopped",
    "fuzz": "whether random and hostile input of many kinds breaks, runs or reaches anything",
    "table": "print what was measured last, of all of these, in one table",
}


def bench_options(arguments):
    """Parse the arguments of ./dev/bench."""
    parser = argparse.ArgumentParser(
        prog="./dev/bench",
        description="Measure, print a table, and end with 1 when a limit is exceeded.",
        allow_abbrev=False,
    )
    benches = parser.add_subparsers(dest="bench", required=True, metavar="BENCH")
    parsers = {
        name: benches.add_parser(name, help=text, description=text, allow_abbrev=False)
        for name, text in BENCHES.items()
    }
    _add_send_options(parsers["send"])
    _add_receive_options(parsers["receive"])
    parsers["team"].add_argument("--chats", type=int, default=100_000, help="(%(default)s)")
    parsers["team"].add_argument("--messages", type=int, default=500_000, help="(%(default)s)")
    parsers["features"].add_argument(
        "--rounds", type=int, default=20, help="of each kind of work (%(default)s)"
    )
    parsers["mailing-report"].add_argument(
        "--messages", type=int, default=100_000, help="(%(default)s)"
    )
    _add_listen_options(parsers["listen"])
    _add_outages_options(parsers["outages"])
    _add_pages_options(parsers["pages"])
    parsers["flood"].add_argument(
        "--seconds", type=int, default=10, help="of deliveries that are offered (%(default)s)"
    )
    _add_chaos_options(parsers["chaos-send"], messages=2000, minutes=12)
    parsers["chaos-send"].add_argument(
        "--automatic", type=int, help="messages of server actions (default: every tenth)"
    )
    parsers["chaos-send"].add_argument(
        "--without",
        action="append",
        choices=load("tests.chaos.letters").PARTS,
        default=[],
        help="leave something out, to see what the rest does; may be repeated",
    )
    _add_chaos_options(parsers["chaos-receive"], messages=20000, minutes=30)
    _add_chaos_listen_options(parsers["chaos-listen"])
    parsers["chaos-mailing"].add_argument(
        "--messages", type=int, default=2000, help="recipients (%(default)s)"
    )
    parsers["chaos-mailing"].add_argument(
        "--minutes", type=float, default=12, help="then it counts as hanging (%(default)s)"
    )
    parsers["fuzz"].add_argument(
        "--times", type=int, default=20, help="as many examples as in the suite (%(default)s)"
    )
    return parser.parse_args(arguments)


def _add_send_options(parser):
    parts = ("compose", "drain", "history")
    parser.add_argument("--only", action="append", choices=parts, help="may be repeated")
    parser.add_argument("--rounds", type=int, help="how often the two sides take turns")
    parser.add_argument("--count", type=int, help="of messages in a round; less for a quick look")


def _add_receive_options(parser):
    parser.add_argument("--only", action="append", choices=("load", "history"))
    parser.add_argument("--count", type=int, default=200, help="of messages in a round")
    parser.add_argument("--stored-chats", type=int, default=100_000)
    parser.add_argument("--stored-messages", type=int, default=500_000)


def _add_chaos_listen_options(parser):
    parser.add_argument("--accounts", type=int, default=20, help="that are polled (%(default)s)")
    parser.add_argument("--rounds", type=int, default=30, help="(%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of what goes wrong (%(default)s)")
    parser.add_argument(
        "--minutes", type=float, default=15, help="then nothing happens any more (%(default)s)"
    )


def _add_listen_options(parser):
    parser.add_argument(
        "--accounts",
        type=lambda text: sorted(map(int, text.split(","))),
        default=[1, 10, 50, 200, 500],
        help="numbers of accounts, separated by commas (1,10,50,200,500)",
    )
    parser.add_argument(
        "--loaded", type=int, default=200, help="accounts while texts are sent (%(default)s)"
    )
    parser.add_argument(
        "--idle-seconds",
        type=int,
        default=50,  # in which GREEN-API answers each account once
        help="of waiting (%(default)s)",
    )
    parser.add_argument("--messages", type=int, default=20, help="of customers (%(default)s)")
    parser.add_argument("--pause", type=float, default=0.7, help="between two (%(default)s s)")
    parser.add_argument("--texts", type=int, default=1000, help="to be sent (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="of sending (%(default)s)")


def _add_outages_options(parser):
    parser.add_argument("--accounts", type=int, default=50, help="of each server (%(default)s)")
    parser.add_argument(
        "--seconds", type=int, default=0, help="of each outage at least (as long as it matters)"
    )
    kinds = ("502", "refused", "silent", "database")
    parser.add_argument("--only", action="append", choices=kinds, help="may be repeated")


def _add_pages_options(parser):
    parser.add_argument("--messages", type=int, default=500_000, help="stored (%(default)s)")
    parser.add_argument("--conversations", type=int, default=2000, help="in Discuss (%(default)s)")
    parser.add_argument("--rounds", type=int, default=10, help="of each page (%(default)s)")
    pages = ("contact", "discuss", "list", "composer")
    parser.add_argument("--only", action="append", choices=pages, help="may be repeated")


def _add_chaos_options(parser, messages, minutes):
    parser.add_argument("--messages", type=int, default=messages, help="default: %(default)s")
    parser.add_argument("--rounds", type=int, help="kills happen once a round (default: by number)")
    parser.add_argument("--seed", type=int, default=1, help="of what goes wrong (%(default)s)")
    parser.add_argument(
        "--minutes", type=float, default=minutes, help="then no more is killed (%(default)s)"
    )


def main():
    """Run the measurement that the command line names; return the exit code."""
    options = bench_options(sys.argv[1:])
    module = f"dev.benches.{options.bench.replace('-', '_')}"
    return importlib.import_module(module).main(options)


if __name__ == "__main__":
    command(main)
