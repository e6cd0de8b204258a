import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { type Backend, memoryBackend } from "@millrace/core"

/** What tells a storage the time. */
export interface Time {
  now(): number
}

/** A log that several apps can reach at once. */
export interface SharedLog {
  /** A backend on the log: on memory the one instance, elsewhere a connection of its own, as another process has. */
  connect(): Backend | Promise<Backend>
  /** By which URL another process reaches it; `undefined` where none can. */
  readonly url: string | undefined
  remove(): Promise<void>
}

/** A storage that every row has to hold on. */
export interface TestedBackend {
  readonly name: string
  /** Whether other processes can reach it. */
  readonly shared: boolean
  /** A new, empty log whose storage tells `time`; without it the machine's. */
  open(time?: Time): Promise<SharedLog>
}

export const backends: readonly TestedBackend[] = [
  {
    name: "memory",
    shared: false,
    async open(time) {
      const backend = memoryBackend(time === undefined ? {} : { clock: time })
      return { connect: () => backend, url: undefined, remove: () => backend.close() }
    },
  },
  {
    name: "sqlite",
    shared: true,
    async open(time) {
      const folder = await mkdtemp(join(tmpdir(), "millrace-test-"))
      const file = join(folder, "log.db")
      return {
        connect: async () =>
          (await import("@millrace/sqlite")).sqliteBackend(file, time === undefined ? {} : { clock: time }),
        url: `sqlite:${file}`,
        remove: () => rm(folder, { recursive: true, force: true }),
      }
    },
  },
]
