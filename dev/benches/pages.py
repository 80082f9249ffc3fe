# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""./dev/bench pages: what a person waits for, against the same page of an Odoo without the addon.

Two databases hold as much: in one of them it is of Telegram, the other one does not have the addon.
A browser opens the pages of both in turns. The times are its own, from asking for the page, or from
the click, until what was asked for is painted.
"""

from contextlib import ExitStack
from statistics import median
from typing import NamedTuple

from ..environment import addon_database
from ..environment.browser import running_browser
from ..environment.database import running_server
from ..environment.home import dev_home, lock
from ..environment.odoo_process import running_odoo
from ..environment.odoo_script import run_inside
from ..environment.odoo_session import OdooSession
from ..environment.progress import step
from ..environment.server import Odoo
from .chaos_send import LOGIN, PASSWORD, free_port
from .measure import Row, fastest_ratio, report

DATABASES = {"addon": "telegram_bench_pages", "plain": "telegram_bench_pages_plain"}
NAME = "bench-pages"  # of logs and of the lock
LIMIT = 1.15  # times the same page without the addon
CHATTER_PAGE, LIST_PAGE = 30, 80  # messages and rows that Odoo shows at first
MESSAGES_OF_CONTACT = 1000
CONTACT = "/odoo/action-contacts.action_contacts"
OPEN_DIALOG = """
    odoo.__WOWL_DEBUG__.root.env.services.action.doAction({{
        type: "ir.actions.act_window", res_model: "{model}", views: [[false, "form"]],
        target: "new", context: {context}}})
"""


class Page(NamedTuple):
    """One page, or a dialog that is opened from it."""

    title: str
    path: str
    selector: str  # of the elements that are there in the end
    amount: int
    dialog: str = ""  # JavaScript that opens it


def main(options):
    """Measure and print the table; return 1 when a limit is exceeded."""
    home = dev_home()
    busy = "Another ./dev/bench pages runs in this checkout."
    with lock(home, NAME, busy=busy), running_server(home) as server:
        odoo = Odoo(home, server)
        pages = {side: _prepare(odoo, side, options) for side in DATABASES}
        with ExitStack() as stack:
            open_page = {side: _start(stack, odoo, side) for side in DATABASES}
            seconds = _measure(open_page, pages, options.rounds)
    return report("pages", list(map(_get_row, pages["addon"], seconds)))


def _prepare(odoo, side, options):
    """Create a database and fill it; return its pages."""
    database, log = DATABASES[side], odoo.home / "log" / f"{NAME}-{side}.log"
    if side == "addon":
        addon_database.create(odoo, database, log)
    else:
        addon_database.drop(odoo, database)
        addon_database.copy(odoo, addon_database.template(odoo), database)
    odoo.server.execute("UPDATE ir_cron SET active = FALSE", database=database)
    with step(f"Fill the database, {side}") as filling:
        contact_id, contact_ids = run_inside(
            odoo,
            filling,
            log,
            database,
            f"dev.benches.pages_{side}",
            of_contact=MESSAGES_OF_CONTACT,
            messages=options.messages,
            conversations=options.conversations,
        )
    return list(_make_pages(side, options, contact_id, contact_ids))


def _make_pages(side, options, contact_id, contact_ids):
    yield Page(
        f"contact with {MESSAGES_OF_CONTACT:,} messages in its chatter",
        f"{CONTACT}/{contact_id}",
        ".o-mail-Chatter .o-mail-Message",
        CHATTER_PAGE,
    )
    yield Page(
        f"Discuss with {options.conversations:,} conversations",
        "/odoo/discuss",
        ".o-mail-DiscussSidebarChannel",
        options.conversations,
    )
    paths = {
        "addon": "/odoo/telegram-messages",
        "plain": "/odoo/action-mail.action_view_mail_message",
    }
    yield Page(f"list of {options.messages:,} messages", paths[side], ".o_data_row", LIST_PAGE)
    if side == "addon":
        model = "telegram.composer"
        context = f"{{default_res_model: 'res.partner', default_res_ids: {contact_ids}}}"
    else:
        model = "sms.composer"
        context = (
            "{default_composition_mode: 'mass', default_mass_keep_log: true,"
            f" default_res_model: 'res.partner', active_model: 'res.partner',"
            f" active_id: {contact_ids[0]}, active_ids: {contact_ids}}}"
        )
    yield Page(
        f"composer for {len(contact_ids):,} contacts, against Odoo's SMS composer",
        CONTACT,
        ".modal footer button",
        2,
        OPEN_DIALOG.format(model=model, context=context),
    )


def _start(stack, odoo, side):
    """Start Odoo and a browser for a database; return the function that opens a Page there."""
    database = DATABASES[side]
    name = f"{NAME}-{side}-server"
    _process, url = stack.enter_context(running_odoo(odoo, database, free_port(), name))
    session = OdooSession(url, database, LOGIN, PASSWORD)
    browser = stack.enter_context(running_browser())
    browser.set_cookie(url, "session_id", session.session_id)

    def open_page(page):
        if not page.dialog:
            return browser.open(url + page.path, page.selector, page.amount)
        browser.open(url + page.path, ".o_kanban_record:not(.o_kanban_ghost), .o_data_row")
        return browser.act(page.dialog, page.selector, page.amount)

    return open_page


def _measure(open_page, pages, rounds):
    """Return the seconds of each page: lists by side."""
    found = []
    with step("Open the pages") as opening:
        for number in range(len(pages["addon"])):
            seconds = {side: [] for side in DATABASES}
            for turn in range(-1, rounds):
                opening.hint = f"{pages['addon'][number].title}, {turn + 1} of {rounds}"
                for side in DATABASES if turn % 2 else reversed(DATABASES):
                    taken = open_page[side](pages[side][number])
                    if turn >= 0:  # the first one fills the caches
                        seconds[side].append(taken)
            found.append(seconds)
    return found


def _get_row(page, seconds):
    ratio = fastest_ratio(seconds["addon"], seconds["plain"])
    ours, theirs = (median(seconds[side]) for side in DATABASES)
    return Row(page.title, ratio, "×", LIMIT, f"median {ours:.2f} s against {theirs:.2f}")
