import { setTimeout } from "node:timers/promises"

import { BackendError, type PartVerdict, partVerdict, type SettlePart } from "@millrace/core/backend"

import { type AppendRoom, beginAppending } from "./append.ts"
import type { LogRow } from "./log-row.ts"
import type { Memo } from "./memo.ts"
import type { Writing } from "./transaction.ts"
import { openTx, type SqliteTx } from "./tx.ts"

/**
 * User's work took longer than it may hold the database.
 * @remedy Do slow work before the sync block, or raise `txDeadlineMs`.
 */
export class TxDeadline extends Error {
  override readonly name = "TxDeadline"
  readonly code = "tx-deadline"

  constructor(deadlineMs: number) {
    super(
      `a sync block held the database for more than ${deadlineMs} ms and was undone: do slow work before it, or raise txDeadlineMs`,
    )
  }
}

/** Runs one part's work and then writes its effects, both or none. */
export async function runPart(
  writing: Writing,
  part: SettlePart<SqliteTx>,
  room: AppendRoom,
  deadlineMs: number,
): Promise<PartVerdict> {
  const undo = savepoint(writing, room.memo, "millrace_part")
  const verdict = await judged(writing, part, room, deadlineMs)
  if (!writing.db.db.isTransaction) {
    throw new BackendError(
      "unavailable",
      "a statement of a sync block undid the whole transaction (ON CONFLICT ROLLBACK, a full disk): nothing was stored",
    )
  }
  if (verdict.kind === "stored") writing.db.run("RELEASE millrace_part")
  else undo()
  return verdict
}

async function judged(
  writing: Writing,
  { work, effects }: SettlePart<SqliteTx>,
  room: AppendRoom,
  deadlineMs: number,
): Promise<PartVerdict> {
  const failure = work === undefined ? undefined : await runWork(writing, work, deadlineMs)
  if (failure !== undefined) return { kind: "work-failed", error: failure.error }
  if (effects === undefined) return { kind: "stored", position: 0, streams: [] }
  return partVerdict(beginAppending(writing, [effects], room).apply(effects))
}

async function runWork(
  { db }: Writing,
  work: NonNullable<SettlePart<SqliteTx>["work"]>,
  deadlineMs: number,
): Promise<{ readonly error: unknown } | undefined> {
  const opened = openTx(db.db)
  const over = new AbortController()
  try {
    const late = setTimeout(deadlineMs, undefined, { signal: over.signal, ref: false }).then(() => {
      throw new TxDeadline(deadlineMs)
    })
    late.catch(() => {})
    await Promise.race([work(opened.tx), late])
    return undefined
  } catch (error) {
    return { error }
  } finally {
    opened.revoke()
    over.abort()
  }
}

/** Sets a savepoint; the function it answers goes back to it, in the database and in what this process remembers. */
export function savepoint({ db, log }: Writing, memo: Memo, name: "millrace_part" | "millrace_settle"): () => void {
  const before: LogRow = { ...log }
  db.run(`SAVEPOINT ${name}`)
  return () => {
    db.run(`ROLLBACK TO ${name}`)
    db.run(`RELEASE ${name}`)
    Object.assign(log, before)
    memo.forget()
  }
}
