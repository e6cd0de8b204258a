import type { Append, Verdict } from "../backend/append.ts"
import type { JsonObject } from "../message/json.ts"

/** A caller's write: what was called, and what it is to store. */
export interface Writing {
  readonly call: string
  readonly append: Append
}

/** Is told of a process's writes. What it is given to run it runs once, at once, and it gives back what that gives. */
export interface WriteObserver {
  /** Whether anybody hears what is told: asked each time, and nothing is told while it is false. */
  heard(): boolean
  /** A caller's write, from the call to its verdict. `write` takes what its messages are to carry in their metadata, over what they have. */
  write<T>(writing: Writing, write: (metadata: JsonObject) => Promise<T>): Promise<T>
  /** One call of the storage that stores all these appends. */
  append(appends: readonly Append[], store: () => Promise<readonly Verdict[]>): Promise<readonly Verdict[]>
}
