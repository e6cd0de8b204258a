import type { Decider } from "../decider/decider.ts"
import type { MessageId, Position, StreamId, Version } from "../message/ids.ts"

/** A state that was kept beside its stream: as it was right after the event `version`, which stands at `position`. Whoever gets it owns it. */
export interface Snapshot {
  readonly version: Version
  readonly position: Position
  readonly state: unknown
}

/** A state to keep: brought on by the events of its stream as the log holds them, and not yet in anybody's hands. */
export interface Folded extends Snapshot {
  /** The id of the event `version`. */
  readonly last: MessageId
}

/** States kept beside their streams, for actors that asked for it: a shorter way to what the events say, and never anything else. */
export interface Snapshots {
  /**
   * The snapshot of a stream, if one is there that this decider made, that lies at or below the bounds, and whose event is the one the stream has now.
   * Whatever else is found is counted and left alone. What a read throws goes through.
   */
  find(
    decider: Decider,
    streamId: StreamId,
    bounds?: { readonly version?: Version | undefined; readonly position?: Position | undefined },
  ): Promise<Snapshot | undefined>
  /** Keeps a state that the log alone has led to. Encodes it at once and stores it later. Never throws, and fails nobody. */
  take(decider: Decider, streamId: StreamId, folded: Folded): void
  /**
   * A stream has reached a version at which a snapshot is due, and the state at hand has been in users' hands: makes one of the log, later. Never throws, and
   * fails nobody.
   */
  passed(decider: Decider, streamId: StreamId, version: Version): void
}

/** Whether a snapshot is due of a stream that went on from a version to another: where a multiple of `every` lies between. */
export function isDue({ snapshot }: Decider, since: Version, version: Version): boolean {
  return snapshot !== undefined && Math.floor(version / snapshot.every) > Math.floor(since / snapshot.every)
}
