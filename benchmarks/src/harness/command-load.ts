import { type AppendTarget, appendUnderLoad, type Entry, entryOf, streamOf } from "./append-load.ts"
import type { Sample } from "./sample.ts"

/** A system whose commands load a stream, decide by its state, and store an event. `append` is a command: it stores the entry under the next number that the state tells. */
export interface CommandTarget extends AppendTarget {
  /** Stores a stream's events. */
  prepare(entries: readonly Entry[]): Promise<void>
}

export interface CommandLoad {
  readonly callers: number
  /** Events that each caller's stream has before. */
  readonly events: number
  readonly warmUpMs: number
  readonly spanMs: number
}

/** Each caller sends commands to a long stream of its own. A command decided on a stale state shows as a number that is lost or doubled. */
export async function commandUnderLoad(target: CommandTarget, load: CommandLoad): Promise<Sample> {
  for (let caller = 0; caller < load.callers; caller += 1) {
    const stream = streamOf(caller, 0, 1)
    await target.prepare(Array.from({ length: load.events }, (_, at) => entryOf(stream, at + 1)))
  }
  return appendUnderLoad(target, { ...load, streamsPerCaller: 1, stored: load.events })
}
