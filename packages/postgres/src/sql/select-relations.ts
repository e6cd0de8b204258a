import { planned } from "../statement.ts"

/** In: schema, and the names of the log's tables with its prefix. Out: the schema's name where it exists, how many of the tables do. Needs no right on either. */
export const selectRelations = planned(
  "select-relations",
  `SELECT n.nspname, count(c.oid) FROM pg_catalog.pg_namespace n
  LEFT JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = ANY($2::text[])
  WHERE n.nspname = $1 GROUP BY n.nspname`,
)
