import type { Decider } from "../decider/decider.ts"
import { StaleVersion } from "../decider/errors.ts"
import { Instance, type Reached } from "../decider/instance.ts"
import type { StreamId, Version } from "../message/ids.ts"
import type { StoredMessage } from "../message/message.ts"
import { isDue, type Snapshots } from "./snapshots.ts"

/** Where a state comes from. */
export interface StateSource {
  /** See `Access.history`. */
  history(
    streamId: StreamId,
    range?: { readonly after?: Version; readonly upto?: Version },
    onPage?: (page: readonly StoredMessage[]) => void,
  ): Promise<readonly StoredMessage[]>
  readonly snapshots?: Snapshots | undefined
}

/** A state brought on by what its stream holds. `failed`: an event could not be applied, for this; the instance is spoilt then. */
export interface LoadedState {
  readonly instance: Instance
  readonly failed?: { readonly error: unknown }
}

/**
 * The state of a stream: from what the process remembers, or else from a snapshot, and the events since. Pages of the stream are folded as they come, so
 * that a long one is never in memory as a whole. What a read throws goes through; what an evolve function throws is in the answer.
 */
export async function loadState(
  decider: Decider,
  streamId: StreamId,
  from: StateSource,
  how: { readonly known?: Reached | undefined; readonly upto?: Version | undefined } = {},
): Promise<LoadedState> {
  const snapshots = decider.snapshot === undefined ? undefined : from.snapshots
  const { known, upto } = how
  const begun = known ?? (await snapshots?.find(decider, streamId, { version: upto }))
  const instance = new Instance(decider, streamId, begun)
  const since = instance.version
  let last: StoredMessage | undefined
  let failed: LoadedState["failed"]
  const fold = (events: readonly StoredMessage[]): void => {
    if (failed !== undefined) return
    try {
      for (const event of events) instance.applyStored(event)
      last = events.at(-1) ?? last
    } catch (error) {
      failed = { error }
    }
  }
  fold(await from.history(streamId, { after: since, ...(upto === undefined ? {} : { upto }) }, fold))
  // What the process remembers may lie before all that retention has left: a snapshot of another process may know what came between.
  if (failed !== undefined && known !== undefined && failed.error instanceof StaleVersion)
    return loadState(decider, streamId, from, upto === undefined ? {} : { upto })
  if (failed !== undefined) return { instance, failed }
  const { version } = instance
  if (snapshots === undefined || last === undefined || !isDue(decider, since, version)) return { instance }
  if (known !== undefined) snapshots.passed(decider, streamId, version)
  else snapshots.take(decider, streamId, { version, position: last.position, last: last.id, state: instance.state })
  return { instance }
}
