import { BackendError, type BackendErrorCode } from "@millrace/core/backend"
import {
  MongoBulkWriteError,
  MongoError,
  MongoNetworkError,
  MongoNetworkTimeoutError,
  MongoServerClosedError,
  MongoServerError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
} from "mongodb"

/** What a failed call leaves in doubt. `read`: nothing. `write`: whether it landed. */
export type Doubt = "read" | "write"

/** The driver has said nothing of a question for longer than it may take: what was asked may be done all the same. */
export class NoAnswer extends MongoNetworkTimeoutError {
  constructor(ms: number) {
    super(`the driver gave no answer in ${ms} ms`)
  }
}

/** A document with this `_id`, or with one of these keys, is there already. */
export function isTaken(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === 11_000
}

/** There is no such collection. */
export function isMissing(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === 26
}

/** The server could not choose, or the connection broke, before there was an answer: the same call again may help. */
export function isPassing(thrown: unknown): boolean {
  const error = unwrapped(thrown)
  if (error instanceof MongoServerSelectionError) return false
  if (error instanceof MongoNetworkError || isOfSocket(error)) return true
  if (error instanceof MongoServerError) return PASSING.has(Number(error.code)) || PASSING_TEXT.test(error.message)
  return (
    error instanceof MongoError && (error.hasErrorLabel("RetryableWriteError") || /pool.*cleared/i.test(error.message))
  )
}

/**
 * The driver has given up its connections, as it does when its very first ones fail: nothing was sent, and nothing will be by this client before it
 * connects again.
 */
export function isUnconnected(thrown: unknown): boolean {
  const error = unwrapped(thrown)
  if (error instanceof MongoTopologyClosedError || error instanceof MongoServerClosedError) return true
  return error instanceof MongoError && error.name === "MongoPoolClosedError"
}

/** No server was found in time: nothing was sent. */
export function isAway(thrown: unknown): boolean {
  return unwrapped(thrown) instanceof MongoServerSelectionError
}

/**
 * What the system (`write ECONNRESET`) or the runtime (a write behind the other side's end) says of a connection: the driver hands it on as it is when the connection
 * breaks while a command is being sent.
 */
function isOfSocket(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof MongoError) return false
  return "syscall" in error || ("code" in error && SOCKET_CODES.has(String(error.code)))
}

/** What the runtime says of a socket without asking the system. */
const SOCKET_CODES: ReadonlySet<string> = new Set([
  "EPIPE",
  "ECONNRESET",
  "ERR_SOCKET_CLOSED",
  "ERR_STREAM_DESTROYED",
  "ERR_STREAM_PREMATURE_CLOSE",
  "ERR_STREAM_WRITE_AFTER_END",
])

/** A bulk write wraps what happened to its connection. */
function unwrapped(error: unknown): unknown {
  return error instanceof MongoBulkWriteError && error.errorResponse instanceof Error ? error.errorResponse : error
}

/**
 * Host unreachable, network time-out, primary stepped down, shutdown, write concern not met, write conflict, interrupted, not the primary, no
 * primary, interrupted at shutdown or while changing state.
 */
const PASSING: ReadonlySet<number> = new Set([
  6, 7, 64, 89, 91, 112, 189, 262, 9_001, 10_058, 10_107, 11_600, 11_602, 13_435, 13_436,
])

/** What servers on PostgreSQL say in the same cases. */
const PASSING_TEXT =
  /shutting down|starting up|recovery mode|deadlock detected|could not serialize|connection.*(closed|lost|refused|reset)|terminating connection/i

/** Says in our words what the server or the driver said, and what to do about it. `where` names the log. */
export function toBackendError(thrown: unknown, where: string, doubt: Doubt): BackendError {
  if (thrown instanceof BackendError) return thrown
  const error = unwrapped(thrown)
  const text = error instanceof Error ? error.message : String(error)
  const isUnsent = isAway(error) || isUnconnected(error)
  if (isUnsent && doubt === "read")
    return new BackendError("unavailable", `${where}: no server answers; check that it runs (${text})`, {
      cause: error,
    })
  if (isPassing(error) || isUnsent) {
    if (doubt === "read")
      return new BackendError("unavailable", `${where}: the server does not answer; check that it runs (${text})`, {
        cause: error,
      })
    const advice = "the server did not say whether it wrote, so the write may have landed: repeat the same call"
    return new BackendError("outcome-unknown", `${where}: ${advice} (${text})`, { cause: error })
  }
  if (BAD_HINT.test(text))
    return new BackendError("not-migrated", `${where} lacks an index that it reads by: run migrate (${text})`, {
      cause: error,
    })
  const code = error instanceof MongoServerError ? Number(error.code) : Number.NaN
  const [ours, advice] = CODES[code] ?? (["invalid", "the call failed"] as const)
  return new BackendError(ours, `${where}: ${advice} (${text}, ${Number.isNaN(code) ? "driver" : code})`, {
    cause: error,
  })
}

/** What servers say of a hint that names an index which is not there. */
const BAD_HINT = /hint provided does not correspond to an existing index/i

/** What every call on a closed backend throws. */
export function closedError(): BackendError {
  return new BackendError("closed", "this backend was closed: make a new one with mongodbBackend(…)")
}

const CODES: Readonly<Record<number, readonly [BackendErrorCode, string]>> = {
  13: ["read-only", "the user lacks a right; grant it readWrite on the database"],
  18: ["invalid", "the server refuses this user; correct user and password"],
  8_000: ["invalid", "the server refuses this user; correct user and password"],
  50: ["unavailable", "the server took too long; nothing is known to be wrong: try again"],
  10_334: ["invalid", "a document is larger than the server takes; append less at once"],
  11_000: ["corrupt", "something is there twice that may be there once; something else wrote to the log's collections"],
  14_031: ["full", "the server's disk is full; free space and try again"],
}
