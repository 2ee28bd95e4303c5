-- Roles with no more rights than each kind of process needs. Run it in Headwater's database as a
-- superuser (or the database's owner with CREATEROLE), once before the first `headwater migrate` and
-- again after each one: what is there already stays, and new tables are covered. See docs/security.md.
--
-- The roles can't log in. Make a user for each process and put it into one of them:
--   CREATE ROLE headwater_worker LOGIN IN ROLE headwater_writer;      then \password headwater_worker
--   CREATE ROLE headwater_migration LOGIN IN ROLE headwater_owner;
--   ALTER ROLE headwater_migration SET role = headwater_owner;        so that the role owns what it makes
-- People and dashboards that read the views have headwater_reader: docs/exports.md.

DO $$
DECLARE
  one text;
BEGIN
  FOREACH one IN ARRAY ARRAY['headwater_owner', 'headwater_writer', 'headwater_api'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = one) THEN
      EXECUTE format('CREATE ROLE %I NOLOGIN', one);
    END IF;
  END LOOP;
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT, CREATE, TEMPORARY ON DATABASE %I TO headwater_owner', current_database());
  EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO headwater_writer', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO headwater_api', current_database());
END
$$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO headwater_owner;
GRANT USAGE ON SCHEMA public TO headwater_writer, headwater_api;

-- The worker, the scheduler, and commands that write: every row, no table.
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO headwater_writer;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO headwater_writer;
-- A process that only answers: it reads, and writes the tables that are named below.
GRANT SELECT ON ALL TABLES IN SCHEMA public TO headwater_api;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO headwater_api;
-- What the next migration makes.
ALTER DEFAULT PRIVILEGES FOR ROLE headwater_owner IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO headwater_writer;
ALTER DEFAULT PRIVILEGES FOR ROLE headwater_owner IN SCHEMA public
  GRANT SELECT ON TABLES TO headwater_api;
ALTER DEFAULT PRIVILEGES FOR ROLE headwater_owner IN SCHEMA public
  GRANT USAGE ON SEQUENCES TO headwater_writer, headwater_api;

DO $$
BEGIN
  IF to_regclass('public.alembic_version') IS NULL THEN
    RETURN;  -- not migrated yet: run this again then
  END IF;
  -- The audit log is added to; the version of the tables is the migration's alone.
  REVOKE UPDATE, DELETE ON audit_event FROM headwater_writer;
  REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM headwater_writer;
  -- Who comes in: sign-ins begin and end, a token is marked as used. None is made or changed.
  GRANT INSERT, DELETE ON sign_in TO headwater_api;
  GRANT UPDATE (used_ts) ON api_token TO headwater_api;
  GRANT INSERT ON audit_event TO headwater_api;
  -- What people say. Nothing of it is changed afterwards; to withdraw is a line of its own.
  GRANT INSERT ON verdict, value_estimate, scenario, improvement_entry TO headwater_api;
  GRANT INSERT, UPDATE ON improvement TO headwater_api;
  -- Webhooks: what is to be read again, and of which source.
  GRANT INSERT, UPDATE ON source TO headwater_api;
  GRANT INSERT ON hook_delivery, hook_hint, dirty TO headwater_api;
END
$$;
