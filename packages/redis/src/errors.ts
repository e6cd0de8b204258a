import { BackendError, type BackendErrorCode } from "@millrace/core/backend"

/** What a failed call leaves in doubt. `read`: nothing. `write`: whether it landed, when the connection broke before the answer. */
export type Doubt = "read" | "write"

/** An answer of the server that says no, by its first word. */
export function replyWord(error: unknown): string | undefined {
  if (!(error instanceof Error) || error.name !== "ReplyError") return undefined
  return /^[A-Z]+/.exec(error.message)?.[0] ?? ""
}

/** Says in our words what Redis said, and what to do about it. `where` names the log. A defect comes back as it is. */
export function toBackendError(error: unknown, where: string, doubt: Doubt): Error {
  if (error instanceof BackendError || isDefect(error)) return error
  const text = error instanceof Error ? error.message : String(error)
  const word = replyWord(error)
  if (word !== undefined) {
    const [code, advice] = WORDS[word] ?? (["invalid", "a call failed"] as const)
    return new BackendError(code, `${where}: ${advice} (Redis says: ${text})`, { cause: discreet(error) })
  }
  if (doubt === "write") {
    const advice = "the connection broke before the server answered, so the write may have landed: repeat the same call"
    return new BackendError("outcome-unknown", `${where}: ${advice} (${text})`, { cause: discreet(error) })
  }
  return unreachable(where, text, error)
}

/** An error that did not come from the connection: whatever the server or the driver threw is a `BackendError` by now. A defect comes back as it is. */
export function unexpected(error: unknown, where: string): Error {
  if (error instanceof BackendError || isDefect(error)) return error
  const text = error instanceof Error ? error.message : String(error)
  return new BackendError("invalid", `${where}: the call failed (${text})`, { cause: discreet(error) })
}

/** The driver notes on its errors what it had sent, passwords and payloads among it: only the command's name goes on to where errors are logged. */
function discreet(error: unknown): unknown {
  if (typeof error !== "object" || error === null || !("command" in error)) return error
  const { command } = error
  const name = typeof command === "object" && command !== null && "name" in command ? command.name : command
  return Object.assign(error, { command: { name } })
}

/** An error in our own code: it says nothing of the server, and its own words and stack are what helps. */
function isDefect(error: unknown): error is Error {
  return DEFECTS.some((kind) => error instanceof kind)
}

const DEFECTS = [TypeError, ReferenceError, RangeError, SyntaxError] as const

/** Why nothing was asked of the server. */
export function unreachable(where: string, text: string, cause?: unknown): BackendError {
  return new BackendError("unavailable", `${where}: the server can not be reached; check that it runs (${text})`, {
    cause: discreet(cause),
  })
}

/** What this server can not do. */
export function unsupported(text: string): BackendError {
  return new BackendError("unsupported", text)
}

export { noSuchGroup } from "@millrace/core/backend"

/** What every call on a closed backend throws. */
export function closedError(): BackendError {
  return new BackendError("closed", "this backend was closed: make a new one with redisBackend(…)")
}

/** By the first word of the server's answer. */
const WORDS: Readonly<Record<string, readonly [BackendErrorCode, string]>> = {
  OOM: ["full", "the server has reached its maxmemory and nothing of this write was stored; trim the log or raise it"],
  FULL: ["full", "a stream (s:), type (t:) or conversation (c:) has as many messages as Redis can index; trim the log"],
  READONLY: ["read-only", "the server is a read-only replica; connect to the master, or wait until a failover is over"],
  LOADING: ["unavailable", "the server still loads its data; nothing was written: try again"],
  BUSY: ["unavailable", "another script holds the server up; nothing was written: try again"],
  TRYAGAIN: ["unavailable", "the cluster moves the log's slot; nothing was written: try again"],
  CLUSTERDOWN: ["unavailable", "the cluster does not serve the log's slot; see `CLUSTER INFO`, then try again"],
  MASTERDOWN: ["unavailable", "the replica has lost its master; nothing was written: try again"],
  MISCONF: ["full", "the server can not write its data to disk and accepts no writes; look at its log and its disk"],
  NOREPLICAS: ["unavailable", "too few replicas are connected (min-replicas-to-write); nothing was written"],
  MOVED: ["invalid", "the server is a node of a cluster: add ?cluster=1 to the URL"],
  CROSSSLOT: ["invalid", "keys lie in several slots of the cluster: give yours the log's hash tag"],
  NOAUTH: ["invalid", "the server wants a password: give it in the URL"],
  WRONGPASS: ["invalid", "the server refuses this user or password; correct them"],
  NOPERM: ["read-only", "the user may not run what the log needs; allow it ~{prefix}:* and &{prefix}:*, and +@all"],
  WRONGTYPE: ["corrupt", "a key of the log holds something else; something wrote to it, or choose another prefix"],
}
