# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""./dev/bench flood: Odoo stays usable when far more comes in than the service ever delivers.

First a client without the secret posts as fast as it can. Then ten accounts deliver, each as fast
as the service does: one notification after the other, 50 a second. What is not answered with 200 is
delivered again. Somebody works in Odoo meanwhile, and the scheduled actions process what came in.
In the end everything that was offered has to be there, once and in its order.

Odoo runs with worker processes, as in production; all share the processors with the bench.
"""

from statistics import median

from ..environment import addon_database
from ..environment.database import running_server
from ..environment.home import dev_home, lock
from ..environment.odoo_process import odoo_log
from ..environment.progress import step
from ..environment.server import Odoo
from .flood_load import (
    HEALTH,
    KEPT,
    NOT_FOUND,
    REFUSED,
    Account,
    Person,
    count_statements,
    pour,
    press,
)
from .measure import Row, median_ratio, report
from .receive_load import WORKERS, serving

DATABASE = "telegram_bench_flood"
NAME = "bench-flood"  # of logs and of the lock
ACCOUNTS = 10
ROUNDS = 3
REQUESTS = 200  # of a kind in a round, when their cost is measured
LOOKS = 30  # of a person at rest
STRANGER_SECONDS = 10
# A page that takes 40 ms at rest is there within a second then: quick enough to work on.
SLOWER_LIMIT = 25
# A stranger finds nothing here that is dearer than any address without a page. The least that any
# request costs is that of /web/health, which asks the database for nothing.
NOT_FOUND_LIMIT = 1
HEALTH_LIMIT = 2


def main(options):
    """Measure and print the table; return 1 when a limit is exceeded."""
    home = dev_home()
    busy = "Another ./dev/bench flood runs in this checkout."
    with lock(home, NAME, busy=busy), running_server(home) as server:
        odoo = Odoo(home, server)
        addon_database.create(odoo, DATABASE, home / "log" / f"{NAME}-install.log")
        server.execute("UPDATE ir_cron SET active = FALSE", database=DATABASE)
        with serving(odoo, DATABASE, NAME) as (session, place):
            with step("Connect the accounts"):
                accounts = [Account(*place) for _number in range(ACCOUNTS)]
                accounts[0].make_contacts()
            person = Person(accounts[0].url, session)
            accounts[0].let_process(False)  # that work is not for the request
            rows = _measure_costs(accounts[0], odoo_log(odoo, NAME))
            rows += _measure_strangers(accounts[0], person)
            accounts[0].let_process(True)
            rows += _measure_flood(accounts, person, options.seconds)
    return report("flood", rows)


def _measure_costs(account, log):
    """Measure the cost of a request without the secret, against others."""
    kinds = (REFUSED, HEALTH, NOT_FOUND, KEPT)
    costs, statements = {kind: [] for kind in kinds}, {}
    with step("Count the cost of a request"):
        for kind in kinds:
            press(account, kind, 2 * WORKERS)  # caches
        for _round in range(ROUNDS):
            for kind in kinds:
                before, size = account.work(), log.stat().st_size
                press(account, kind, REQUESTS)
                costs[kind].append((account.work() - before) * 1000 / REQUESTS)
                statements[kind] = count_statements(log, size, kind.status)

    def row(name, kind, limit=None):
        remark = f"{median(costs[kind]):.1f} ms, {statements[kind]:.0f} statements"
        return Row(name, median_ratio(costs[REFUSED], costs[kind]), "×", limit, remark)

    return [
        Row(
            "a stranger's delivery: work",
            median(costs[REFUSED]),
            "ms",
            remark=f"{statements[REFUSED]:.0f} statements",
        ),
        row("  against Odoo's answer that there is no such page", NOT_FOUND, NOT_FOUND_LIMIT),
        row("  against the least that any request costs", HEALTH, HEALTH_LIMIT),
        row("  against a delivery that is kept", KEPT),
    ]


def _measure_strangers(account, person):
    """Measure a user's waiting time during requests without the secret.

    These are answered sooner than requests for a missing page, so they also come faster. Both are
    compared at the same rate.
    """
    with step("Let strangers post") as posting:
        rest = person.look(LOOKS)

        def look_during(kind, per_second=None):
            posting.hint = f"answered with {kind.status}"
            done, waits = person.look_during(
                lambda: press(account, kind, seconds=STRANGER_SECONDS, per_second=per_second)
            )
            return done / STRANGER_SECONDS, waits

        fastest, waits_fastest = look_during(REFUSED)
        not_found, waits_not_found = look_during(NOT_FOUND)
        refused, waits_refused = look_during(REFUSED, not_found)
    what = "list of contacts"
    return [
        *_slower("deliveries of strangers", rest, waits_fastest),
        Row(
            "  at the same rate, against requests for a missing page",
            median(waits_refused[what]) / median(waits_not_found[what]),
            "×",
            NOT_FOUND_LIMIT,
            f"{refused:.0f} a second against {not_found:.0f}; as fast as it goes {fastest:.0f}",
        ),
    ]


def _measure_flood(accounts, person, seconds):
    """Run the flood; measure a user's waiting time, and count the deliveries."""
    with step("Flood") as flooding:
        rest = person.look(LOOKS)
        poured, flood = person.look_during(lambda: pour(accounts, seconds))
        flooding.note = f"{poured.offered:,} deliveries"
    with step("Process all of them") as processing:
        for account in accounts:
            account.wait_for_all()
    books = [account.look_up() for account in accounts]
    lost, doubled, disordered = (sum(counts) for counts in zip(*books, strict=True))
    remark = (
        f"{poured.offered / seconds:.0f} a second, {poured.per_second:.0f} kept by the clock; "
        f"{poured.repeated} repeated; the rest processed {processing.seconds:.0f} s later"
    )
    return [
        Row("deliveries of the service", poured.offered, remark=remark),
        Row("  lost", lost, limit=0),
        Row("  doubled", doubled, limit=0),
        Row("  out of order", disordered, limit=0),
        *_slower("deliveries of the service", rest, flood),
    ]


def _slower(title, rest, flood):
    """Return the rows about a person's waiting, for each of what they do."""
    rows = []
    for what, times in flood.items():
        before, meanwhile = median(rest[what]) * 1000, median(times) * 1000
        late = sorted(times)[int(len(times) * 0.95)] * 1000
        remark = f"{meanwhile:.0f} ms against {before:.0f}; 95 of 100 within {late:.0f}"
        rows.append(
            Row(
                f"{what} under {title}, against at rest",
                meanwhile / before,
                "×",
                SLOWER_LIMIT,
                remark,
            )
        )
    return rows
