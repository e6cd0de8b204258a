import type { GroupOrder, LaneScan, PartitionSlice, Skipped, SliceMessage, StoredMessage } from "@millrace/core"

/** Work that one worker holds: a partition's slice, or what one lane of it holds. */
export interface Held {
  readonly of: "partition" | "lane"
  readonly partition: number
  /** The lane's key; empty for a partition. */
  readonly key: string
  readonly messages: readonly SliceMessage[]
  readonly skipped: readonly Skipped[]
  readonly openLanes: readonly string[]
  /** Where it begins: behind it for a partition, at it for a lane. */
  readonly from: number
  readonly scannedTo: number
  readonly reemit: boolean
  /** Which start of a process holds it. */
  readonly boot: string
  readonly processName: string
  readonly token: number
  /** Nobody else may hold it before, on the storage's clock. */
  until: number
  settled: boolean
  /** Another start of its process has taken the name: it can settle nothing any more, and until then the name alone gets it. */
  superseded: boolean
}

/** What is known of a group from what the storage was told and answered. */
export interface GroupAudit {
  readonly name: string
  readonly order: GroupOrder
  readonly types: Set<string>
  /** Handled since the last reset, with the stream or key. */
  readonly handled: Map<number, string>
  /** The last position handled of each stream or key. */
  readonly lastOf: Map<string, number>
  /** Handled before a reset. */
  readonly before: Set<number>
  /** How often its effects were stored. */
  readonly effective: Map<number, number>
  /** Passed over by a person's order. */
  readonly excused: Set<number>
  /** Passed over, and to be handled again after a reset: whether as replayed depends on how far its partition had got. */
  readonly unsure: Set<number>
  /** Failures of a message that is to be tried again. */
  readonly failures: Map<number, number>
  /** Messages that a reset may or may not have counted from the beginning: only partitions that it moves back forget. */
  readonly uncounted: Set<number>
  readonly parked: Map<string, number>
  readonly held: Map<string, Held>
  /** What settles that were accepted were answered, by what was settled. */
  readonly answers: Map<string, string>
  /** The highest token of each partition and lane. */
  readonly tokens: Map<string, number>
  /** Ids of what messages lead to, by cause. */
  readonly ids: Map<string, string>
  /** A person has interfered with it. */
  touched: boolean
  reemit: boolean
  /** Resets that wanted the effects again. */
  epoch: number
  resets: number
}

export function newGroupAudit(name: string, order: GroupOrder): GroupAudit {
  return {
    name,
    order,
    types: new Set(),
    handled: new Map(),
    lastOf: new Map(),
    before: new Set(),
    effective: new Map(),
    excused: new Set(),
    unsure: new Set(),
    failures: new Map(),
    uncounted: new Set(),
    parked: new Map(),
    held: new Map(),
    answers: new Map(),
    tokens: new Map(),
    ids: new Map(),
    touched: false,
    reemit: false,
    epoch: 0,
    resets: 0,
  }
}

/** What a lease is known under: its tokens are never used twice in a partition. */
export function heldKey(partition: number, key: string, token: number): string {
  return `${partition}/${key}/${token}`
}

/** The stream, or key, that a message belongs to in this group. */
export type KeyOf = (group: GroupAudit, message: StoredMessage) => string

/** A partition's slice as it is held. */
export function heldPartition(slice: PartitionSlice, by: Pick<Held, "boot" | "processName" | "until">): Held {
  return {
    ...by,
    of: "partition",
    partition: slice.lease.partition,
    key: "",
    messages: slice.messages,
    skipped: slice.skipped,
    openLanes: slice.openLanes,
    from: slice.from,
    scannedTo: slice.scannedTo,
    reemit: slice.reemit,
    token: slice.lease.token,
    settled: false,
    superseded: false,
  }
}

/** One lane as it is held. */
export function heldLane(
  lane: LaneScan & { readonly token: number },
  rest: Pick<Held, "boot" | "processName" | "until" | "partition" | "messages" | "reemit">,
): Held {
  return {
    ...rest,
    of: "lane",
    key: lane.key,
    skipped: [],
    openLanes: [],
    from: lane.next,
    scannedTo: lane.scannedTo,
    token: lane.token,
    settled: false,
    superseded: false,
  }
}
