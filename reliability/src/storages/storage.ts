import type { Evidence } from "../audit/evidence.ts"

/** A storage of a run of its own: what can be done to it, and how it is read when all is over. */
export interface Storage {
  /** Reaches it directly. */
  readonly url: string
  /** Settings of its server that say what survives what, as people read them. */
  readonly settings: string
  /** The port of its server, where processes reach it by a network. */
  readonly port?: number
  /** What can not be done to it here, and why. */
  readonly skips?: readonly string[]
  /** Kills its server with SIGKILL; starts it again, on the same port with the same data. */
  readonly crash?: { readonly kill: () => Promise<void>; readonly revive: () => Promise<void> }
  /** Stops the server where it stands, and lets it go on. */
  readonly freeze?: { readonly on: () => void; readonly off: () => void }
  /** Leaves no room on its disk, and makes room again. */
  readonly disk?: { readonly fill: () => Promise<void>; readonly free: () => Promise<void> }
  /** Takes the storage's only write lock, as a foreign program could, and gives it back. */
  readonly lock?: { readonly take: () => Promise<void>; readonly give: () => Promise<void> }
  /** Reads what lies in it with its own driver: nothing of Millrace has a part in it. */
  read(): Promise<Evidence>
  /** Ends what was started and removes it. */
  close(): Promise<void>
}

/** What `openStorage` is told. */
export interface StorageOptions {
  /** A folder of the run's own, on a small file system of its own where that could be made. */
  readonly folder: string
  /** Whether that file system is small, so that it can be filled. */
  readonly small: boolean
}

export const storageNames = ["sqlite", "postgres", "redis", "mongodb"] as const

export type StorageName = (typeof storageNames)[number]
