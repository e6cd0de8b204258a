import { BackendError, type BackendErrorCode } from "@millrace/core/backend"

/** SQLite's primary result codes that mean something to us (https://sqlite.org/rescode.html). */
const SQLITE = {
  error: 1,
  perm: 3,
  busy: 5,
  locked: 6,
  noMemory: 7,
  readOnly: 8,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cantOpen: 14,
  protocol: 15,
  tooBig: 18,
  auth: 23,
  notADatabase: 26,
} as const

/** The file under the log was moved or deleted while it was open (an extended code of "read only"). */
const FILE_MOVED = 1032

/** The result code of an error that came from SQLite; `undefined` for any other. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error)) return undefined
  return typeof error.errcode === "number" ? error.errcode : undefined
}

/** Whether another connection holds the lock that was wanted: waiting helps. */
export function isBusy(error: unknown): boolean {
  const code = (sqliteCode(error) ?? 0) & 0xff
  return code === SQLITE.busy || code === SQLITE.locked || code === SQLITE.protocol
}

/** Whether the storage itself is at fault, so that trying the same work alone would fail alike. */
export function isStorageFault(error: unknown): boolean {
  const code = (sqliteCode(error) ?? 0) & 0xff
  return code !== 0 && code !== SQLITE.error && code !== SQLITE.tooBig && code < 19
    ? true
    : code === SQLITE.notADatabase
}

/** Says in our words what SQLite said, and what to do about it. `where` names the database. */
export function toBackendError(error: unknown, where: string): BackendError {
  if (error instanceof BackendError) return error
  const code = sqliteCode(error)
  const text = error instanceof Error ? error.message : String(error)
  if (code === undefined) {
    if (text === "database is not open") return closedError()
    return new BackendError("invalid", `${where}: ${text}`, { cause: error })
  }
  const [kind, advice] = judge(code, text)
  return new BackendError(kind, `${where}: ${advice} (SQLite says: ${text})`, { cause: error })
}

/** What every call on a closed backend throws. */
export function closedError(): BackendError {
  return new BackendError("closed", "this backend was closed: make a new one with sqliteBackend(…)")
}

function judge(code: number, text: string): readonly [BackendErrorCode, string] {
  if (code === FILE_MOVED)
    return ["unavailable", "the database file was moved or deleted while it was open; restore it and restart"]
  switch (code & 0xff) {
    case SQLITE.busy:
    case SQLITE.locked:
    case SQLITE.protocol:
      return ["unavailable", "another process holds the database locked; end its transaction, or raise busyTimeoutMs"]
    case SQLITE.readOnly:
    case SQLITE.perm:
    case SQLITE.auth:
      return [
        "read-only",
        "the database file or its folder can not be written to; give this process write access to both",
      ]
    case SQLITE.corrupt:
      return [
        "corrupt",
        "the database file is damaged; stop all processes, keep a copy, and restore it from a backup or with `sqlite3 .recover`",
      ]
    case SQLITE.notADatabase:
      return ["not-a-log", "the file is not a SQLite database; choose another path"]
    case SQLITE.full:
      return [
        "full",
        "the disk is full or the database has reached its size limit; nothing of this write was stored: free space and try again",
      ]
    case SQLITE.cantOpen:
      return ["unavailable", "the database file can not be opened; check that its folder exists and can be entered"]
    case SQLITE.ioError:
      return ["unavailable", "reading or writing the file failed; check the disk"]
    case SQLITE.noMemory:
      return ["unavailable", "SQLite is out of memory"]
    case SQLITE.tooBig:
      return ["invalid", "a value is larger than SQLite can hold"]
    case SQLITE.error:
      if (/no such table/.test(text)) return ["not-migrated", "the log's tables are missing; run migrate first"]
      if (/no such column|has no column/.test(text))
        return ["not-a-log", "tables of this prefix were not made by Millrace; choose another tablePrefix"]
      return ["invalid", "a statement failed"]
    default:
      return ["invalid", "a statement failed"]
  }
}
