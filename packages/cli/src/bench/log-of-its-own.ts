import { randomBytes } from "node:crypto"
import { rm } from "node:fs/promises"
import { fileURLToPath } from "node:url"

import { CommandFailed, EXIT } from "../exit-codes.ts"

/** Where a bench works: beside the log that the URL names, in the same storage, never in it. */
export interface OwnLog {
  readonly url: string
  /** Takes away what is left once the log itself is uninstalled. */
  remove(): Promise<void>
}

/** A log that nothing else is in, in the storage of this URL. Throws `CommandFailed` where none can be made beside the one named. */
export function logOfItsOwn(url: string): OwnLog {
  const name = `bench_${randomBytes(4).toString("hex")}`
  const scheme = url.slice(0, url.indexOf(":"))
  if (scheme === "memory") return { url, remove: () => Promise.resolve() }
  if (scheme === "sqlite") return besideFile(url, name)
  if (BY_PREFIX.has(scheme)) return { url: withPrefix(url, `${name}_`), remove: () => Promise.resolve() }
  throw new CommandFailed(
    `bench knows no way to make a log of its own beside ${scheme}: give a store of Millrace's`,
    EXIT.usage,
  )
}

/** Schemes whose URL takes the prefix of a log. */
const BY_PREFIX: ReadonlySet<string> = new Set(["postgres", "postgresql", "redis", "rediss", "mongodb", "mongodb+srv"])

function withPrefix(url: string, prefix: string): string {
  const at = url.indexOf("?")
  const params = new URLSearchParams(at < 0 ? "" : url.slice(at + 1))
  params.set("prefix", prefix)
  return `${at < 0 ? url : url.slice(0, at)}?${params.toString()}`
}

/** On the same disk: another file in the same folder. */
function besideFile(url: string, name: string): OwnLog {
  if (url === "sqlite::memory:") return { url, remove: () => Promise.resolve() }
  const own = `${url}.${name}`
  const path = own.startsWith("sqlite:///")
    ? fileURLToPath(`file:${own.slice("sqlite:".length)}`)
    : decodeURIComponent(own.slice("sqlite:".length))
  const files = ["", "-wal", "-shm"].map((end) => `${path}${end}`)
  return {
    url: own,
    async remove() {
      for (const file of files) await rm(file, { force: true })
    },
  }
}
