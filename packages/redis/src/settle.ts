import {
  checkAppend,
  checkSettlement,
  isHeld,
  type PartVerdict,
  partVerdict,
  type Settled,
  type Settlement,
} from "@millrace/core/backend"

import { commit, type Committed, load, type Scope, type Work } from "./change.ts"
import type { GroupState, PartitionState } from "./group-state.ts"
import type { Log } from "./log.ts"
import { type PartWork, runPartWork } from "./part-work.ts"
import { type Plan, planSettle } from "./plan-settle.ts"
import { contended, raceOn, TRIES } from "./race.ts"
import { remembered, withPlaces } from "./repeats.ts"
import { settleUsual } from "./settle-usual.ts"
import type { RedisTx } from "./tx.ts"
import { verdictOf } from "./verdict.ts"

export type Part = Settlement<RedisTx>["parts"][number]

/** A part, and why it can not be stored (`undefined`: it can, as far as is known). */
export interface JudgedPart {
  readonly part: Part
  readonly refused: Refused | undefined
}

export type Refused = Exclude<PartVerdict, { readonly kind: "stored" }>

/** Where a settlement applies: its lease is in force. */
export interface Held {
  readonly group: GroupState
  readonly at: PartitionState
}

/** What is known of a settlement's parts: their work has run, and some have turned out not to be storable. */
interface Known {
  readonly works: Map<Part, PartWork>
  readonly refused: Map<Part, Refused>
}

/**
 * Stores what became of a slice. What is to be written is worked out here, and one script writes it all if what it was worked out from still holds and all
 * effects can be stored; else it writes nothing and says why, and it is worked out again.
 */
export async function settle(log: Log, settlement: Settlement<RedisTx>): Promise<Settled> {
  const usual = await settleUsual(log, settlement)
  if (usual !== "slow") return usual
  const { lease, parts } = settlement
  const known: Known = { works: new Map(), refused: new Map() }
  const tokens = parts.length + (lease.of === "lanes" ? lease.lanes.length : 0) + 1
  let whole = settlement.stop !== undefined
  const race = raceOn(log)
  for (let tries = 0; tries < TRIES + parts.length; tries += 1) {
    const scope: Scope = {
      names: [lease.group],
      tokens,
      repeats: true,
      ...(whole ? {} : { partition: lease.partition }),
    }
    const { read, stored } = await load(log, scope)
    const admitted = admit(read, settlement)
    if (admitted.kind === "over") return admitted.answer
    const { group, at } = admitted.held
    const isOpen = (key: string): boolean => at.lanes.has(key)
    checkSettlement(settlement, { order: group.order, partitions: log.partitions, checkpoint: at.checkpoint, isOpen })
    if (known.works.size < parts.length) await prepare(log, parts, known)
    const judged = parts.map((part): JudgedPart => ({ part, refused: known.refused.get(part) }))
    if (group.order === "log" && known.refused.size > 0) return nothingStored(judged)
    const plan = planSettle(read, admitted.held, settlement, { judged, works: known.works, whole })
    if (plan === "needs-whole-group") {
      whole = true
      continue
    }
    race.giveBackWay(read)
    const committed = await commit(log, read, stored)
    if (committed.kind === "done") return answerOf(plan, committed)
    if (committed.kind === "stale") {
      forgetJudgement(known)
      await race.overtaken(read.groups)
    } else if (committed.kind === "taken") {
      const part = parts[plan.commands[committed.command] ?? -1]
      if (part !== undefined) known.refused.set(part, { kind: "work-failed", error: new TypeError(committed.detail) })
    } else noteRefused(plan.effects, committed.verdicts, known)
  }
  throw contended(log)
}

/** The answer to a settlement that is stored, with what the server refused of users' commands. */
function answerOf(plan: Plan, { verdicts, unwritten }: Extract<Committed, { readonly kind: "done" }>): Settled {
  const settled = withPlaces(plan.settled, plan.effects, verdicts)
  const details = new Map<number, string[]>()
  for (const { command, detail } of unwritten) {
    const at = plan.commands[command]
    if (at !== undefined) details.set(at, [...(details.get(at) ?? []), detail])
  }
  if (details.size === 0) return settled
  const parts = settled.parts.map((part, at): PartVerdict => {
    const told = details.get(at)
    return part.kind === "stored" && told !== undefined ? { ...part, unwritten: told } : part
  })
  return { ...settled, parts }
}

/** Judges a settlement by its token: it was settled before, holds its lease, or comes too late. */
function admit(
  work: Work,
  settlement: Settlement<RedisTx>,
): { readonly kind: "held"; readonly held: Held } | { readonly kind: "over"; readonly answer: Settled } {
  const { lease } = settlement
  const [group] = work.groups
  const at = group?.partitions.find(({ partition }) => partition === lease.partition)
  const before = at === undefined ? undefined : remembered(at.repeats, settlement)
  if (before !== undefined) return { kind: "over", answer: before }
  const fenced = { kind: "over", answer: { kind: "fenced" } } as const
  if (group === undefined || at === undefined || !isHeld(at, lease)) return fenced
  return { kind: "held", held: { group, at } }
}

/** Runs user's work, once however often the settle is worked out, and finds what no state of the log could make storable. */
async function prepare(log: Log, parts: readonly Part[], { works, refused }: Known): Promise<void> {
  for (const part of parts) {
    const work = await runPartWork(part, log)
    const bad = part.effects === undefined ? undefined : checkAppend(part.effects, log.holds)
    const verdict = work.failed ?? (bad === undefined ? undefined : partVerdict(bad))
    if (verdict === undefined || verdict.kind === "stored") works.set(part, work)
    else {
      works.set(part, { commands: [], failed: verdict })
      refused.set(part, verdict)
    }
  }
}

/** What was refused by the state of the log is judged again. */
function forgetJudgement({ works, refused }: Known): void {
  for (const part of refused.keys()) if (works.get(part)?.failed === undefined) refused.delete(part)
}

/** A group in total order is its own only lane: the worker still holds it and decides again. The refused part names the reason for all. */
function nothingStored(judged: readonly JudgedPart[]): Settled {
  const reason = judged.find(({ refused }) => refused !== undefined)?.refused
  const parts = judged.flatMap(({ refused = reason }) => (refused === undefined ? [] : [refused]))
  return { kind: "settled", parts, lanes: [] }
}

function noteRefused(
  effects: readonly { readonly part: Part }[],
  verdicts: readonly unknown[],
  { refused }: Known,
): void {
  effects.forEach(({ part }, at) => {
    const answer = verdicts[at]
    if (part.effects === undefined || (Array.isArray(answer) && answer[0] === "ok")) return
    const verdict = partVerdict(verdictOf(part.effects, answer))
    if (verdict.kind !== "stored") refused.set(part, verdict)
  })
}
