import type { StreamId } from "../message/ids.ts"
import type { StoredMessage } from "../message/message.ts"
import type { Access } from "./registration.ts"

const NONE: readonly StoredMessage[] = Object.freeze([])

/** The histories of the streams of one batch, each read at most once, and only for reactors that asked for history. */
export class Histories {
  readonly #wanted: boolean
  readonly #access: Access
  readonly #read = new Map<StreamId, Promise<readonly StoredMessage[]>>()

  constructor(wanted: boolean, access: Access) {
    this.#wanted = wanted
    this.#access = access
  }

  /** The whole stream as it is now, commands included. */
  of(streamId: StreamId): Promise<readonly StoredMessage[]> {
    if (!this.#wanted) return Promise.resolve(NONE)
    const known = this.#read.get(streamId)
    if (known !== undefined) return known
    const reading = this.#access.history(streamId, { include: "all" })
    this.#read.set(streamId, reading)
    return reading
  }
}
