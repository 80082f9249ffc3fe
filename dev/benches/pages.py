# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""./dev/bench pages: what a person waits for, against the same page of an Odoo without the addon.

Two databases hold as much: in one of them it is of Telegram, the other one does not have the addon.
A browser opens the pages of both in turns. The times are its own, from asking for the page, or from
the click, until what was asked for is painted. The work of the processors for it says more while
the machine is busy otherwise.
"""

import time
from contextlib import ExitStack
from statistics import median
from typing import NamedTuple

import psutil

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
# Odoo needs a minute for thousands of conversations. The fastest round counts, so that two rounds
# are enough: the first one fills the caches.
FEWEST_ROUNDS, PAGE_SECONDS = 2, 300
# Seconds. By default, Odoo starts itself anew when a browser keeps a connection for two minutes.
TIME_LIMIT = 3600
CHATTER_PAGE, LIST_PAGE = 30, 80  # messages and rows that Odoo shows at first
MESSAGES_OF_CONTACT = 1000
CONTACT = "/odoo/action-contacts.action_contacts"
READY_FOR_DIALOG = ".o_kanban_record:not(.o_kanban_ghost), .o_data_row"
BACKENDS = "SELECT pid FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
OPEN_DIALOG = """
    odoo.__WOWL_DEBUG__.root.env.services.action.doAction({{
        type: "ir.actions.act_window", res_model: "{model}", views: [[false, "form"]],
        target: "new", context: {context}}})
"""


class Page(NamedTuple):
    """One page, or a dialog that is opened from it."""

    name: str  # for --only
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
            sides = {side: Side(stack, odoo, DATABASES[side], side) for side in DATABASES}
            found = _measure(sides, pages, options.rounds)
    measured = zip(pages["addon"], found, strict=True)
    return report("pages", [row for page, costs in measured for row in _get_rows(page, costs)])


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
    pages = _make_pages(side, options, contact_id, contact_ids)
    return [page for page in pages if not options.only or page.name in options.only]


def _make_pages(side, options, contact_id, contact_ids):
    yield Page(
        "contact",
        f"contact with {MESSAGES_OF_CONTACT:,} messages in its chatter",
        f"{CONTACT}/{contact_id}",
        ".o-mail-Chatter .o-mail-Message",
        CHATTER_PAGE,
    )
    yield Page(
        "discuss",
        f"Discuss with {options.conversations:,} conversations",
        "/odoo/discuss",
        ".o-mail-DiscussSidebarChannel",
        options.conversations,
    )
    paths = {
        "addon": "/odoo/telegram-messages",
        "plain": "/odoo/action-mail.action_view_mail_message",
    }
    title = f"list of {options.messages:,} messages"
    yield Page("list", title, paths[side], ".o_data_row", LIST_PAGE)
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
        "composer",
        f"composer for {len(contact_ids):,} contacts, against Odoo's SMS composer",
        CONTACT,
        ".modal footer button",
        2,
        OPEN_DIALOG.format(model=model, context=context),
    )


class Cost(NamedTuple):
    """What it takes to open a page."""

    seconds: float  # by the browser's clock
    work: float  # seconds of the processors: of the browser, Odoo and PostgreSQL


class Side:
    """Odoo for a database, and a browser.

    :param stack: an ``ExitStack`` that ends Odoo
    """

    def __init__(self, stack, odoo, database, side):
        self._server, self._database = odoo.server, database
        name = f"{NAME}-{side}-server"
        started = running_odoo(odoo, database, free_port(), name, limit_time_real=TIME_LIMIT)
        process, self._url = stack.enter_context(started)
        self._session_id = OdooSession(self._url, database, LOGIN, PASSWORD).session_id
        self._pid = process.pid

    def start_browser(self, stack):
        """Start a browser for the next page: thousands of conversations burden one for long.

        :param stack: an ``ExitStack`` that ends it
        """
        self._browser = stack.enter_context(running_browser())
        self._browser.set_cookie(self._url, "session_id", self._session_id)

    def open(self, page):
        """Open a Page and leave it; return its Cost."""
        if page.dialog:
            self._browser.open(self._url + page.path, READY_FOR_DIALOG)
        before = self._get_work()
        if page.dialog:
            seconds = self._browser.act(page.dialog, page.selector, page.amount)
        else:
            seconds = self._browser.open(self._url + page.path, page.selector, page.amount)
        after = self._get_work()
        self._browser.leave()
        # Not of those that have ended meanwhile: the browser may change its process with the page.
        return Cost(seconds, sum(work - before.get(pid, 0) for pid, work in after.items()))

    def _get_work(self):
        """Return the seconds that each process of this side has worked, by its ID."""
        rows = self._server.execute(BACKENDS, database=self._database, values=[self._database])
        pids = [pid for (pid,) in rows]
        for pid in (self._pid, self._browser.pid):
            children = psutil.Process(pid).children(recursive=True)
            pids += [pid, *(child.pid for child in children)]
        work = {}
        for pid in pids:
            try:
                times = psutil.Process(pid).cpu_times()
            except psutil.NoSuchProcess:
                continue  # it has just ended
            work[pid] = times.user + times.system
        return work


def _measure(sides, pages, rounds):
    """Return the costs of each page: lists by side."""
    found = []
    with step("Open the pages") as opening:
        for number in range(len(pages["addon"])):
            pair = {side: pages[side][number] for side in DATABASES}
            with ExitStack() as stack:
                for side in sides.values():
                    side.start_browser(stack)
                found.append(_measure_page(sides, pair, rounds, opening))
    return found


def _measure_page(sides, pair, rounds, opening):
    """Open a page and the one it is compared with in turns; return their costs."""
    costs, started = {side: [] for side in DATABASES}, time.monotonic()
    for turn in range(max(rounds, FEWEST_ROUNDS)):
        if turn >= FEWEST_ROUNDS and time.monotonic() - started > PAGE_SECONDS:
            break
        opening.hint = f"{pair['addon'].title}, {turn + 1} of {rounds}"
        for side in DATABASES if turn % 2 else reversed(DATABASES):
            costs[side].append(sides[side].open(pair[side]))
    return costs


def _get_rows(page, costs):
    for title, name in ((page.title, "seconds"), (f"{page.title}: work", "work")):
        ours, theirs = ([getattr(cost, name) for cost in costs[side]] for side in DATABASES)
        remark = f"median {median(ours):.2f} s against {median(theirs):.2f}, of {len(ours)}"
        yield Row(title, fastest_ratio(ours, theirs), "×", LIMIT, remark)
