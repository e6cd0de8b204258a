import type { DatabaseSync } from "node:sqlite"
import { setImmediate } from "node:timers/promises"

import {
  type Append,
  type Backend,
  type Capabilities,
  checkBatch,
  checkLimit,
  type ClaimRequest,
  type Idle,
  type Migration,
  type Promotion,
  type Settlement,
  type Slice,
} from "@millrace/core/backend"

import { appendAll, type AppendRoom } from "./append.ts"
import { checkClaim, claim, type Taken } from "./claim.ts"
import type { Connection } from "./connection.ts"
import { readDocuments } from "./documents.ts"
import { checkSpec, ensureGroup } from "./ensure-group.ts"
import { extend } from "./extend.ts"
import { fetchLanes, fetchPartition } from "./fetch-slice.ts"
import { createIdleWatch } from "./idle-watch.ts"
import { createEars } from "./listen.ts"
import { readLogRow } from "./log-row.ts"
import { createMemo } from "./memo.ts"
import { findLog, runSteps, stepsFrom } from "./migrate.ts"
import { createOperator } from "./operator.ts"
import { type Settings, settingsOf, type SqliteOptions } from "./options.ts"
import { heartbeat, type TypeWatch } from "./processes.ts"
import { inOneView, readPage } from "./read.ts"
import { int } from "./row.ts"
import { promote } from "./schedules.ts"
import { settle, settleWithWork } from "./settle.ts"
import { selectNextSchedule } from "./sql/select-next-schedule.ts"
import { createStorage, type Storage } from "./storage.ts"
import { type Target, targetOf } from "./target.ts"
import { retryBusy } from "./transaction.ts"
import type { SqliteTx } from "./tx.ts"
import { createWriteQueue, type WriteQueue } from "./write-queue.ts"

/** The most messages of one append call. */
const MAX_BATCH = 10_000
/** How long after another process's write the database counts as shared. */
const SHARED_MS = 500
/** Reads answer at once, without the event loop turning; whoever reads in a loop must still let writes and timers have their turn. */
const READS_PER_TURN = 8
/** Leases and beats need not survive a power failure: everybody who could hold one is gone then. */
const PASSING = { durable: false } as const
const BEATING = { durable: false, light: true } as const

/**
 * A log in a SQLite database: a file (`sqlite:shop.db`, `sqlite:///absolute/path`, a path), this process's memory (`sqlite::memory:`), or a
 * `DatabaseSync` of your own, which is never closed here. Opens nothing before it is first used.
 */
export function sqliteBackend(target: string | URL | DatabaseSync, options: SqliteOptions = {}): Backend<SqliteTx> {
  const settings = settingsOf(options)
  const place = targetOf(target)
  return backendOf(place, settings, createStorage(place, settings))
}

function backendOf(target: Target, settings: Settings, storage: Storage): Backend<SqliteTx> {
  const memo = createMemo(() => storage.partitions)
  const room: AppendRoom = { memo, partitions: () => storage.partitions, maxMessageBytes: settings.maxMessageBytes }
  const now = (): number => Math.floor(settings.clock.now())
  const ears = createEars({ reader: () => storage.reader(), path: storage.path, busy: () => queue.busy })
  const queue = createWriteQueue({
    connection: () => storage.writer(),
    busyTimeoutMs: settings.busyTimeoutMs,
    now,
    setDurable: (db, durable) => storage.setDurable(db, durable),
    onBegin(db, log) {
      memo.begin(log)
      ears.notice(db, log)
    },
    onCommitted: () => ears.committed(),
    onStored(log, news) {
      memo.stored(log)
      ears.stored(log, news)
    },
    onUndone: () => memo.forget(),
    shared: () => performance.now() - memo.othersAt < SHARED_MS,
    toError: (error) => storage.toError(error),
  })
  const read = reading(storage, queue, settings)
  const idle = createIdleWatch()
  const types: TypeWatch = { nextAt: Number.NEGATIVE_INFINITY }
  let closing: Promise<void> | undefined

  return {
    get capabilities() {
      return capabilitiesOf(settings, storage)
    },
    operator: createOperator({ target, settings, storage, queue, room, read, now }),
    migrate: (how) => migrate(storage, settings, how?.dryRun ?? false),
    close() {
      closing ??= (async () => {
        ears.close()
        await queue.end()
        await storage.close()
      })()
      return closing
    },
    async append(appends: readonly Append[]) {
      checkBatch(appends, MAX_BATCH)
      return queue.write((writing) => appendAll(writing, appends, room))
    },
    read: (query) => read((db) => readPage(db, query, memo)),
    documents: (query) => read((db) => readDocuments(db, query)),
    async ensureGroup(spec) {
      checkSpec(spec)
      return queue.write((writing) => ensureGroup(writing, spec, room))
    },
    async claim(request) {
      checkClaim(request)
      return claimSlice(request, { storage, queue, room, read, idle, now })
    },
    extend: (lease, leaseMs) => queue.write((writing) => extend(writing, lease, leaseMs, memo), PASSING),
    settle(settlement: Settlement<SqliteTx>) {
      if (!settlement.parts.some(({ work }) => work !== undefined)) {
        return queue.write((writing) => settle(writing, settlement, room))
      }
      return queue.writeAlone((writing) => settleWithWork(writing, settlement, room, settings.txDeadlineMs))
    },
    promote: (limit) => promoteDue(limit, { queue, room, read, now }),
    heartbeat: (beat) => queue.write((writing) => heartbeat(writing, beat, memo, types), BEATING),
    async listen(onWake) {
      await storage.reader()
      return ears.listen(onWake)
    },
  }
}

/** Reads on the connection that sees stored rows only. */
export type Reading = <T>(run: (db: Connection) => T) => Promise<T>

function reading(storage: Storage, queue: WriteQueue, settings: Settings): Reading {
  let reads = 0
  return async (run) => {
    const db = await storage.reader()
    reads += 1
    if (reads % READS_PER_TURN === 0) await setImmediate()
    try {
      // Where one connection serves for all, an open transaction would show through.
      if (storage.single && queue.held) return await queue.between(() => run(db))
      return await retryBusy(() => run(db), settings.busyTimeoutMs)
    } catch (error) {
      throw storage.toError(error)
    }
  }
}

async function migrate(storage: Storage, settings: Settings, dryRun: boolean): Promise<Migration> {
  try {
    if (dryRun && storage.isMissing()) return stepsFrom({ format: 0 })
    const db = await storage.unchecked()
    const look = () => findLog(db, settings.tablePrefix)
    if (dryRun) return stepsFrom(await retryBusy(look, settings.busyTimeoutMs))
    await retryBusy(() => db.run("BEGIN IMMEDIATE"), settings.busyTimeoutMs)
    try {
      const done = runSteps(db, look(), settings)
      db.run("COMMIT")
      storage.recheck()
      await storage.writer()
      return done
    } catch (error) {
      if (db.db.isTransaction) db.run("ROLLBACK")
      throw error
    }
  } catch (error) {
    throw storage.toError(error)
  }
}

interface Parts {
  readonly queue: WriteQueue
  readonly room: AppendRoom
  readonly read: Reading
  readonly now: () => number
}

/** Asks the log's row first whether a claim could find more than it did before; then leases, and fetches the messages after the commit. */
async function claimSlice(
  request: ClaimRequest,
  {
    queue,
    room,
    read,
    idle,
    now,
  }: Parts & { readonly storage: Storage; readonly idle: ReturnType<typeof createIdleWatch> },
): Promise<Slice | Idle> {
  if (idle.knows(request)) {
    const answer = idle.answer(request, await read(readLogRow), now())
    if (answer !== undefined) return answer
  }
  const taken: Taken = await queue.write((writing) => {
    const found = claim(writing, request, room)
    if (found.kind === "idle") idle.learn(request, writing.log, found)
    return found
  }, PASSING)
  if (taken.kind === "idle") return taken
  return read((db) =>
    inOneView(db, () =>
      taken.kind === "partition" ? fetchPartition(db, room.memo.types, taken) : fetchLanes(db, room.memo.types, taken),
    ),
  )
}

/** Takes the write lock only when a schedule is due. */
async function promoteDue(limit: number, { queue, room, read, now }: Parts): Promise<Promotion> {
  checkLimit("limit", limit)
  const next = await read((db) => db.get(selectNextSchedule))
  const at = now()
  if (next === undefined || int(next[0]) > at) {
    return { promoted: 0, now: at, nextDue: next === undefined ? null : int(next[0]), types: [] }
  }
  return queue.write((writing) => promote(writing, limit, room))
}

function capabilitiesOf(settings: Settings, storage: Storage): Capabilities {
  const persistent = storage.path !== undefined
  return {
    contract: 1,
    name: "sqlite",
    tx: true,
    txRollback: true,
    durability: durabilityOf(persistent, settings),
    persistent,
    reach: persistent ? "machine" : "process",
    wake: "push",
    partitions: storage.partitions,
    maxMessageBytes: settings.maxMessageBytes,
    maxBatch: MAX_BATCH,
  }
}

function durabilityOf(persistent: boolean, { synchronous }: Settings): string {
  if (!persistent) return "nothing survives the process: the database is in its memory"
  return synchronous === "FULL"
    ? "what was answered survives a crash of the process and a power failure (synchronous=FULL)"
    : "what was answered survives a crash of the process; a power failure may take the last moments (synchronous=NORMAL)"
}
