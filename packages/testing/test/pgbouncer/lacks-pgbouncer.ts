import { findPgBouncer } from "./find-pgbouncer.ts"

/** Whether tests behind PgBouncer are skipped, for all to see: where it is not installed. In CI that is no excuse: they run and fail. */
export function lacksPgBouncer(): boolean {
  return findPgBouncer() === undefined && process.env["CI"] === undefined
}
