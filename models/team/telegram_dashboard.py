# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""*Reporting → Dashboard*: who waits now, how fast customers are answered, how much is written.

Two queries count the messages of the period that the user may read, for all tables at once.
"""

from collections.abc import Set
from datetime import timedelta
from math import floor

import pytz

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_date
from odoo.tools.misc import format_duration

from ... import const

PERIODS = (7, 30, 90, 365)  # days
FAILED = ("error", "unsure")
# What neither was sent nor has failed.
UNCOUNTED = ("queued", "sending", "canceled")
PERCENTILES = [0.5, 0.9]
# What the rows of each table are about, as a column of the queries.
TABLES = ("author", "instance", "week", "hour")


class TelegramMessage(models.Model):
    """Extend ``telegram.message`` with the indexes of the figures."""

    _inherit = "telegram.message"

    _date_index = models.Index("(date)")
    _answer_time_index = models.Index("(date) WHERE answer_time IS NOT NULL")


class TelegramDashboard(models.AbstractModel):
    """Return the figures of the accounts that the user may read, each with its list."""

    _name = "telegram.dashboard"
    _description = "Telegram Dashboard"

    def get_figures(self, days=30, instance_id=False):
        """Return the figures of a period, for the dashboard.

        :param int days: 7, 30, 90 or 365, with today
        :param int instance_id: of one ``telegram.instance``; False for all that the user may read
        :return: dict of ``accounts``, ``cards`` and ``tables``; each card has the model, domain,
            context and action of the list that it opens, each row the domain
        :raise AccessError: the user may not read messages
        :raise UserError: the period is none of these
        """
        self.env["telegram.message"].check_access("read")
        if days not in PERIODS or not isinstance(instance_id, int):
            raise UserError(self.env._("Choose one of the offered periods and accounts."))
        account = Domain("instance_id", "=", instance_id) if instance_id else Domain.TRUE
        zone = self.env.tz
        today = fields.Datetime.context_timestamp(self, fields.Datetime.now()).date()
        first_day = fields.Datetime.to_datetime(today - timedelta(days=days - 1))
        since = zone.localize(first_day).astimezone(pytz.utc).replace(tzinfo=None)
        # *Messages Analysis* counts the same kinds and states.
        domain = account & Domain("date", ">=", since)
        domain &= Domain("type_message", "not in", const.KINDS_ABOUT_ANOTHER)
        domain &= Domain("state", "not in", UNCOUNTED)
        groups = self._count(domain, zone.zone)
        # All of them: they are few.
        instances = self.env["telegram.instance"].search(Domain.TRUE)
        return {
            "periods": [{"days": each, "name": self._get_period_name(each)} for each in PERIODS],
            "accounts": [{"id": each.id, "name": each.name} for each in instances],
            "cards": [
                *self._prepare_waiting_cards(account),
                *self._prepare_message_cards(groups["all"][None], domain),
            ],
            "tables": [self._prepare_table(kind, groups[kind], domain) for kind in TABLES],
        }

    # === COUNTING === #

    def _count(self, domain, zone):
        """Return the figures of the messages of a domain.

        :param str zone: name of the time zone of weeks and hours
        :return: dict by kind ("all" and those of TABLES) of dicts by key of a row; each value is a
            dict with the numbers ``received``, ``sent``, ``failed``, and the hours ``times``
        """
        messages = self.env["telegram.message"]
        messages.flush_model(["direction", "state", "author_id", "answer_time", "date"])
        figures = {kind: {} for kind in ("all", *TABLES)}
        figures["all"][None] = {}
        counted = SQL(
            """
                count(*) FILTER (WHERE direction = 'incoming'),
                count(*) FILTER (WHERE direction = 'outgoing' AND state NOT IN %(failed)s),
                count(*) FILTER (WHERE direction = 'outgoing' AND state IN %(failed)s)
            """,
            failed=FAILED,
        )
        for kind, key, received, sent, failed in self._group(domain, zone, counted):
            row = figures[kind].setdefault(key, {})
            # Customers are no authors: what they write is not what was written on the phone.
            received = 0 if kind == "author" else received
            row.update(received=received, sent=sent, failed=failed)
        timed = SQL("percentile_cont(%s) WITHIN GROUP (ORDER BY answer_time)", PERCENTILES)
        answers = domain & Domain("answer_time", "!=", False)
        for kind, key, times in self._group(answers, zone, timed):
            figures[kind].setdefault(key, {})["times"] = times
        return figures

    def _group(self, domain, zone, aggregates):
        """Yield the kind and the key of each row, followed by aggregates over its messages."""
        query = self.env["telegram.message"]._search(domain)
        table = query.table
        local_date = SQL("timezone(%s, timezone('UTC', %s))", zone, SQL.identifier(table, "date"))
        columns = query.select(
            SQL(
                "CASE WHEN %s = 'outgoing' THEN %s END AS author",
                SQL.identifier(table, "direction"),
                SQL.identifier(table, "author_id"),
            ),
            SQL("%s AS instance", SQL.identifier(table, "instance_id")),
            SQL("date_trunc('week', %s)::date AS week", local_date),
            SQL("date_part('hour', %s)::int AS hour", local_date),
            *(SQL.identifier(table, name) for name in ("direction", "state", "answer_time")),
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT GROUPING(author, instance, week, hour),
                       COALESCE(author, instance, hour), week, %s
                  FROM (%s) AS messages
              GROUP BY GROUPING SETS ((), (author), (instance), (week), (hour))
                """,
                aggregates,
                columns,
            )
        )
        # A bit of GROUPING is set for each column that is not grouped by.
        kinds = {15: "all", 7: "author", 11: "instance", 13: "week", 14: "hour"}
        for grouping, key, week, *values in rows:
            yield kinds[grouping], week or key, *values

    # === CARDS === #

    def _prepare_waiting_cards(self, account):
        """Return the cards about the chats that wait now."""
        _, chats, now = self.env._, self.env["telegram.chat"], fields.Datetime.now()
        account &= Domain("instance_id.active", "=", True)  # with others, no one can answer
        waiting = account & Domain("inbox_state", "=", "waiting")
        overdue = account & Domain("answer_due_date", "<=", now)
        first = chats.search(waiting, order="waiting_since_date", limit=1)
        detail = first and _("Longest wait: %s", first.waiting_time)
        cards = ((_("Waiting Now"), waiting, detail), (_("Overdue"), overdue, ""))
        return [
            self._prepare_card(label, chats.search_count(domain), domain, chats, note)
            for label, domain, note in cards
        ]

    def _prepare_message_cards(self, figures, domain):
        """Return the cards about the messages of the period."""
        _ = self.env._
        median, most = figures.get("times") or (None, None)
        answers = domain & Domain("answer_time", "!=", False)
        incoming = domain & Domain("direction", "=", "incoming")
        outgoing = domain & Domain("direction", "=", "outgoing")
        failed = Domain("state", "in", FAILED)
        detail = _("In working time")
        cards = (
            (_("Median Time to Answer"), _format_hours(median), answers, detail, "answers"),
            (_("90 % Answered Within"), _format_hours(most), answers, detail, "answers"),
            (_("Received"), figures.get("received", 0), incoming, "", ""),
            (_("Sent"), figures.get("sent", 0), outgoing & ~failed, "", ""),
            (_("Failed"), figures.get("failed", 0), outgoing & failed, "", "failed"),
        )
        messages = self.env["telegram.message"]
        return [
            self._prepare_card(label, value, listed, messages, note, column)
            for label, value, listed, note, column in cards
        ]

    def _prepare_card(self, label, value, domain, records, detail="", column=""):
        """Return a card.

        :param str column: of the list that it opens, which is hidden otherwise
        """
        is_chat = records._name == "telegram.chat"
        return {
            "label": label,
            "value": value,
            "detail": detail or "",
            "model": records._name,
            "domain": _to_list(domain),
            "context": {f"telegram_{column}": 1} if column else {},
            "action": f"telegram_green_api.telegram_{'inbox' if is_chat else 'message'}_action",
        }

    # === TABLES === #

    def _prepare_table(self, kind, figures, domain):
        """Return a table: its title, and rows with a label, the figures and the domain."""
        rows = []
        for key in self._sort_keys(kind, figures):
            row = figures[key]
            median, most = row.get("times") or (None, None)
            rows.append(
                {
                    "label": self._get_row_label(kind, key),
                    "received": row.get("received", 0),
                    "sent": row.get("sent", 0),
                    "failed": row.get("failed", 0),
                    "median": _format_hours(median),
                    "most": _format_hours(most),
                    "domain": _to_list(domain & self._get_row_domain(kind, key)),
                }
            )
        return {"kind": kind, "title": self._get_table_title(kind), "rows": rows}

    def _sort_keys(self, kind, figures):
        """Return the keys of the rows: weeks and hours by time, others by volume."""
        if kind in ("week", "hour"):
            return sorted(figures)
        written = {key: row for key, row in figures.items() if row.get("sent") or row.get("failed")}
        rows = written if kind == "author" else figures
        return sorted(
            rows, key=lambda key: (-rows[key].get("sent", 0), -rows[key].get("received", 0))
        )

    def _get_table_title(self, kind):
        _ = self.env._
        titles = {
            "author": _("By Person"),
            "instance": _("By Account"),
            "week": _("By Week"),
            "hour": _("By Hour of the Day"),
        }
        return titles[kind]

    def _get_period_name(self, days):
        _ = self.env._
        return _("Last 12 months") if days == max(PERIODS) else _("Last %s days", days)

    def _get_row_label(self, kind, key):
        if kind == "author":
            # sudo: res.partner - the name of a colleague who wrote
            author_sudo = self.env["res.partner"].sudo().browse(key or ())
            return author_sudo.name or self.env._("On the Phone")
        if kind == "instance":
            return self.env["telegram.instance"].browse(key).display_name
        return format_date(self.env, key) if kind == "week" else f"{key:02}:00"

    def _get_row_domain(self, kind, key):
        if kind == "author":
            return Domain("author_id", "=", key or False) & Domain("direction", "=", "outgoing")
        if kind == "instance":
            return Domain("instance_id", "=", key)
        if kind == "hour":
            return Domain("date.hour_number", "=", key)
        start = self.env.tz.localize(fields.Datetime.to_datetime(key))
        end = self.env.tz.localize(fields.Datetime.to_datetime(key + timedelta(days=7)))
        utc = pytz.utc
        first, last = (date.astimezone(utc).replace(tzinfo=None) for date in (start, end))
        return Domain("date", ">=", first) & Domain("date", "<", last)


def _to_list(domain):
    """Return a domain for the web client, with values that JSON has."""
    leaves = []
    for each in domain:
        if not isinstance(each, str) and isinstance(each[2], Set | tuple):
            each = (*each[:2], list(each[2]))
        leaves.append(each)
    return leaves


def _format_hours(hours):
    """Return hours as hours and minutes; a dash if there are none.

    Half a minute counts as one, as in the web client's lists.
    """
    return "–" if hours is None else format_duration(floor(round(hours * 3600) / 60 + 0.5) / 60)
