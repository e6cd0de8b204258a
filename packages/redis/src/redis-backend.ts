import { randomUUID } from "node:crypto"

import {
  type Backend,
  BackendError,
  MAX_NAME_LENGTH,
  type Migration,
  openDoor,
  type Position,
} from "@millrace/core/backend"

import { append, APPENDS_AT_ONCE, MAX_BATCH } from "./append.ts"
import { claim } from "./claim.ts"
import type { Client } from "./client.ts"
import { openConnection } from "./connection.ts"
import { readDocuments } from "./documents.ts"
import { ensureGroup } from "./ensure-group.ts"
import { closedError, unexpected } from "./errors.ts"
import { extend } from "./extend.ts"
import { appendfsyncOf, durabilityOf, factsOf, type ServerFacts } from "./facts.ts"
import { openEars } from "./listen.ts"
import type { Log } from "./log.ts"
import { findLog, FORMAT, migrate } from "./migrate.ts"
import { operatorOf } from "./operator.ts"
import { type RedisOptions, settingsOf } from "./options.ts"
import { heartbeat } from "./processes.ts"
import { read } from "./read.ts"
import { risksOf } from "./risks.ts"
import { promote } from "./schedules.ts"
import { scripts } from "./scripts.ts"
import { settle } from "./settle.ts"
import type { RedisTx } from "./tx.ts"

/**
 * A log in a Redis server (7.0 or newer; Valkey), given by URL or by an `ioredis` client (`Redis` or `Cluster`), which stays its owner's: it is never
 * closed here. Beside it one connection is opened to listen. Nothing is opened before the first call.
 */
export function redisBackend(target: string | Client, options: RedisOptions = {}): Backend<RedisTx> {
  const settings = settingsOf(options)
  const connection = openConnection(target, settings)
  const ears = openEars(connection, settings)
  let partitions = settings.partitions
  let facts: ServerFacts | undefined
  let seen: Position = 0
  const log: Log = {
    connection,
    settings,
    holds: { maxMessageBytes: settings.maxMessageBytes, maxNameLength: MAX_NAME_LENGTH },
    get partitions() {
      return partitions
    },
    turns: { id: randomUUID(), sent: 0, away: 0 },
    run: (script, words) => connection.run(script, [settings.clock?.now() ?? "", ...words]),
    saw(position) {
      seen = Math.max(seen, position)
    },
  }
  connection.onReady(async (on) => {
    const answer = await on.run(scripts.greet, [settings.clock?.now() ?? "", seen, FORMAT])
    facts = factsOf(answer, await appendfsyncOf(on))
    log.saw(facts.head)
  })
  const look = async (): Promise<void> => {
    const found = await findLog(connection, settings)
    if (found.kind === "nothing")
      throw new BackendError("not-migrated", `there is no log ${settings.prefix} in this Redis yet: run migrate first`)
    if (found.format < FORMAT)
      throw new BackendError(
        "not-migrated",
        `${connection.where} has format ${found.format} of ${FORMAT}: run migrate first`,
      )
    partitions = found.partitions
  }
  const door = openDoor({
    look,
    closed: closedError,
    inOurWords: (error) => unexpected(error, connection.where),
  })
  const { use } = door
  return {
    get capabilities() {
      return {
        contract: 1,
        name: "redis",
        tx: true,
        txRollback: false,
        durability: durabilityOf(facts),
        risks: risksOf(facts),
        persistent: true,
        reach: "network",
        wake: "push",
        partitions,
        maxMessageBytes: settings.maxMessageBytes,
        maxBatch: MAX_BATCH,
        appendsAtOnce: APPENDS_AT_ONCE,
      } as const
    },
    operator: operatorOf(log, use, () => door.forget()),
    async migrate({ dryRun = false } = {}): Promise<Migration> {
      return door.useUnseen(async () => {
        const migration = await migrate(connection, settings, dryRun)
        if (!dryRun) await use(async () => {})
        return migration
      })
    },
    close() {
      return door.close(() => ears.close().then(() => connection.close()))
    },
    append: (appends) => use(() => append(log, appends)),
    read: (query) => use(() => read(log, query)),
    documents: (query) => use(() => readDocuments(log, query)),
    ensureGroup: (spec) => use(() => ensureGroup(log, spec)),
    claim: (request) => use(() => claim(log, request)),
    extend: (lease, leaseMs) => use(() => extend(log, lease, leaseMs)),
    settle: (settlement) => use(() => settle(log, settlement)),
    promote: (limit) => use(() => promote(log, limit)),
    heartbeat: (beat) => use(() => heartbeat(log, beat)),
    listen: (onWake) => use(() => ears.listen(onWake)),
  }
}
