import { type Backend, BackendError, MAX_NAME_LENGTH, type Migration, openDoor } from "@millrace/core/backend"
import type { MongoClient } from "mongodb"

import { append, MAX_BATCH } from "./append.ts"
import { chainOf } from "./chain.ts"
import { claim } from "./claim.ts"
import { openDatabase } from "./database.ts"
import { readDocuments } from "./documents.ts"
import { ensureGroup } from "./ensure-group.ts"
import { closedError, toBackendError } from "./errors.ts"
import { extend } from "./extend.ts"
import { groupsOf } from "./groups.ts"
import { indexWatch } from "./index-watch.ts"
import { openEars } from "./listen.ts"
import type { Log } from "./log.ts"
import { checkIndexes, findLog, FORMAT, migrate } from "./migrate.ts"
import type { MongodbTx } from "./mongodb-token.ts"
import { operatorOf } from "./operator.ts"
import { type MongodbOptions, settingsOf } from "./options.ts"
import { heartbeat } from "./processes.ts"
import { read } from "./read.ts"
import { recentCommits } from "./recent.ts"
import { promote } from "./schedules.ts"
import { segmentsOf } from "./segments.ts"
import { givenClock, serverClock } from "./server-clock.ts"
import { settle } from "./settle.ts"
import { type Ahead, aheadOf } from "./waiting.ts"
import { openWriter } from "./writer.ts"

/**
 * A log in a MongoDB database (6 or newer, standalone or replica set, or a server that speaks its protocol), given by URL or by a `MongoClient`, which stays
 * its owner's: it is never closed here. Nothing is opened before the first call.
 */
export function mongodbBackend(target: string | MongoClient, options: MongodbOptions = {}): Backend<MongodbTx> {
  const settings = settingsOf(options)
  const database = openDatabase(target, settings)
  const holds = { maxMessageBytes: settings.maxMessageBytes, maxNameLength: MAX_NAME_LENGTH }
  const clock =
    settings.clock === undefined
      ? serverClock(async () => serverTime(await database.command({ hello: 1 })))
      : givenClock(settings.clock)
  const segments = segmentsOf(database)
  const recent = recentCommits()
  let thinned = 0
  const thinnedTo = (number: number): void => {
    if (number <= thinned) return
    thinned = number
    segments.forget()
  }
  const ears = openEars({
    database,
    chain: () => chain,
    idlePollMs: settings.idlePollMs,
    onThinned: (number) => thinnedTo(number),
    onTrimmed: (position) => segments.dropTo(position),
  })
  let othersWroteAt = Number.NEGATIVE_INFINITY
  const chain = chainOf(database, {
    onCommit(commit, own) {
      if (!own) {
        othersWroteAt = performance.now()
        ears.othersWrote()
      }
      segments.add(commit)
      recent.add(commit)
      if (commit.types !== undefined) ears.news.messages(commit.types)
    },
    onGap: () => recent.forget(),
  })
  const writer = openWriter({
    database,
    chain,
    clock,
    holds,
    seenAbove: (position) => recent.above(position),
    othersWroteAt: () => othersWroteAt,
    onCommit({ todo }) {
      if (todo?.made !== undefined) ears.news.schedule()
    },
  })
  let partitions = settings.partitions
  let lookouts = new Map<string, Ahead>()
  const log: Log = {
    database,
    settings,
    holds,
    clock,
    chain,
    segments,
    writer,
    groups: groupsOf(database, clock, () => ears.news.work()),
    news: ears.news,
    catchUp: () => ears.catchUp(),
    look: () => ears.look(),
    heardLately: () => ears.heardLately(),
    schedulesHeard: () => ears.schedulesHeard(),
    get partitions() {
      return partitions
    },
    get thinned() {
      return thinned
    },
    thinnedTo,
    ahead(group) {
      let ahead = lookouts.get(group)
      if (ahead === undefined) lookouts.set(group, (ahead = aheadOf(() => partitions)))
      return ahead
    },
  }
  const look = async (): Promise<void> => {
    const found = await findLog(database)
    if (found.kind === "nothing")
      throw new BackendError("not-migrated", `there is no log ${database.name} yet: run migrate first`)
    if (found.format < FORMAT)
      throw new BackendError(
        "not-migrated",
        `${database.where} has format ${found.format} of ${FORMAT}: run migrate first`,
      )
    await checkIndexes(database)
    partitions = found.partitions
  }
  const door = openDoor({
    look,
    closed: closedError,
    inOurWords: (error) => toBackendError(error, database.where, "read"),
  })
  const forget = (): void => {
    door.forget()
    chain.forget()
    recent.forget()
    segments.forget()
    database.starts.clear()
    log.groups.forget()
    lookouts = new Map()
    thinned = 0
  }
  const watch = indexWatch({
    now: () => settings.clock?.now() ?? performance.now(),
    check: () => checkIndexes(database),
    onMissing: () => door.forget(),
  })
  const use = <T>(work: () => Promise<T>): Promise<T> =>
    door.use(() => {
      watch.tick()
      return work()
    })
  return {
    get capabilities() {
      return {
        contract: 1,
        name: "mongodb",
        tx: false,
        txRollback: false,
        durability:
          "what was answered is on the disks of a majority of the servers (of the only one, where there is one)",
        persistent: true,
        reach: "network",
        wake: "poll",
        partitions,
        maxMessageBytes: settings.maxMessageBytes,
        maxBatch: MAX_BATCH,
      } as const
    },
    operator: operatorOf(log, use, forget),
    async migrate({ dryRun = false } = {}): Promise<Migration> {
      return door.useUnseen(async () => {
        const migration = await migrate(database, settings, dryRun)
        if (!dryRun) await use(async () => {})
        return migration
      })
    },
    close() {
      return door.close(async () => {
        await ears.close()
        await writer.idle()
        await database.close()
      })
    },
    append: (appends) => use(() => append(log, appends)),
    read: (query) => use(() => read(log, query)),
    documents: (query) => use(() => readDocuments(database, query)),
    ensureGroup: (spec) => use(() => ensureGroup(log, spec)),
    claim: (request) => use(() => claim(log, request)),
    extend: (lease, leaseMs) => use(() => extend(log, lease, leaseMs)),
    settle: (settlement) => use(() => settle(log, settlement)),
    promote: (limit) => use(() => promote(log, limit)),
    heartbeat: (beat) => use(() => heartbeat(log, beat)),
    listen: (onWake) => use(() => ears.listen(onWake)),
  }
}

/** When the server answered. */
function serverTime(hello: Readonly<Record<string, unknown>>): number {
  const { localTime } = hello
  return localTime instanceof Date ? localTime.getTime() : Date.now()
}
