import { setTimeout } from "node:timers/promises"

import {
  BackendError,
  checkSettlement,
  partVerdict,
  type PartVerdict,
  type Settled,
  type Settlement,
} from "@millrace/core/backend"

import { store, told } from "./append.ts"
import { conclude } from "./conclude-settle.ts"
import type { Transaction } from "./database.ts"
import { isBadData, isVictim } from "./errors.ts"
import { factsOf } from "./facts.ts"
import { findGroup } from "./group-rows.ts"
import { type Held, isHeld, lockHeld } from "./held-lease.ts"
import { clockOf, type Log } from "./log.ts"
import { refuseBadData } from "./part-data.ts"
import { runWork } from "./part-work.ts"
import { planAppends } from "./plan-appends.ts"
import { answeredBefore, STORED } from "./remembered.ts"
import { int } from "./row.ts"
import { limitPause } from "./sql/limit-pause.ts"
import { lockLog } from "./sql/lock-log.ts"
import { selectHead } from "./sql/select-head.ts"
import type { PostgresTx } from "./tx.ts"

/** How often a settle that fell victim to a dead-lock among users' rows is run again before it is `unavailable`. */
const VICTIM_TRIES = 20
const VICTIM_WAIT_MS = 20

/** Why a part can not be stored. */
export type Refused = Exclude<PartVerdict, { readonly kind: "stored" }>

/** What one run of a settle came to. `refused`: parts whose work has to be undone; the others are run again without them. */
type Outcome =
  | { readonly kind: "settled"; readonly settled: Settled }
  | { readonly kind: "refused"; readonly refused: ReadonlyMap<number, Refused> }
  | { readonly kind: "locked" }
  | { readonly kind: "bad-data" }

/** How a run goes about it. */
interface Run {
  /** Parts that are known not to be storable, by index. */
  readonly refused: ReadonlyMap<number, Refused>
  /** Whether the log is locked even without appends, for the group may have to be stopped. */
  readonly locked: boolean
  /** Whether some part holds what the server can not store, so that each is tried alone. */
  readonly apart: boolean
}

/** Undoes a transaction with a result. */
class Undo extends Error {
  readonly outcome: Outcome

  constructor(outcome: Outcome) {
    super("undone")
    this.outcome = outcome
  }
}

/**
 * Settles in one transaction: users' work, each part's in a savepoint → the log's lock → appends → the fence check → lanes and checkpoint. A part that
 * can not be stored after its work has run is known for the next run, which leaves it out: each run knows one more, so they end.
 */
export async function settleInSteps(log: Log, settlement: Settlement<PostgresTx>): Promise<Settled> {
  let run: Run = { refused: new Map(), locked: settlement.stop !== undefined, apart: false }
  for (let victim = 0; ;) {
    try {
      const outcome = await attempt(log, settlement, run)
      if (outcome.kind === "settled") return outcome.settled
      if (outcome.kind === "locked") run = { ...run, locked: true }
      else if (outcome.kind === "bad-data") run = { ...run, apart: true }
      else run = { ...run, apart: false, refused: new Map([...run.refused, ...outcome.refused]) }
    } catch (error) {
      victim += 1
      if (!isVictim(error) || victim === VICTIM_TRIES) throw error
      await setTimeout(Math.random() * VICTIM_WAIT_MS * victim)
    }
  }
}

async function attempt(log: Log, settlement: Settlement<PostgresTx>, run: Run): Promise<Outcome> {
  try {
    return await log.database.transaction((on) => step(log, on, settlement, run))
  } catch (error) {
    if (error instanceof Undo) return error.outcome
    if (isBadData(error) && !run.apart) return { kind: "bad-data" }
    throw error
  }
}

async function step(log: Log, on: Transaction, settlement: Settlement<PostgresTx>, run: Run): Promise<Outcome> {
  const group = await findGroup(on, settlement.lease.group)
  if (group === undefined || !(await isHeld(on, group, settlement.lease)))
    return { kind: "settled", settled: (await answeredBefore(on, settlement.lease)) ?? { kind: "fenced" } }
  const refused = new Map([...run.refused, ...(await runAllWork(log, on, settlement, run.refused))])
  await limitPauses(on)
  if (run.locked || settlement.parts.some(({ effects }) => effects !== undefined))
    await on.rows(lockLog, log.settings.lockTimeoutMs)
  if (run.apart) throw new Undo({ kind: "refused", refused: await refuseBadData(log, on, settlement, refused) })
  const judged = await judgeAndStore(log, on, settlement, refused)
  const held = await lockHeld(on, group, settlement.lease, keysOf(settlement))
  if (held === undefined)
    throw new Undo({ kind: "settled", settled: (await answeredBefore(on, settlement.lease)) ?? { kind: "fenced" } })
  checkSettlement(settlement, {
    order: group.order,
    partitions: log.partitions,
    checkpoint: held.at.checkpoint,
    isOpen: (key) => held.lanes.has(key),
  })
  const nothing = nothingStored(held, judged.parts)
  if (nothing !== undefined) throw new Undo({ kind: "settled", settled: nothing })
  const [head] = await on.rows(selectHead, clockOf(log))
  const settled = await conclude(on, settlement, {
    held,
    verdicts: judged.parts,
    now: int(head?.[2]),
    locked: run.locked,
  })
  if (settled === "needs-lock") throw new Undo({ kind: "locked" })
  judged.tell()
  log.news.work()
  return { kind: "settled", settled }
}

/** The lanes that a settlement may concern. */
function keysOf({ lease, parts, skipped = [] }: Settlement<PostgresTx>): readonly string[] {
  const leased = lease.of === "lanes" ? lease.lanes : []
  return [...new Set([...leased, ...parts, ...skipped].map(({ key }) => key))]
}

/** From here on a pause of this process is a pause of all writers: the server ends it soon. */
const PAUSE_LIMIT_MS = 900

async function limitPauses(on: Transaction): Promise<void> {
  await on.rows(limitPause, String(PAUSE_LIMIT_MS))
}

/** Runs the work of all parts that are not refused yet; answers those whose work failed. */
async function runAllWork(
  log: Log,
  on: Transaction,
  { parts }: Settlement<PostgresTx>,
  before: ReadonlyMap<number, Refused>,
): Promise<ReadonlyMap<number, Refused>> {
  const failed = new Map<number, Refused>()
  const working = parts.some(({ work }, index) => work !== undefined && !before.has(index))
  // What can be seen to fail now is not worth its work.
  const foreseen = working ? await judgeParts(log, on, parts, before) : undefined
  for (const [index, part] of parts.entries()) {
    if (part.work === undefined || before.has(index)) continue
    const verdict = foreseen?.verdicts[index]
    if (verdict !== undefined && verdict.kind !== "stored") {
      failed.set(index, verdict)
      continue
    }
    const error = await runWork(on, part.work)
    if (error !== undefined) failed.set(index, { kind: "work-failed", error: error.error })
  }
  return failed
}

/** Judges all effects by what the log holds, as this transaction sees it now. */
async function judgeParts(
  log: Log,
  on: Transaction,
  parts: Settlement<PostgresTx>["parts"],
  refused: ReadonlyMap<number, Refused>,
) {
  const storable = parts.flatMap(({ effects }, index) =>
    effects === undefined || refused.has(index) ? [] : [{ effects, index }],
  )
  const appends = storable.map(({ effects }) => effects)
  const plan = planAppends(appends, log.holds, await factsOf(on, appends))
  const verdicts: PartVerdict[] = parts.map((_, index) => refused.get(index) ?? STORED)
  plan?.verdicts.forEach((planned, at) => {
    const index = storable[at]?.index
    if (index !== undefined && planned.kind === "judged") verdicts[index] = partVerdict(planned.verdict)
  })
  return { plan, appends, verdicts, indexes: storable.map(({ index }) => index) }
}

async function judgeAndStore(
  log: Log,
  on: Transaction,
  { parts }: Settlement<PostgresTx>,
  refused: ReadonlyMap<number, Refused>,
): Promise<{ readonly parts: readonly PartVerdict[]; tell(): void }> {
  if (parts.every(({ effects }) => effects === undefined))
    return { parts: parts.map((_, index) => refused.get(index) ?? STORED), tell() {} }
  const { plan, appends, verdicts, indexes } = await judgeParts(log, on, parts, refused)
  const undone = new Map<number, Refused>()
  for (const [index, verdict] of verdicts.entries()) {
    const worked = parts[index]?.work !== undefined && !refused.has(index)
    if (worked && verdict.kind !== "stored") undone.set(index, verdict)
  }
  if (undone.size > 0) throw new Undo({ kind: "refused", refused: undone })
  const stored = plan === undefined ? undefined : await store(log, on, plan)
  if (stored === undefined) throw new BackendError("corrupt", `${log.database.where}: facts changed under the lock`)
  stored.forEach((verdict, at) => {
    const index = indexes[at]
    if (index !== undefined) verdicts[index] = partVerdict(verdict)
  })
  return { parts: verdicts, tell: () => void told(log, appends, stored) }
}

/** A group in total order is its own only lane: the worker still holds it and decides again. The refused part names the reason for all. */
function nothingStored({ group }: Held, parts: readonly PartVerdict[]): Settled | undefined {
  const refused = parts.find(({ kind }) => kind !== "stored")
  if (group.order !== "log" || refused === undefined) return undefined
  return { kind: "settled", parts: parts.map((part) => (part.kind === "stored" ? refused : part)), lanes: [] }
}
