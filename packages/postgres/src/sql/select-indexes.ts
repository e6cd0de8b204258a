import { planned } from "../statement.ts"

/** In: schema, names. Out: those of the names that are indexes there. Needs no right on them. */
export const selectIndexes = planned(
  "select-indexes",
  `SELECT c.relname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = $1 AND c.relname = ANY($2::text[]) AND c.relkind IN ('i', 'I')`,
)
