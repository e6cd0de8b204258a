import { copyState } from "../decider/copy-state.ts"
import type { Decider } from "../decider/decider.ts"
import { Instance } from "../decider/instance.ts"
import type { Position, StreamId } from "../message/ids.ts"
import type { StoredMessage } from "../message/message.ts"
import type { Access } from "./registration.ts"
import { isDue } from "./snapshots.ts"

/** Whose states these are, and of what stream. */
export interface StatesOf {
  readonly decider: Decider
  readonly streamId: StreamId
  /** Keeps the memories of one group's different uses apart: `react`, `project`. */
  readonly use: string
  readonly access: Access
  /** The process's memory is not to be trusted. */
  readonly fresh: boolean
}

/** What the process remembers: a state, and the position up to which it saw its stream. */
interface Seen {
  readonly position: Position
  readonly state: unknown
}

/**
 * The states of a stream as they were right after the messages of a batch: each after its own, whatever the batch's bounds are.
 * They come from memory and from the stream's events since.
 */
export class StateAtEvents {
  readonly #of: StatesOf
  #instance: Instance
  #position: Position = 0
  #pending: readonly StoredMessage[] = []
  #applied = 0
  #since = 0
  #spoilt = false

  constructor(of: StatesOf) {
    this.#of = of
    this.#instance = new Instance(of.decider, of.streamId)
  }

  /** Reads the events that the process does not remember. `wanted` are the messages that will be asked for, in order. What the read throws goes through. */
  async load(wanted: readonly StoredMessage[]): Promise<void> {
    const [first, last] = [wanted[0], wanted.at(-1)]
    if (first === undefined || last === undefined) return
    const { decider, streamId, access } = this.#of
    const remembered = this.#remembered(first.position)
    const seen =
      remembered === undefined && decider.snapshot !== undefined && !follows(wanted, 0)
        ? await access.snapshots?.find(decider, streamId, { position: first.position })
        : remembered
    const after = seen?.version ?? 0
    this.#since = after
    this.#position = seen?.position ?? 0
    this.#instance = new Instance(decider, streamId, seen)
    if (follows(wanted, after)) {
      this.#pending = wanted
      return
    }
    const upto = last.version === undefined ? {} : { upto: last.version }
    this.#pending = await access.history(streamId, { after, ...upto })
  }

  /** The state right after a message. Messages are asked for in their order. Throws what evolve functions throw. */
  after(message: StoredMessage): unknown {
    this.#spoilt = true
    for (;;) {
      const next = this.#pending[this.#applied]
      if (next === undefined || next.position > message.position) break
      this.#instance.applyStored(next)
      this.#applied += 1
    }
    this.#spoilt = false
    this.#position = message.position
    return this.#instance.state
  }

  /** Something failed that had the state in hands: what it may have done to it is not kept. */
  spoil(): void {
    this.#spoilt = true
  }

  /** Keeps the state for the next batch; with `copied` a copy of it, for it has gone into users' hands. A state that can not be copied is not kept. */
  remember({ copied = false } = {}): void {
    if (this.#spoilt || this.#position === 0) return
    const { decider, streamId, access } = this.#of
    const { state, version } = this.#instance
    if (isDue(decider, this.#since, version)) access.snapshots?.passed(decider, streamId, version)
    const kept = copied ? copyState(state) : { state }
    if (kept === undefined) return
    const seen: Seen = { position: this.#position, state: kept.state }
    access.baselines.set(this.#key, { version, state: seen })
  }

  get #key(): string {
    return `${this.#of.use}:${this.#of.access.group}:${this.#of.streamId}`
  }

  /** A state beyond the first message (it is handled again) is of no use. */
  #remembered(first: Position): (Seen & { readonly version: number }) | undefined {
    const known = this.#of.access.baselines.get(this.#key)
    if (known === undefined || this.#of.fresh || !isSeen(known.state) || known.state.position > first) return undefined
    return { version: known.version, ...known.state }
  }
}

/** Whether the messages are events that follow a version without gaps: then nothing has to be read. */
function follows(messages: readonly StoredMessage[], version: number): boolean {
  return messages.every((message, index) => message.version === version + 1 + index)
}

function isSeen(state: unknown): state is Seen {
  return typeof state === "object" && state !== null && "position" in state && "state" in state
}
