import {
  droppedBy,
  type LaneToken,
  leaseKey,
  type PartVerdict,
  REPEATS_KEPT,
  type Settled,
  type SettledPart,
  settledParts,
  settleLanes,
  type Settlement,
  settlePartition,
  type LeaseIssuer,
  stopGroup,
  tooManyLanes,
} from "@millrace/core/backend"

import type { Work } from "./change.ts"
import type { PartWork } from "./part-work.ts"
import { repeatText } from "./repeats.ts"
import { groupKey } from "./save-groups.ts"
import type { Held, JudgedPart, Part } from "./settle.ts"
import type { RedisTx } from "./tx.ts"

/** What a settle writes and answers, once where its effects are stored is put in. */
export interface Plan {
  readonly settled: Extract<Settled, { readonly kind: "settled" }>
  /** The parts whose effects are handed in, in order, each with its number among all parts. */
  readonly effects: readonly PartEffects[]
  /** By command of users' work: the number of its part. */
  readonly commands: readonly number[]
}

export interface PartEffects {
  readonly part: Part
  readonly at: number
}

/** Works out everything that a settle writes. `needs-whole-group`: it stops the group, and only one partition of it was read. */
export function planSettle(
  work: Work,
  held: Held,
  settlement: Settlement<RedisTx>,
  known: {
    readonly judged: readonly JudgedPart[]
    readonly works: ReadonlyMap<Part, PartWork>
    readonly whole: boolean
  },
): Plan | "needs-whole-group" {
  const { group, at } = held
  const { judged } = known
  const lanesBefore = at.lanes.size
  const parts = judged.map(({ refused }): PartVerdict => refused ?? { kind: "stored", position: 0, streams: [] })
  const lanes = settleLease(work, held, settlement, settledParts(settlement.parts, parts))
  const open = group.openLanes + at.lanes.size - lanesBefore
  const tooMany = at.lanes.size > lanesBefore && open > group.maxLanes
  const stop = settlement.stop ?? (tooMany ? tooManyLanes(open, group.maxLanes) : undefined)
  if (stop !== undefined && !known.whole) return "needs-whole-group"
  const { effects, commands } = handIn(work, groupKey(group), judged, known.works)
  if (stop !== undefined) {
    stopGroup(group, stop, work.now)
    at.lease = { ...at.lease, takeovers: 0 }
  }
  const settled: Plan["settled"] = {
    kind: "settled",
    parts,
    lanes: stop === undefined ? lanes : [],
    ...(stop !== undefined && settlement.stop === undefined ? { stopped: "max-lanes" } : {}),
  }
  group.added.dropped += droppedBy(settlement.parts, settled.parts)
  const field = `settled${at.settles % REPEATS_KEPT}`
  at.settles += 1
  const text = repeatText(leaseKey(settlement.lease), settled)
  work.evenWhenFull = effects.length + commands.length === 0
  work.remember = { key: `${groupKey(group)}:p${at.partition}`, field, text }
  return { settled, effects, commands }
}

/** Moves on what the lease holds. Answers the lanes leased on to the same owner. */
function settleLease(
  work: Work,
  { group, at }: Held,
  settlement: Settlement<RedisTx>,
  parts: readonly SettledPart[],
): readonly LaneToken[] {
  const { lease, checkpoint = at.checkpoint, hold } = settlement
  const issuer: LeaseIssuer = { now: work.now, nextToken: () => work.nextToken() }
  if (lease.of === "lanes") {
    work.news.work = true
    return settleLanes(group, at, { lanes: lease.lanes, parts }, issuer)
  }
  const progress = checkpoint > at.checkpoint || hold !== undefined
  const lanes = settlePartition(group, at, { ...settlement, parts }, issuer)
  if (!progress || at.lanes.size > 0) work.news.work = true
  return lanes
}

/** Gives the script the effects and the commands of the parts that can be stored. */
function handIn(
  work: Work,
  group: string,
  judged: readonly JudgedPart[],
  works: ReadonlyMap<Part, PartWork>,
): Pick<Plan, "effects" | "commands"> {
  const effects: PartEffects[] = []
  const commands: number[] = []
  judged.forEach(({ part, refused }, at) => {
    if (refused !== undefined) return
    for (const command of works.get(part)?.commands ?? []) {
      work.commands.push({ group, position: part.from, command })
      commands.push(at)
    }
    if (part.effects === undefined) return
    work.appends.push(part.effects)
    effects.push({ part, at })
  })
  return { effects, commands }
}
