import type { Backend } from "@millrace/core"

/** A storage that can be saved as text, and filled from that text without any of Millrace's code. */
export interface StoredLog {
  /** A backend of today's release on it. Nothing is migrated. */
  connect(): Promise<Backend>
  /** How another process reaches it. */
  readonly url: string
  /** All that is in it, byte for byte as far as the storage tells, as lines of text. */
  save(): Promise<string>
  /** Puts what was saved into the empty storage. */
  load(saved: string): Promise<void>
  /** Marks the log as one of this format, as a later release would. */
  mark(format: number): Promise<void>
  /** What makes the structures of a log, as the storage tells it: the same for every log of one format. Absent where the storage keeps no schema. */
  readonly structure?: () => Promise<string>
  remove(): Promise<void>
}

/** A storage whose logs outlive their process, and so outlive the release that wrote them. */
export interface FormatStorage {
  readonly name: "sqlite" | "postgres" | "redis" | "mongodb"
  /** An empty place, always under the same name, for names are in what is stored. */
  open(): Promise<StoredLog>
}
