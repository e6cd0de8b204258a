import { prepared } from "../statement.ts"

/** In: channel, payload. Wakes whoever listens. Never part of a transaction that appends: its lock would serialise all commits. */
export const notify = prepared("notify", `SELECT pg_notify($1, $2)`)
