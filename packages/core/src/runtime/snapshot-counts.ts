/** What became of an actor's snapshots in this process. */
export interface SnapshotCounts {
  /** Written. */
  readonly taken: number
  /** Read, and a state begun from them. */
  readonly used: number
  /** Read and passed over: made by another version of the snapshot, or by other functions. */
  readonly outdated: number
  /** Read and passed over: the stream's event of that version is another one, or not there. */
  readonly foreign: number
  /** Read and passed over: its schema does not take it, or it is no snapshot. */
  readonly unreadable: number
  /** Not written: the state would not come back as it is, or is too large for the storage. */
  readonly refused: number
  /** Not written: a newer version of the snapshot was there, which is left to the processes that know it. */
  readonly newer: number
  /** Not written, because the storage was away or too many were being written; the next one that is due will be. */
  readonly missed: number
}

export type SnapshotEvent = keyof SnapshotCounts

export const NO_COUNTS: SnapshotCounts = Object.freeze({
  taken: 0,
  used: 0,
  outdated: 0,
  foreign: 0,
  unreadable: 0,
  refused: 0,
  newer: 0,
  missed: 0,
})
