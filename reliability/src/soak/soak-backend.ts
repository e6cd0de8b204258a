import { storageNames } from "../storages/storage.ts"

/** What a soak runs on: every storage, and memory, where writer and worker are one process. */
export const soakBackends = ["memory", ...storageNames] as const

export type SoakBackend = (typeof soakBackends)[number]
