# One image for the pages, the worker, the clock of the queue and the commands.
FROM python:3.11-slim

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 LC_ALL=C.UTF-8 DJANGO_SETTINGS_MODULE=zabota.settings.production

RUN apt-get update \
 && apt-get install -y --no-install-recommends \
      libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-liberation2 fonts-dejavu-core gettext \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /srv/portal portal

WORKDIR /srv/portal
COPY requirements/base.txt requirements/base.txt
RUN python -m pip install --no-cache-dir --require-hashes -r requirements/base.txt

COPY . .
# the values are needed to read the settings, not kept: secrets come with the container's environment
RUN for po in locale/*/LC_MESSAGES/*.po; do msgfmt --check-format -o "${po%.po}.mo" "$po"; done \
 && SECRET_KEY=build FIELD_KEYS=build INDEX_KEY=build ALLOWED_HOSTS=build REDIS_URL=redis://build \
    DATABASE_URL=postgres://build/build DATABASE_OWNER_URL=postgres://build/build \
    python manage.py collectstatic --noinput --verbosity 0 \
 && install -d -o portal -g portal /srv/media

USER portal
EXPOSE 8000
CMD ["docker/web.sh"]
