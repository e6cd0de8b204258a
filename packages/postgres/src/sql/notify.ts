import { prepared } from "../statement.ts"

/**
 * In: channel, payload. Wakes whoever listens. Never part of a transaction that appends: its lock would serialise all commits. A hint need not survive a
 * crash, so nobody waits for the disk.
 */
export const notify = prepared("notify", `SELECT set_config('synchronous_commit', 'off', true), pg_notify($1, $2)`)
