import { type Append, BackendError, checkBatch, type Verdict } from "@millrace/core/backend"

import { appendLone, loneOf } from "./append-one.ts"
import { appendValues } from "./append-values.ts"
import type { Connection } from "./database.ts"
import { isBadData, isTaken } from "./errors.ts"
import { factsOf } from "./facts.ts"
import type { Log } from "./log.ts"
import { isFinal, type Plan, planAppends, verdictsOf } from "./plan-appends.ts"
import { planSingles } from "./plan-singles.ts"
import { bool, int, ints } from "./row.ts"
import { append as appendStatement } from "./sql/append.ts"
import { lockLog } from "./sql/lock-log.ts"

/** The most messages of one call. */
export const MAX_BATCH = 10_000

/** How often appends are judged anew without the lock, when others write to the same streams meanwhile. */
const TRIES_WITHOUT_LOCK = 2

/**
 * Stores appends. Nearly always one statement: they are judged here by what they expect, and the server stores them all if that holds. Where
 * it does not, they are judged by what the log holds and sent again; under contention at last with the lock in hand.
 */
export async function append(log: Log, appends: readonly Append[]): Promise<readonly Verdict[]> {
  checkBatch(appends, MAX_BATCH)
  try {
    return await appendTogether(log, appends)
  } catch (error) {
    if (!isBadData(error)) throw error
    return appendApart(log, appends, error)
  }
}

async function appendTogether(log: Log, appends: readonly Append[]): Promise<readonly Verdict[]> {
  const quick = planQuickly(log, appends)
  const quickly = await quick?.()
  if (quickly !== undefined) return told(log, appends, quickly)
  let plan = quick === undefined ? planAppends(appends, log.holds) : undefined
  for (let tries = 0; tries < TRIES_WITHOUT_LOCK; tries += 1) {
    plan ??= planAppends(appends, log.holds, await factsOf(log.database.read, appends))
    const judged = plan
    const verdicts = judged === undefined ? undefined : await unlessTaken(() => store(log, log.database.write, judged))
    if (verdicts !== undefined) return told(log, appends, verdicts)
    plan = undefined
  }
  const verdicts = await log.database.transaction(async (on) => {
    await on.rows(lockLog, log.settings.lockTimeoutMs)
    const judged = planAppends(appends, log.holds, await factsOf(on, appends))
    const stored = judged === undefined ? undefined : await store(log, on, judged)
    if (stored === undefined) throw new BackendError("corrupt", `${log.database.where}: facts changed under the lock`)
    return stored
  })
  return told(log, appends, verdicts)
}

/** How to store appends that are simple, as most are; what it finds otherwise than they expect is `undefined`, and they have to be judged by what the log holds. */
function planQuickly(log: Log, appends: readonly Append[]): (() => Promise<readonly Verdict[] | undefined>) | undefined {
  const lone = loneOf(appends)
  if (lone !== undefined) return () => unlessTaken(() => appendLone(log, lone))
  const singles = planSingles(appends, log)
  if (singles === undefined) return undefined
  return () =>
    unlessTaken(async () => {
      const [row] = await log.database.write.rows(appendStatement, ...singles.values)
      return row === undefined || !bool(row[0]) ? undefined : singles.verdicts(int(row[1]), ints(row[2]))
    })
}

/** Lets others know what was stored. */
export function told(log: Log, appends: readonly Append[], verdicts: readonly Verdict[]): readonly Verdict[] {
  verdicts.forEach((verdict, at) => {
    if (verdict.kind !== "appended") return
    const { streams = [], schedules = [] } = appends[at] ?? {}
    for (const { messages } of streams) for (const { type } of messages) log.news.messages(type)
    if (schedules.length > 0) log.news.schedule()
  })
  return verdicts
}

/** Ids that are stored already show when they are written, and undo the whole plan. */
async function unlessTaken<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (isTaken(error)) return undefined
    throw error
  }
}

/** Stores a plan; `undefined` when what it was judged by no longer holds. */
export async function store(log: Log, on: Connection, plan: Plan): Promise<readonly Verdict[] | undefined> {
  if (isFinal(plan)) return verdictsOf(plan, 0, [])
  const [row] = await on.rows(appendStatement, ...appendValues(plan, log))
  if (row === undefined || !bool(row[0])) return undefined
  return verdictsOf(plan, int(row[1]), ints(row[2]))
}

/** The group holds something that the server can not store: each half alone, until the culprit stands alone. */
async function appendApart(log: Log, appends: readonly Append[], error: unknown): Promise<readonly Verdict[]> {
  if (appends.length === 1) {
    const detail = `Postgres can not store it: ${error instanceof Error ? error.message : String(error)}`
    return [{ kind: "refused", code: "bad-data", detail }]
  }
  const middle = appends.length >>> 1
  const first = await append(log, appends.slice(0, middle))
  return [...first, ...(await append(log, appends.slice(middle)))]
}
