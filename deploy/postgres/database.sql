-- Role, database and extension for the site, by psql as superuser:
--   psql -v password=... -f database.sql
-- The owner is no superuser; the extension is made here because it may not.
CREATE ROLE broadsheet LOGIN PASSWORD :'password';
CREATE DATABASE broadsheet OWNER broadsheet ENCODING 'UTF8' TEMPLATE template0;
-- So that the follower can tell this cluster from a copy.
GRANT pg_monitor TO broadsheet;
\connect broadsheet
CREATE EXTENSION IF NOT EXISTS vector;
