# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""The program: ``python -m green_api_sandbox --port 8089 --data DIR``."""

import argparse
import os
import signal
import sqlite3
import sys
import threading
from collections.abc import Sequence

from . import __doc__ as description
from .http.server import listen
from .world import account, formatting
from .world.scheduler import Scheduler
from .world.world import World


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m green_api_sandbox",
        description=description,
        epilog="The control interface is described by: python -m pydoc green_api_sandbox.control",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", required=True, metavar="DIR", help="folder for the state")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument(
        "--port", type=int, default=8089, help="port, 0 takes a free one (%(default)s)"
    )
    parser.add_argument(
        "--instance",
        action="append",
        default=[],
        type=_instance,
        metavar="ID:TOKEN",
        help="an instance to have, made when missing; may be repeated",
    )
    parser.add_argument(
        "--pace",
        choices=("real", "fast"),
        default="real",
        help="real: new instances keep the service's send interval, start-up time, rate limits"
        " and refresh time of counters; fast: none of these (%(default)s)",
    )
    parser.add_argument(
        "--formatting",
        choices=formatting.MODES,
        default="off",
        help="of new instances, which marks in texts format: none; those at the boundaries of"
        " words; any pair (%(default)s)",
    )
    parser.add_argument(
        "--formatting-back",
        choices=formatting.BACK,
        default="raw",
        help="of new instances, how formatted texts come back: as they were sent; without marks;"
        " with literal marks doubled (%(default)s)",
    )
    parser.add_argument(
        "--partner-token",
        metavar="TOKEN",
        help="token of the partner methods; without it they refuse",
    )
    parser.add_argument(
        "--allow-remote", action="store_true", help="answer other machines than this one too"
    )
    parser.add_argument(
        "--end-with-input",
        action="store_true",
        help="end when the standard input ends: with the program that holds its other end",
    )
    return parser.parse_args(arguments)


def _instance(text: str) -> tuple[int, str]:
    id_instance, _colon, token = text.partition(":")
    if not id_instance.isdecimal() or not token:
        raise argparse.ArgumentTypeError("expected ID:TOKEN, for example 4100000001:secret")
    return int(id_instance), token


def ensure_instance(world: World, id_instance: int, token: str) -> None:
    """Create the instance if it is missing, and set its token; the rest is not changed."""
    with world.transaction(id_instance):
        instance = world.instance(id_instance) or account.create(world, id_instance, token)
        instance.api_token_instance = token
        world.save(instance)


def _wait_for_end_of_input(asked_to_end: threading.Event) -> None:
    # os.read and not sys.stdin: a thread inside its lock would trouble the end of the program
    while os.read(sys.stdin.fileno(), 1024):
        pass
    asked_to_end.set()


def main(arguments: Sequence[str] | None = None) -> int:
    options = parse_arguments(arguments)
    try:
        switches = {
            "formatting": options.formatting,
            "formattingBack": options.formatting_back,
        }
        world = World(options.data, options.pace, switches)
    except sqlite3.OperationalError as error:
        print(
            f"The folder {options.data} cannot be used ({error})."
            " Another sandbox may be running with it: stop that one, or give another --data.",
            file=sys.stderr,
        )
        return 1
    for id_instance, token in options.instance:
        ensure_instance(world, id_instance, token)
    server = listen(
        world,
        options.host,
        options.port,
        allow_remote=options.allow_remote,
        partner_token=options.partner_token,
    )
    scheduler = Scheduler(world)
    scheduler.start()

    asked_to_end = threading.Event()
    for name in ("SIGTERM", "SIGINT"):
        signal.signal(getattr(signal, name), lambda *_ignored: asked_to_end.set())
    if options.end_with_input:
        threading.Thread(target=_wait_for_end_of_input, args=(asked_to_end,), daemon=True).start()
    serving = threading.Thread(target=server.serve_forever, args=(0.1,), name="server", daemon=True)
    serving.start()
    url = world.base_url
    print(f"GREEN-API sandbox on {url} (the phone: {url}/phone/)", flush=True)

    asked_to_end.wait()
    server.shutdown()
    scheduler.stop()
    world.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
