#!/bin/sh
# The pages behind nginx.  Workers of gunicorn: WEB_WORKERS (two for each core is a good beginning).
exec python -m gunicorn zabota.wsgi --bind 0.0.0.0:8000 --workers "${WEB_WORKERS:-4}" \
  --timeout 15 --graceful-timeout 15 --max-requests 5000 --max-requests-jitter 500 \
  --worker-tmp-dir /dev/shm --no-control-socket --access-logfile - --error-logfile -
