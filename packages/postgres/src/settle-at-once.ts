import {
  droppedBy,
  leaseKey,
  partVerdict,
  type PartVerdict,
  type Settled,
  type Settlement,
  toSortable,
} from "@millrace/core/backend"

import { appendValues } from "./append-values.ts"
import { told } from "./append.ts"
import { isBadData, isTaken } from "./errors.ts"
import type { Log } from "./log.ts"
import { type Plan, planAppends, verdictsOf } from "./plan-appends.ts"
import { plainAnswer, relativeAnswer, STORED } from "./remembered.ts"
import { int, ints } from "./row.ts"
import { settleAppend } from "./sql/settle-append.ts"
import type { PostgresTx } from "./tx.ts"

/** Settles in one statement; `undefined` when this settlement, or what has happened meanwhile, takes more. */
export async function settleAtOnce(log: Log, settlement: Settlement<PostgresTx>): Promise<Settled | undefined> {
  if (!isPlain(settlement)) return undefined
  const effects = settlement.parts.flatMap((part) => (part.effects === undefined ? [] : [part.effects]))
  if (effects.length === 0) return move(log, settlement)
  const plan = planAppends(effects, log.holds)
  if (plan === undefined || plan.verdicts.some(({ kind }) => kind !== "stored")) return undefined
  return moveAndAppend(log, settlement, plan)
}

/** Whether it only moves a checkpoint and appends. */
function isPlain({ lease, checkpoint, hold, stop, skipped = [], parts }: Settlement<PostgresTx>): boolean {
  if (lease.of !== "partition" || checkpoint === undefined || !Number.isSafeInteger(checkpoint) || checkpoint < 0)
    return false
  if (hold !== undefined || stop !== undefined || skipped.length > 0) return false
  if (parts.some(({ deferral, work }) => deferral !== undefined || work !== undefined)) return false
  return new Set(parts.map(({ key }) => key)).size === parts.length
}

/** The values that both functions begin with. */
function settleValues({ lease, checkpoint = 0, parts }: Settlement<PostgresTx>, answer: string) {
  const token = lease.of === "partition" ? lease.token : 0
  return [
    toSortable(lease.group),
    lease.partition,
    token,
    checkpoint,
    droppedBy(parts),
    leaseKey(lease),
    answer,
  ] as const
}

async function move(log: Log, settlement: Settlement<PostgresTx>): Promise<Settled | undefined> {
  const { parts } = settlement
  const more = await log.moves.move(settleValues(settlement, plainAnswer(parts.length)))
  if (more === undefined) return undefined
  if (more) log.news.work()
  return { kind: "settled", parts: parts.map(() => STORED), lanes: [], more }
}

async function moveAndAppend(log: Log, settlement: Settlement<PostgresTx>, plan: Plan): Promise<Settled | undefined> {
  const streams = [...plan.streams.keys()]
  const answer = relativeAnswer(partsOf(settlement, plan, { base: undefined, versions: [] }), streams)
  try {
    const values = [...settleValues(settlement, answer), ...appendValues(plan, log)]
    const [row] = await log.database.write.rows(settleAppend, ...values)
    if (row?.[0] !== "done") return undefined
    const stored = { base: int(row[2]), versions: ints(row[3]) }
    told(log, plan.appends, verdictsOf(plan, stored.base, stored.versions))
    const more = row[1] === "t"
    if (more) log.news.work()
    return { kind: "settled", parts: partsOf(settlement, plan, stored), lanes: [], more }
  } catch (error) {
    if (isBadData(error) || isTaken(error)) return undefined
    throw error
  }
}

/** One verdict per part; relative ones while the log has not spoken. */
function partsOf(
  { parts }: Settlement<PostgresTx>,
  plan: Plan,
  { base, versions }: { readonly base: number | undefined; readonly versions: readonly number[] },
): readonly PartVerdict[] {
  const verdicts = verdictsOf(plan, base, versions)
  let at = 0
  return parts.map(({ effects }) => {
    if (effects === undefined) return STORED
    const verdict = verdicts[at]
    at += 1
    return verdict === undefined ? STORED : partVerdict(verdict)
  })
}
