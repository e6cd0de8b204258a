import {
  BackendError,
  FREE,
  fromSortable,
  type GroupOrder,
  type LeaseState,
  type Owner,
  type ReplayState,
  type StopReason,
  type WantedSince,
} from "@millrace/core/backend"

import type { GroupState, Lane, PartitionState } from "./group-state.ts"
import { PARTITION_FIELDS } from "./lua/load.ts"
import { fields, int, list, storedJson, text } from "./reply.ts"

/** A group with the fields it was read from, by which its changes are found. */
export interface StoredGroup {
  readonly group: GroupState
  readonly meta: ReadonlyMap<string, string>
  readonly heard: ReadonlyMap<string, string>
  readonly marks: ReadonlySet<number>
  readonly partitions: readonly StoredPartition[]
}

export interface StoredPartition {
  readonly state: PartitionState
  readonly fields: ReadonlyMap<string, string>
  readonly lanes: ReadonlyMap<string, string>
  readonly rows: ReadonlyMap<string, string>
}

/** Fields of a group's hash. Counts that only ever grow (`dropped`, `skipped`, `lanes`) are kept beside them. */
export function groupFields(group: GroupState): Record<string, string> {
  return {
    name: group.name,
    order: group.order,
    start: String(group.start),
    stopped: group.stopped === null ? "" : JSON.stringify(group.stopped),
    maxLanes: String(group.maxLanes),
    types: JSON.stringify([...group.types].map(([type, { since }]) => [type, since])),
    reemit: group.reemit ? "1" : "",
    epoch: String(group.epoch),
  }
}

/** When somebody was last heard to want each type of a group, and (by the empty name) anything of it. */
export function heardFields(group: GroupState): Record<string, string> {
  const heard: Record<string, string> = { "": String(group.heardAt) }
  for (const [type, { wantedAt }] of group.types) heard[type] = String(wantedAt)
  return heard
}

/** Fields of a partition's hash. */
export function partitionFields(at: PartitionState): Record<string, string> {
  const { owner, until, takeovers } = at.lease
  return {
    checkpoint: String(at.checkpoint),
    replay: replayText(at.replay),
    token: at.token === null ? "" : String(at.token),
    owner: owner?.processName ?? "",
    boot: owner?.bootId ?? "",
    until: String(until),
    takeovers: String(takeovers),
    leaseMs: String(at.leaseMs),
    hold: at.hold === null ? "" : JSON.stringify(at.hold),
    lanes: String(at.lanes.size),
    rows: String(at.rows.size),
    settles: String(at.settles),
  }
}

/** A lane as it is stored. */
export function laneText({ single, replay, at, token, lease, kept }: Lane): string {
  return JSON.stringify({ single, replay, at, token, lease, ...(kept === undefined ? {} : { kept }) })
}

/** A replay state as it is stored: a bare number where it is only a limit. */
export function replayText({ limit, unhandled }: ReplayState): string {
  return unhandled.length === 0 ? String(limit) : JSON.stringify({ limit, unhandled })
}

export function replayOf(stored: string): ReplayState {
  if (!stored.startsWith("{")) return { limit: int(stored === "" ? "0" : stored), unhandled: [] }
  return storedJson<ReplayState>(stored)
}

/** A group from the answer of `load`. */
export function storedGroup(id: string, [hash, heardHash, marks, partitions, wayMs]: readonly unknown[]): StoredGroup {
  const meta = fields(hash)
  const heard = fields(heardHash)
  const stored = list(partitions).map(storedPartition)
  const marked = list(marks).map(int)
  const at = (name: string): string => meta.get(name) ?? ""
  const group: GroupState = {
    id,
    name: at("name"),
    order: orderOf(at("order")),
    start: count(at("start")),
    stopped: at("stopped") === "" ? null : storedJson<StopReason & { readonly at: number }>(at("stopped")),
    maxLanes: count(at("maxLanes")),
    types: typesOf(at("types"), heard),
    heardAt: count(heard.get("") ?? ""),
    reemit: at("reemit") === "1",
    epoch: count(at("epoch")),
    dropped: count(at("dropped")),
    skipped: count(at("skipped")),
    openLanes: count(at("lanes")),
    wayMs: Math.max(0, int(wayMs)),
    added: { dropped: 0, skipped: 0, skips: [] },
    marks: new Set(marked),
    partitions: stored.map(({ state }) => state),
  }
  return { group, meta, heard, marks: new Set(marked), partitions: stored }
}

function typesOf(types: string, heard: ReadonlyMap<string, string>): Map<string, WantedSince> {
  const pairs = types === "" ? [] : storedJson<[string, number][]>(types)
  return new Map(pairs.map(([type, since]) => [type, { since, wantedAt: count(heard.get(type) ?? "") }]))
}

function storedPartition(answer: unknown): StoredPartition {
  const [number, values, laneHash, rowHash] = list(answer)
  const [stored, repeats] = partitionOf(list(values))
  const lanes = fields(laneHash)
  const rows = fields(rowHash)
  const at = (name: string): string => stored.get(name) ?? ""
  const state: PartitionState = {
    partition: int(number),
    checkpoint: count(at("checkpoint")),
    replay: replayOf(at("replay")),
    rows: new Map([...rows].map(([key, value]) => [key, replayOf(value)])),
    token: at("token") === "" ? null : count(at("token")),
    lease: leaseOf(at("owner"), at("boot"), count(at("until")), count(at("takeovers"))),
    leaseMs: count(at("leaseMs")),
    hold: at("hold") === "" ? null : storedJson<NonNullable<PartitionState["hold"]>>(at("hold")),
    lanes: new Map([...lanes].map(([name, value]) => laneOf(fromSortable(name), value))),
    settles: count(at("settles")),
    repeats,
  }
  return { state, fields: stored, lanes, rows }
}

/** The fields of a partition that are there, and the answers to its last settles. */
function partitionOf(values: readonly unknown[]): readonly [Map<string, string>, readonly string[]] {
  // A partition that never had any keeps no count of them.
  const stored = new Map([
    ["lanes", "0"],
    ["rows", "0"],
  ])
  const isThere = (value: unknown): boolean => value !== null && value !== undefined
  PARTITION_FIELDS.forEach((name, at) => {
    if (isThere(values[at])) stored.set(name, text(values[at]))
  })
  return [stored, values.slice(PARTITION_FIELDS.length).filter(isThere).map(text)]
}

function laneOf(key: string, value: string): [string, Lane] {
  return [key, { key, ...storedJson<Omit<Lane, "key">>(value) }]
}

function leaseOf(processName: string, bootId: string, until: number, takeovers: number): LeaseState {
  if (processName === "") return takeovers === 0 ? FREE : { ...FREE, takeovers }
  const owner: Owner = { processName, bootId }
  return { owner, until, takeovers }
}

/** A number that may be missing, and may be an instant with a fraction. */
function count(stored: string): number {
  return stored === "" ? 0 : Number(stored)
}

function orderOf(order: string): GroupOrder {
  if (order === "stream" || order === "key" || order === "log") return order
  throw new BackendError("corrupt", `a group has the order ${text(order)}: something else wrote to the log's keys`)
}
