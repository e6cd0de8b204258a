import { planned } from "../statement.ts"

/** In: schema. Out: how many tables, indexes and sequences it holds. */
export const countRelations = planned(
  "count-relations",
  `SELECT count(*) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1`,
)
