#!/bin/sh
# Run once, when the cluster is made.  Two roles: the owner migrates and loads; the application owns nothing,
# so that the second wall (row-level security) holds for it.
set -eu

psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
  --set owner_password="$DATABASE_OWNER_PASSWORD" --set app_password="$DATABASE_APP_PASSWORD" <<'SQL'
create role zabota_owner login createdb password :'owner_password';
create role zabota_app login nobypassrls password :'app_password';
create database zabota owner zabota_owner encoding 'UTF8' template template0;
revoke connect on database zabota from public;
grant connect on database zabota to zabota_app;
create role zabota_replica login replication password :'owner_password';
SQL
