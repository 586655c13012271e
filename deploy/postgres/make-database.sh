#!/bin/sh
# Run once, by the image, when its data are made.
set -eu
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username=postgres --dbname=postgres \
  --set=password="$(cat /run/secrets/postgres_owner)" --file=/database.sql
