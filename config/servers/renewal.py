"""What a dump carries that means something only in the cluster it was taken from."""

# Transaction numbers start anew in a new cluster; those that rows remember would lie ahead of it,
# and the search index would wait for them. For psql: each row of the answer is run.
RENEW_TRANSACTION_NUMBERS = """
SELECT format('UPDATE %I.%I SET %I = pg_current_xact_id()', table_schema, table_name, column_name)
  FROM information_schema.columns JOIN information_schema.tables
  USING (table_schema, table_name)
  WHERE udt_name = 'xid8' AND table_type = 'BASE TABLE' AND table_schema = 'public'
"""
