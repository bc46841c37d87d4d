#!/usr/bin/env python
"""Commands of the portal.  Starts the embedded PostgreSQL where no `DATABASE_URL` is given."""

import os
import signal
import sys

# these sign in as the owner of the tables; everything else as the application, behind the second wall
OWNER_COMMANDS = {"migrate", "load", "flush", "dbshell", "sqlmigrate", "showmigrations"}
WITHOUT_DATABASE = {"makemessages", "compilemessages", "collectstatic", "help", "--help", "--version"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zabota.settings.local")
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if command in OWNER_COMMANDS:
        os.environ["DATABASE_AS"] = "owner"
    if command not in WITHOUT_DATABASE and "DATABASE_URL" not in os.environ:
        from zabota.lib import embedded

        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # ended early, it still stops what it started
        embedded.start_database()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
