/**
 * The version of this contract. It rises when a backend that was written for the one before could break a promise of this one: a method or an argument more, another
 * meaning of one. Backends name the version they were written for, as a figure of their own.
 */
export const CONTRACT_VERSION = 1

/** Something about how a storage is set up that endangers what it holds. */
export interface Risk {
  /** In a line of words, as a list shows it. */
  readonly what: string
  /** What an operator does about it, in a line of words. */
  readonly remedy: string
}

/** What a backend can do, as data: read by the runtime, the docs' table and the conformance suite. */
export interface Capabilities {
  /** The version of this contract that the backend was written for. `createApp` refuses another than its own (`CONTRACT_VERSION`). Write the figure, not the constant: it is to stay when core is updated alone. */
  readonly contract: number
  /** The URL scheme and name of the storage: `memory`, `sqlite`, … Shown to people; no code decides by it. */
  readonly name: string
  /** Whether a settle can run user's work in its transaction. */
  readonly tx: boolean
  /** Whether user's work that the storage refuses half-way is undone. Else it is told as `unwritten`. Meaningful with `tx`. */
  readonly txRollback: boolean
  /** What survives what, in a sentence an operator understands. */
  readonly durability: string
  /**
   * What endangers what is stored, as its server is set up, each danger once; left out or empty, nothing that the backend knows of. Known once the log was
   * reached: then every backend object on it tells the same, until something changes on the server.
   */
  readonly risks?: readonly Risk[]
  /** Whether data outlives the process. */
  readonly persistent: boolean
  /** Which workers can share the log: this process, this machine, or several machines. */
  readonly reach: "process" | "machine" | "network"
  /** How another process learns of an append: pushed, or found by looking. */
  readonly wake: "push" | "poll"
  /** Partitions of the log. Known after `migrate`; before, what a new log would get. */
  readonly partitions: number
  /** The largest payload plus metadata of one message, in bytes of JSON. */
  readonly maxMessageBytes: number
  /**
   * The most messages of one `append` call, scheduled ones counted. A call that brings more throws `invalid`, and nothing of it is stored.
   * The runtime brings no more in one settle either (documents counted as well), but for what a single message asks for, which is never divided.
   */
  readonly maxBatch: number
  /**
   * How many calls of `append` may be away at once; left out, one. Calls that overlap land in the order they were made: none stores anything unless all
   * made before it have their verdicts. Where one throws, those made after it that were away with it throw as well, and may be repeated in order.
   */
  readonly appendsAtOnce?: number
}
