#!/bin/sh
# A whole copy of the cluster beside the archived WAL: together they bring back any moment since the oldest copy.
# Keeps the newest KEEP copies and the WAL they need.
set -eu
KEEP="${KEEP:-14}"
TARGET="/backups/$(date -u +%Y-%m-%dT%H%M)"

PGPASSWORD="$DATABASE_OWNER_PASSWORD" pg_basebackup --host postgres --username zabota_replica \
  --pgdata "$TARGET.part" --format tar --gzip --wal-method stream --checkpoint fast
mv "$TARGET.part" "$TARGET"

ls -1d /backups/20*T???? | sort -r | tail -n "+$((KEEP + 1))" | xargs -r rm -rf
OLDEST="$(ls -1 /archive/*.backup 2>/dev/null | sort | tail -n "$KEEP" | head -n 1 || true)"
[ -z "$OLDEST" ] || pg_archivecleanup /archive "$(basename "$OLDEST")"
echo "Kept: $TARGET"
