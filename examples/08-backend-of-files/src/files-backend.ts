import { basename, resolve } from "node:path"

import { type Backend, type Instant, residentBackend } from "@millrace/core/backend"

import { folderStorage } from "./folder-storage.ts"

/** How a log in files is opened. */
interface FilesOptions {
  readonly folder: string
  /** How many partitions a new log gets. Default: `DEFAULT_PARTITIONS`. */
  readonly partitions?: number
  /** Whether a write answers only when the disk has it. Default true; false for tests: a loss of power may then take the last writes. */
  readonly durable?: boolean
  /** The storage's clock. Default: the machine's. */
  readonly now?: () => Instant
}

/** A log in a folder of files, owned by one process. */
export function filesBackend({ folder, durable = true, now = Date.now, ...options }: FilesOptions): Backend<never> {
  const path = resolve(folder)
  return residentBackend({
    ...options,
    clock: { now },
    logName: basename(path),
    storage: folderStorage(path, durable),
    capabilities: {
      name: "files",
      persistent: true,
      durability: durable
        ? "every write is on the disk before it is answered, and survives a loss of power"
        : "writes survive the end of the process; a loss of power may take the last ones",
      maxMessageBytes: 16 * 1024 * 1024,
      maxBatch: 10_000,
    },
  })
}
