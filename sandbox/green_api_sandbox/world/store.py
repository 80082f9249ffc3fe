# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""What the sandbox keeps, in one SQLite file.

Documents are JSON. Everything that has an order (the two queues, the ledger, the requests
seen) is a *list* of one instance; an entry's number grows over all lists and is never reused.

The store does no locking: :class:`.world.World` holds the lock around every use.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from .documents import JsonObject

SCHEMA = """
CREATE TABLE IF NOT EXISTS value (key TEXT PRIMARY KEY, document TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS instance (id_instance INTEGER PRIMARY KEY, document TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS chat (
    id_instance INTEGER NOT NULL, chat_id TEXT NOT NULL, document TEXT NOT NULL,
    PRIMARY KEY (id_instance, chat_id));
CREATE TABLE IF NOT EXISTS chat_message (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id_instance INTEGER NOT NULL, chat_id TEXT NOT NULL, id_message TEXT NOT NULL,
    outgoing INTEGER NOT NULL, timestamp INTEGER NOT NULL, document TEXT NOT NULL,
    UNIQUE (id_instance, chat_id, id_message));
CREATE INDEX IF NOT EXISTS message_order ON chat_message (id_instance, chat_id, number);
CREATE TABLE IF NOT EXISTS entry (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id_instance INTEGER NOT NULL, list TEXT NOT NULL, created REAL NOT NULL,
    document TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS entry_list ON entry (id_instance, list, number);
CREATE TABLE IF NOT EXISTS call (
    id_instance INTEGER NOT NULL, method TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (id_instance, method));
"""
TABLES = ("value", "instance", "chat", "chat_message", "entry", "call")


class Entry(NamedTuple):
    """One entry of a list."""

    number: int
    created: float
    document: Any


class Store:
    """The SQLite file; ``path`` is made when missing."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
        # One program per folder: a second one fails at once with sqlite3.OperationalError.
        self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
        # WAL without fsync: a killed process loses nothing, only a power cut could.
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit everything in the block, or nothing; nested transactions are part of the outer."""
        if self._db.in_transaction:
            yield
            return
        self._db.execute("BEGIN")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def total_changes(self) -> int:
        """Return how many rows were changed so far, to compare with a later number."""
        return self._db.total_changes

    def clear(self) -> None:
        for table in TABLES:
            self._db.execute(f"DELETE FROM {table}")

    # Single values

    def get_value(self, key: str, default: Any = None) -> Any:
        row = self._db.execute("SELECT document FROM value WHERE key = ?", (key,)).fetchone()
        return json.loads(row[0]) if row else default

    def set_value(self, key: str, value: Any) -> None:
        self._db.execute("REPLACE INTO value VALUES (?, ?)", (key, json.dumps(value)))

    # Instances

    def get_instance(self, id_instance: int) -> JsonObject | None:
        row = self._db.execute(
            "SELECT document FROM instance WHERE id_instance = ?", (id_instance,)
        ).fetchone()
        return json.loads(row[0]) if row else None

    def instances(self) -> list[JsonObject]:
        rows = self._db.execute("SELECT document FROM instance ORDER BY id_instance")
        return [json.loads(row[0]) for row in rows]

    def instance_ids(self) -> list[int]:
        rows = self._db.execute("SELECT id_instance FROM instance ORDER BY id_instance")
        return [row[0] for row in rows]

    def save_instance(self, id_instance: int, document: JsonObject) -> None:
        self._db.execute("REPLACE INTO instance VALUES (?, ?)", (id_instance, _dump(document)))

    def remove_instance(self, id_instance: int) -> None:
        for table in ("instance", "chat", "chat_message", "entry", "call"):
            self._db.execute(f"DELETE FROM {table} WHERE id_instance = ?", (id_instance,))

    # Chats

    def get_chat(self, id_instance: int, chat_id: str) -> JsonObject | None:
        row = self._db.execute(
            "SELECT document FROM chat WHERE id_instance = ? AND chat_id = ?",
            (id_instance, chat_id),
        ).fetchone()
        return json.loads(row[0]) if row else None

    def chats(self, id_instance: int) -> list[JsonObject]:
        rows = self._db.execute(
            "SELECT document FROM chat WHERE id_instance = ? ORDER BY rowid", (id_instance,)
        )
        return [json.loads(row[0]) for row in rows]

    def save_chat(self, id_instance: int, chat_id: str, document: JsonObject) -> None:
        self._db.execute(
            "INSERT INTO chat VALUES (?, ?, ?) ON CONFLICT (id_instance, chat_id)"
            " DO UPDATE SET document = excluded.document",
            (id_instance, chat_id, _dump(document)),
        )

    # Messages

    def save_message(self, id_instance: int, document: JsonObject) -> None:
        """Add the message, or replace the one of its chat with the same id."""
        self._db.execute(
            "INSERT INTO chat_message"
            " (id_instance, chat_id, id_message, outgoing, timestamp, document)"
            " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id_instance, chat_id, id_message)"
            " DO UPDATE SET document = excluded.document",
            (
                id_instance,
                document["chatId"],
                document["idMessage"],
                document["outgoing"],
                document["timestamp"],
                _dump(document),
            ),
        )

    def get_message(self, id_instance: int, chat_id: str, id_message: str) -> JsonObject | None:
        found = self.messages(id_instance, chat_id=chat_id, id_message=id_message)
        return found[0] if found else None

    def messages(
        self,
        id_instance: int,
        *,
        since: float | None = None,
        until: float | None = None,
        limit: int = -1,
        **equal: str | bool,
    ) -> list[JsonObject]:
        """Return messages, the newest first.

        :param equal: chat_id, id_message, outgoing: exact values
        :param since: earliest timestamp, included
        :param until: latest timestamp, included
        """
        where = ["id_instance = ?"]
        values: list[str | float] = [id_instance]
        for column, value in equal.items():
            where.append(f"{column} = ?")
            values.append(value)
        for operator, moment in ((">=", since), ("<=", until)):
            if moment is not None:
                where.append(f"timestamp {operator} ?")
                values.append(moment)
        rows = self._db.execute(
            f"SELECT document FROM chat_message WHERE {' AND '.join(where)}"
            " ORDER BY number DESC LIMIT ?",
            (*values, limit),
        )
        return [json.loads(row[0]) for row in rows]

    # Lists

    def add_entry(self, id_instance: int, name: str, document: Any, created: float) -> int:
        """Add ``document`` to the end of a list; return its number."""
        number = self._db.execute(
            "INSERT INTO entry (id_instance, list, created, document) VALUES (?, ?, ?, ?)",
            (id_instance, name, created, _dump(document)),
        ).lastrowid
        assert number is not None  # the statement was an INSERT
        return number

    def entries(self, id_instance: int, name: str, limit: int = -1) -> list[Entry]:
        """Return the first ``limit`` entries, the oldest first."""
        rows = self._db.execute(
            "SELECT number, created, document FROM entry WHERE id_instance = ? AND list = ?"
            " ORDER BY number LIMIT ?",
            (id_instance, name, limit),
        )
        return [Entry(number, created, json.loads(document)) for number, created, document in rows]

    def first_entry(self, id_instance: int, name: str) -> Entry | None:
        found = self.entries(id_instance, name, limit=1)
        return found[0] if found else None

    def count_entries(self, id_instance: int, name: str) -> int:
        row = self._db.execute(
            "SELECT count(*) FROM entry WHERE id_instance = ? AND list = ?", (id_instance, name)
        ).fetchone()
        return int(row[0])

    def remove_entry(self, id_instance: int, name: str, number: int) -> bool:
        """Remove an entry of a list.

        :return: whether the list had that entry
        """
        return bool(
            self._db.execute(
                "DELETE FROM entry WHERE id_instance = ? AND list = ? AND number = ?",
                (id_instance, name, number),
            ).rowcount
        )

    def clear_list(self, id_instance: int, name: str) -> None:
        self._db.execute(
            "DELETE FROM entry WHERE id_instance = ? AND list = ?", (id_instance, name)
        )

    def drop_entries(self, id_instance: int, name: str, created_until: float) -> None:
        """Remove the entries that were made at that time or before."""
        self._db.execute(
            "DELETE FROM entry WHERE id_instance = ? AND list = ? AND created <= ?",
            (id_instance, name, created_until),
        )

    def drop_all_but_last(self, id_instance: int, name: str, count: int) -> None:
        """Remove all but the last ``count`` entries."""
        self._db.execute(
            "DELETE FROM entry WHERE id_instance = ? AND list = ? AND number <= ("
            " SELECT number FROM entry WHERE id_instance = ? AND list = ?"
            " ORDER BY number DESC LIMIT 1 OFFSET ?)",
            (id_instance, name, id_instance, name, count),
        )

    # Counters of calls

    def count_call(self, id_instance: int, method: str) -> None:
        self._db.execute(
            "INSERT INTO call VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET count = count + 1",
            (id_instance, method),
        )

    def calls(self, id_instance: int) -> dict[str, int]:
        rows = self._db.execute(
            "SELECT method, count FROM call WHERE id_instance = ?", (id_instance,)
        )
        return dict(rows.fetchall())


def _dump(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
