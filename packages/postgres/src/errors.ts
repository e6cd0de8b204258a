import { BackendError, type BackendErrorCode } from "@millrace/core/backend"

/** What a failed call leaves in doubt. `read`: nothing. `write`: whether it landed, when the connection broke before the answer. */
export type Doubt = "read" | "write"

/** The SQLSTATE of an error that came from the server; `undefined` for any other. */
export function sqlState(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error) || !("severity" in error)) return undefined
  return typeof error.code === "string" && error.code.length === 5 ? error.code : undefined
}

/** Deadlock, or serialization failure: the transaction was undone for another's sake, and goes well when run again. */
export function isVictim(error: unknown): boolean {
  const state = sqlState(error)
  return state === "40P01" || state === "40001"
}

/** Something is there already that was taken to be new: what was judged has to be judged again by what the log holds. */
export function isTaken(error: unknown): boolean {
  return sqlState(error) === "23505"
}

/** A single statement at a server whose default isolation is not the one that appends need: it has to be named, in a transaction. */
export function isWrongIsolation(error: unknown): boolean {
  return sqlState(error) === "25001"
}

/** Data that the server can not store: characters its encoding lacks, a name too long for an index. Its neighbours are not at fault. */
export function isBadData(error: unknown): boolean {
  const state = sqlState(error) ?? ""
  return state.startsWith("22") || state === "54000"
}

/** A connection that broke before the server had answered. */
export class ConnectionBroken extends Error {
  override readonly name = "ConnectionBroken"
}

/** What a query was rejected with: the server's own error, or that there was no answer. */
export function asAnswered(error: unknown): unknown {
  if (sqlState(error) !== undefined) return error
  return new ConnectionBroken(error instanceof Error ? error.message : String(error), { cause: error })
}

/** Whether the server ended the session, or the connection broke: the answer to what was asked last is lost. */
export function isBroken(error: unknown): boolean {
  if (error instanceof ConnectionBroken) return true
  const state = sqlState(error) ?? ""
  return state.startsWith("08") || state.startsWith("57P") || state === "25P03"
}

/** Says in our words what Postgres said, and what to do about it. `where` names the log. */
export function toBackendError(error: unknown, where: string, doubt: Doubt): BackendError {
  if (error instanceof BackendError) return error
  const text = error instanceof Error ? error.message : String(error)
  const state = sqlState(error)
  if (!isBroken(error)) {
    const [code, advice] = state === undefined ? (["invalid", "the call failed"] as const) : judge(state)
    const said = state === undefined ? text : `Postgres says: ${text}, ${state}`
    return new BackendError(code, `${where}: ${advice} (${said})`, { cause: error })
  }
  if (doubt === "write") {
    const advice = "the connection broke before the server answered, so the write may have landed: repeat the same call"
    return new BackendError("outcome-unknown", `${where}: ${advice} (${text})`, { cause: error })
  }
  return new BackendError("unavailable", `${where}: the server can not be reached; check that it runs (${text})`, {
    cause: error,
  })
}

/** Why no connection could be had: nothing was asked of the server yet. */
export function toConnectError(error: unknown, where: string): BackendError {
  if (error instanceof BackendError) return error
  const state = sqlState(error)
  if (state !== undefined && !isBroken(error)) return toBackendError(error, where, "read")
  const text = error instanceof Error ? error.message || String(error) : String(error)
  if (error instanceof TypeError && "code" in error && error.code === "ERR_INVALID_URL")
    return new BackendError(
      "invalid",
      `${where}: the URL can not be read; write postgres://user:password@host:5432/database`,
    )
  if (isDistrust(error)) {
    const advice = "no TLS connection to the server; check sslmode and sslrootcert in the URL"
    return new BackendError("invalid", `${where}: ${advice} (${text})`, { cause: error })
  }
  return new BackendError(
    "unavailable",
    `${where}: no connection to the server; check that it runs and has room (${text})`,
    {
      cause: error,
    },
  )
}

/** Whether TLS was refused: a certificate that is not trusted, or a server without TLS. Trying again would not help. */
function isDistrust(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (error.message.includes("does not support SSL")) return true
  const code = "code" in error && typeof error.code === "string" ? error.code : ""
  return /^(?:CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_)/.test(code)
}

export { noSuchGroup } from "@millrace/core/backend"

/** What every call on a closed backend throws. */
export function closedError(): BackendError {
  return new BackendError("closed", "this backend was closed: make a new one with postgresBackend(…)")
}

/** A named statement is not there, or there already: the connection is not the one that it was prepared on. */
const POOLED =
  "a pooler hands out connections per transaction and keeps no named statements; add ?prepare=false to the URL, and ?listen=false"

/** By SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html), then by its class. */
const STATES: Readonly<Record<string, readonly [BackendErrorCode, string]>> = {
  "25006": ["read-only", "the server is a read-only replica or in read-only mode; connect to the primary"],
  "42501": [
    "read-only",
    "the role lacks a right; grant it USAGE on the log's schema, all rights on its tables and EXECUTE on its functions, for migrate CREATE on the database",
  ],
  "26000": ["invalid", POOLED],
  "42P05": ["invalid", POOLED],
  "28000": ["invalid", "the server refuses this role; correct user and password"],
  "28P01": ["invalid", "the server refuses this password; correct it"],
  "3D000": ["invalid", "the database does not exist; create it, or correct the URL"],
  "3F000": ["not-migrated", "the log's schema is missing; run migrate first"],
  "42P01": ["not-migrated", "the log's tables are missing; run migrate first"],
  "42883": ["not-migrated", "the log's functions are missing; run migrate first"],
  "42703": ["not-a-log", "tables of this name were not made by Millrace; choose another schema or prefix"],
  "23505": ["corrupt", "something is there twice that may be there once; something else wrote to the log's tables"],
  "55P03": ["unavailable", "another transaction held a lock for too long; nothing was written: try again"],
  "57014": ["unavailable", "the statement was cancelled; nothing was written: try again, or raise statement_timeout"],
  "53100": ["full", "the server's disk is full; nothing of this write was stored: free space and try again"],
  "53300": ["unavailable", "the server has no connection left; lower maxConnections, or raise max_connections"],
  "58030": ["unavailable", "the server can not read or write its files; check its disk"],
  "40P01": ["unavailable", "the transaction dead-locked with others; nothing was written: try again"],
  "40001": ["unavailable", "the transaction was undone for another's sake; nothing was written: try again"],
}

const CLASSES: Readonly<Record<string, readonly [BackendErrorCode, string]>> = {
  "53": ["unavailable", "the server is out of resources; nothing was written: try again"],
  "40": ["unavailable", "the transaction was undone; nothing was written: try again"],
  "55": ["unavailable", "the server is not ready for this; nothing was written: try again"],
  "58": ["unavailable", "the server's machine is in trouble; check its logs"],
  XX: ["corrupt", "the server found damaged data; look at its logs before writing on"],
}

function judge(state: string): readonly [BackendErrorCode, string] {
  return STATES[state] ?? CLASSES[state.slice(0, 2)] ?? ["invalid", "a statement failed"]
}
