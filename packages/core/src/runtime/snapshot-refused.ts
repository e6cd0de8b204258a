import { describeErrors, type FieldError } from "../message/field-error.ts"
import type { StreamId } from "../message/ids.ts"

/**
 * The state of an actor can not be kept as a snapshot: it would not come back as it is, or the storage can not hold it. Nothing else fails for it: streams are read
 * whole. An app logs it once for each actor; `app.snapshots(actor).take(id)` throws it.
 * @remedy Keep the state plain, describe every field of it in the snapshot's schema (an Effect Schema encodes Dates and the like), or take the option away.
 */
export class SnapshotRefused extends Error {
  override readonly name = "SnapshotRefused"
  readonly code = "snapshot-refused"
  readonly streamId: StreamId
  readonly errors: readonly FieldError[]

  constructor(actor: string, streamId: StreamId, errors: readonly FieldError[]) {
    super(
      `the state of ${actor} for ${streamId} can not be kept as a snapshot: ${describeErrors(errors)}. Keep it plain, or describe every field of it in the snapshot's schema`,
    )
    this.streamId = streamId
    this.errors = errors
  }
}
