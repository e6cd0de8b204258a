import { basename, resolve } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { fileURLToPath } from "node:url"

import { BackendError } from "@millrace/core/backend"

/** Where a log lives: a file, this process's memory, or a connection that belongs to somebody else. */
export type Target =
  | { readonly kind: "file"; readonly path: string; readonly name: string }
  | { readonly kind: "memory"; readonly name: string }
  | { readonly kind: "given"; readonly db: DatabaseSync; readonly name: string }

/** How much of a path is shown that can not be read. */
const SHOWN_LENGTH = 200

/** `sqlite:shop.db`, `sqlite:///absolute/path`, `sqlite::memory:`, a path, a `file:` URL, or an open `DatabaseSync`. Throws `invalid`. */
export function targetOf(target: string | URL | DatabaseSync): Target {
  if (target instanceof DatabaseSync) {
    const location = target.isOpen ? target.location() : null
    return { kind: "given", db: target, name: location === null ? ":memory:" : basename(location) }
  }
  const path = pathOf(String(target))
  if (path === ":memory:") return { kind: "memory", name: path }
  if (path === "" || path.includes("\0")) throw unreadable(String(target))
  return { kind: "file", path: resolve(path), name: basename(path) }
}

function pathOf(target: string): string {
  if (target.startsWith("file:")) return pathOfFile(target)
  if (!target.startsWith("sqlite:")) return target
  const rest = target.slice("sqlite:".length)
  if (rest === ":memory:") return rest
  if (rest.startsWith("//") && !rest.startsWith("///")) throw unreadable(target)
  if (rest.includes("?") || rest.includes("#")) throw unreadable(target)
  const path = decoded(rest.startsWith("///") ? rest.slice(2) : rest, target)
  return /^\/[a-z]:[/\\]/i.test(path) ? path.slice(1) : path
}

function decoded(path: string, target: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    throw unreadable(target)
  }
}

function pathOfFile(url: string): string {
  try {
    return fileURLToPath(url)
  } catch {
    throw unreadable(url)
  }
}

function unreadable(target: string): BackendError {
  // A URL with a host is another storage's, written wrong: it may have a password, which is not repeated.
  const shown =
    /^sqlite:\/\/[^/]/.test(target) || target.includes("@") ? "the URL" : JSON.stringify(target.slice(0, SHOWN_LENGTH))
  return new BackendError(
    "invalid",
    `${shown} names no SQLite database: write sqlite:shop.db, sqlite:///absolute/path/shop.db or sqlite::memory: (% as %25; options are arguments, not part of the URL)`,
  )
}
