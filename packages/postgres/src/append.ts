import { type Append, BackendError, checkBatch, type Verdict } from "@millrace/core/backend"

import { appendLone, type LoneAppend, loneOf } from "./append-one.ts"
import { behind, type Turn } from "./append-turns.ts"
import { appendValues } from "./append-values.ts"
import type { Connection, Row } from "./database.ts"
import { isBadData, isTaken, isWrongIsolation } from "./errors.ts"
import { factsOf } from "./facts.ts"
import type { Log } from "./log.ts"
import { isFinal, type Plan, planAppends, verdictsOf } from "./plan-appends.ts"
import { type PlannedSingles, planSingles } from "./plan-singles.ts"
import { bool, int, ints } from "./row.ts"
import { append as appendStatement, appendInTurn } from "./sql/append.ts"
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
  return log.turns.take(async (own, before) => {
    const verdicts = await appendAll(log, appends, { own, before })
    if (own.told === undefined) return told(log, appends, verdicts)
    own.told()
    return verdicts
  })
}

/** A call's own turn (none for a part of a call: nothing may follow that on the line), and the one before it where that has not ended yet. */
interface MyTurn {
  readonly own?: Turn
  readonly before: Turn | undefined
}

async function appendAll(log: Log, appends: readonly Append[], turn: MyTurn): Promise<readonly Verdict[]> {
  try {
    return await appendTogether(log, appends, turn)
  } catch (error) {
    if (!isBadData(error)) throw error
    await behind(turn.before, log.database.where)
    return appendApart(log, appends, error)
  }
}

async function appendTogether(log: Log, appends: readonly Append[], turn: MyTurn): Promise<readonly Verdict[]> {
  const quick = planQuickly(log, appends)
  const quickly = quick === undefined ? undefined : await appendQuickly(log, quick, turn)
  if (quickly !== undefined) return quickly
  await behind(turn.before, log.database.where)
  let plan = quick === undefined ? planAppends(appends, log.holds) : undefined
  for (let tries = 0; tries < TRIES_WITHOUT_LOCK; tries += 1) {
    plan ??= planAppends(appends, log.holds, await factsOf(log.database.read, appends))
    const judged = plan
    const verdicts = judged === undefined ? undefined : await unlessTaken(() => store(log, log.database.write, judged))
    if (verdicts !== undefined) return verdicts
    plan = undefined
  }
  return log.database.transaction(async (on) => {
    await on.rows(lockLog, log.settings.lockTimeoutMs)
    const judged = planAppends(appends, log.holds, await factsOf(on, appends))
    const stored = judged === undefined ? undefined : await store(log, on, judged)
    if (stored === undefined) throw new BackendError("corrupt", `${log.database.where}: facts changed under the lock`)
    return stored
  })
}

/** Simple appends, as most are, in one statement. */
type Quick =
  | { readonly kind: "lone"; readonly lone: LoneAppend }
  | { readonly kind: "group"; readonly group: PlannedSingles }

function planQuickly(log: Log, appends: readonly Append[]): Quick | undefined {
  const lone = loneOf(appends)
  if (lone !== undefined) return { kind: "lone", lone }
  const group = planSingles(appends, log)
  return group === undefined ? undefined : { kind: "group", group }
}

/** `undefined` where the log is not as they expect: they have to be judged by what it holds. */
async function appendQuickly(log: Log, quick: Quick, turn: MyTurn): Promise<readonly Verdict[] | undefined> {
  const { write, where } = log.database
  return unlessTaken(async () => {
    if (quick.kind === "group") {
      const row = await appendOnLine(log, quick.group, turn)
      if (row !== undefined) return verdictsFrom(quick.group, row)
    }
    await behind(turn.before, where)
    if (quick.kind === "lone") return appendLone(log, quick.lone, turn.own)
    return verdictsFrom(quick.group, (await write.rows(appendStatement, ...quick.group.values))[0])
  })
}

/** Sends a group on the line, behind the one before it if there is one. `undefined` when it could not be sent so, or that one was not stored: nothing was written. */
async function appendOnLine(log: Log, group: PlannedSingles, { own, before }: MyTurn): Promise<Row | undefined> {
  if (own === undefined || !log.line.open || (before !== undefined && !before.sent)) return undefined
  own.sent = true
  try {
    const [row] = await log.database.line.rows(appendInTurn, ...group.values, before?.mark ?? null, own.mark)
    return row?.[0] === null ? undefined : row
  } catch (error) {
    if (!isWrongIsolation(error)) throw error
    log.line.open = false
    return undefined
  }
}

function verdictsFrom(group: PlannedSingles, row: Row | undefined): readonly Verdict[] | undefined {
  return row === undefined || !bool(row[0]) ? undefined : group.verdicts(int(row[1]), ints(row[2]))
}

/** Lets others know what was stored. */
export function told(log: Log, appends: readonly Append[], verdicts: readonly Verdict[]): readonly Verdict[] {
  // Neighbours are mostly of one type: they are told of together.
  let last: string | undefined
  let count = 0
  const next = (type?: string): void => {
    if (last !== undefined) log.news.messages(last, count)
    last = type
    count = 0
  }
  verdicts.forEach((verdict, at) => {
    const append = verdict.kind === "appended" ? appends[at] : undefined
    if (append === undefined) return
    for (const { messages } of append.streams)
      for (const { type } of messages) {
        if (type !== last) next(type)
        count += 1
      }
    if (append.schedules !== undefined && append.schedules.length > 0) log.news.schedule()
  })
  next()
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
  const first = await appendAll(log, appends.slice(0, middle), ALONE)
  return [...first, ...(await appendAll(log, appends.slice(middle), ALONE))]
}

const ALONE: MyTurn = { before: undefined }
