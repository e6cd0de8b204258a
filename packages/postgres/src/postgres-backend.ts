import { randomUUID } from "node:crypto"

import {
  type Backend,
  BackendError,
  MAX_NAME_LENGTH,
  type Migration,
  openDoor,
  type Risk,
} from "@millrace/core/backend"
import type { Pool } from "pg"

import { takeTurns } from "./append-turns.ts"
import { append, MAX_BATCH } from "./append.ts"
import { claim } from "./claim.ts"
import { openDatabase } from "./database.ts"
import { readDocuments } from "./documents.ts"
import { ensureGroup } from "./ensure-group.ts"
import { closedError, toBackendError } from "./errors.ts"
import { extend } from "./extend.ts"
import { createHandedOut } from "./handed-out.ts"
import { openEars } from "./listen.ts"
import type { Log } from "./log.ts"
import { findLog, migrate } from "./migrate.ts"
import { FORMAT } from "./migrations/index.ts"
import { namesOf } from "./names.ts"
import { operatorOf } from "./operator.ts"
import { type PostgresOptions, settingsOf } from "./options.ts"
import { heartbeat } from "./processes.ts"
import { read } from "./read.ts"
import { promote } from "./schedules.ts"
import { gatherMoves } from "./settle-together.ts"
import { settle } from "./settle.ts"
import type { PostgresTx } from "./tx.ts"

/** One group that the server works on, and one that this process prepares. */
const APPENDS_AT_ONCE = 2

/**
 * A log in a Postgres database (13 or newer), given by URL or by a `pg` pool, which stays its owner's: it is never closed here. Beside the pool one
 * connection is opened to listen, and with a URL one that groups of appends share. Nothing is opened before the first call.
 */
export function postgresBackend(target: string | Pool, options: PostgresOptions = {}): Backend<PostgresTx> {
  const settings = settingsOf(options)
  const names = namesOf(settings)
  // A connection beside a pool of the user's would lack what that sets up on each of its own.
  const oneLine = settings.prepare && typeof target === "string"
  const database = openDatabase(target, settings, names)
  const ears = openEars(database, { names, settings, origin: randomUUID() })
  let partitions = settings.partitions
  let risks: readonly Risk[] = []
  const log: Log = {
    database,
    settings,
    names,
    holds: { maxMessageBytes: settings.maxMessageBytes, maxNameLength: MAX_NAME_LENGTH },
    get partitions() {
      return partitions
    },
    turns: takeTurns(),
    moves: gatherMoves(database),
    line: { open: oneLine },
    looks: { last: undefined, onItsWay: undefined, atRest: false, tookOne: false, crowded: false },
    size: { head: 0 },
    handedOut: createHandedOut(),
    news: ears.news,
  }
  const look = async (): Promise<void> => {
    const found = await findLog(database.read, names)
    if (found.kind === "nothing")
      throw new BackendError("not-migrated", `the database holds no log ${names.log} yet: run migrate first`)
    if (found.format < FORMAT)
      throw new BackendError(
        "not-migrated",
        `the log ${names.log} has format ${found.format} of ${FORMAT}: run migrate first`,
      )
    partitions = found.partitions
    risks = found.risks
  }
  const door = openDoor({
    look,
    closed: closedError,
    inOurWords: (error) => toBackendError(error, database.where, "read"),
  })
  const { use } = door
  return {
    get capabilities() {
      return {
        contract: 1,
        name: "postgres",
        tx: true,
        txRollback: true,
        durability: "what was answered survives a crash of the server, unless synchronous_commit or fsync is off there",
        risks,
        persistent: true,
        reach: "network",
        wake: settings.listen ? "push" : "poll",
        partitions,
        maxMessageBytes: settings.maxMessageBytes,
        maxBatch: MAX_BATCH,
        appendsAtOnce: oneLine ? APPENDS_AT_ONCE : 1,
      } as const
    },
    operator: operatorOf(log, use, () => door.forget()),
    async migrate({ dryRun = false } = {}): Promise<Migration> {
      return door.useUnseen(async () => {
        const migration = await migrate(database, log, dryRun)
        if (!dryRun) await use(async () => {})
        return migration
      })
    },
    close() {
      return door.close(() => ears.close().then(() => database.close()))
    },
    append: (appends) => use(() => append(log, appends)),
    read: (query) => use(() => read(database.read, query, partitions)),
    documents: (query) => use(() => readDocuments(database.read, query)),
    ensureGroup: (spec) => use(() => ensureGroup(log, spec)),
    claim: (request) => use(() => claim(log, request)),
    extend: (lease, leaseMs) => use(() => extend(log, lease, leaseMs)),
    settle: (settlement) => use(() => settle(log, settlement)),
    promote: (limit) => use(() => promote(log, limit)),
    heartbeat: (beat) => use(() => heartbeat(log, beat)),
    listen: (onWake) => use(() => ears.listen(onWake)),
  }
}
