import type { Backend } from "../backend/backend.ts"
import type { Decider } from "../decider/decider.ts"
import type { StreamId, Version } from "../message/ids.ts"
import type { Writer } from "../store/writer.ts"
import { deciderFingerprint } from "./decider-fingerprint.ts"
import type { SnapshotCounts } from "./snapshot-counts.ts"
import { snapshotCollection, snapshotIn } from "./snapshot-document.ts"
import type { SnapshotKeeper } from "./snapshot-keeper.ts"

/** The snapshots of an actor. They can be dropped at any time: all they save is reading. */
export interface ActorSnapshots {
  /** A page by stream id, in code-unit order: at most `limit`, 1,000 unless asked otherwise, behind the id `after`. */
  list(options?: { readonly after?: StreamId; readonly limit?: number }): Promise<readonly SnapshotInfo[]>
  /**
   * Takes the snapshot of a stream now, due or not. Answers the version it stands at; `undefined` for a stream without events, and for an actor without `snapshot`.
   * Throws `SnapshotRefused` where the state can not be kept.
   */
  take(streamId: StreamId): Promise<Version | undefined>
  /**
   * Drops the snapshots of these streams, or all. Those of streams whose first events retention has removed are kept, for nothing else knows what these said: their
   * ids are in the answer. `evenTrimmed` drops them too, and their actors can not be loaded from then on.
   */
  drop(
    streamIds?: readonly StreamId[],
    options?: { readonly evenTrimmed?: boolean },
  ): Promise<{ readonly dropped: number; readonly kept: readonly StreamId[] }>
  /** What this process has made of them since it started. */
  counts(): SnapshotCounts
}

/** A snapshot as operators see it. */
export interface SnapshotInfo {
  readonly streamId: StreamId
  /** The version of its stream that it stands at. */
  readonly version: Version
  /** The version of the actor's snapshots that it was taken in. */
  readonly snapshotVersion: number
  /** Whether this process would begin from it: made in the same version, by the same functions. */
  readonly usable: boolean
}

/** How many snapshots a page holds unless asked otherwise. */
const PAGE = 1_000
/** How many are looked at and dropped in one go. */
const DROPPED_AT_ONCE = 200

/** The snapshots of an actor, as an app shows them. */
export function actorSnapshots(
  parts: { readonly backend: Backend<never>; readonly writer: Writer; readonly keeper: SnapshotKeeper },
  decider: Decider,
): ActorSnapshots {
  const collection = snapshotCollection(decider)
  const { backend, writer, keeper } = parts

  const dropSome = async (ids: readonly StreamId[], evenTrimmed: boolean): Promise<readonly StreamId[]> => {
    const whole = evenTrimmed ? new Set(ids) : await wholeStreams(backend, ids)
    const dropped = ids.filter((id) => whole.has(id))
    await Promise.all(
      dropped.map((id) =>
        writer.submit({
          streams: [],
          documents: [{ collection, id, expectedRevision: "any", value: undefined }],
        }),
      ),
    )
    return ids.filter((id) => !whole.has(id))
  }

  return {
    async list({ after, limit = PAGE } = {}) {
      const page = await backend.documents({ collection, limit, ...(after === undefined ? {} : { after }) })
      return page.map(({ id, value }) => infoOf(decider, id, snapshotIn(value)))
    },
    take: (streamId) => keeper.make(decider, streamId),
    async drop(streamIds, { evenTrimmed = false } = {}) {
      await keeper.idle()
      const kept: StreamId[] = []
      let dropped = 0
      for await (const ids of idsToDrop(backend, collection, streamIds)) {
        const left = await dropSome(ids, evenTrimmed)
        kept.push(...left)
        dropped += ids.length - left.length
      }
      return { dropped, kept }
    },
    counts: () => keeper.counts(decider),
  }
}

function infoOf(decider: Decider, streamId: StreamId, kept: ReturnType<typeof snapshotIn>): SnapshotInfo {
  const usable = kept?.version === decider.snapshot?.version && kept?.fingerprint === deciderFingerprint(decider)
  return { streamId, version: kept?.at ?? 0, snapshotVersion: kept?.version ?? 0, usable }
}

/** The ids that have a snapshot, of those named or of all, some at a time. */
async function* idsToDrop(
  backend: Backend<never>,
  collection: string,
  named: readonly StreamId[] | undefined,
): AsyncGenerator<readonly StreamId[]> {
  if (named !== undefined) {
    for (let at = 0; at < named.length; at += DROPPED_AT_ONCE) {
      const ids = [...new Set(named.slice(at, at + DROPPED_AT_ONCE))]
      yield (await backend.documents({ collection, ids })).map(({ id }) => id)
    }
    return
  }
  for (let after: string | undefined; ;) {
    const page = await backend.documents({
      collection,
      limit: DROPPED_AT_ONCE,
      ...(after === undefined ? {} : { after }),
    })
    after = page.at(-1)?.id
    if (after === undefined) return
    yield page.map(({ id }) => id)
  }
}

/** The streams that still have their first event. */
async function wholeStreams(backend: Backend<never>, ids: readonly StreamId[]): Promise<ReadonlySet<StreamId>> {
  if (ids.length === 0) return new Set()
  const streams = ids.map((streamId) => ({ streamId, upto: 1 }))
  const { messages } = await backend.read({ from: "streams", streams, limit: ids.length })
  return new Set(messages.filter(({ version }) => version === 1).map(({ streamId }) => streamId))
}
