import { deepEqual, equal, ok } from "node:assert/strict"
import { copyFile, readdir, stat, truncate } from "node:fs/promises"
import { join } from "node:path"

import { type Append, type Backend, createApp, silentLogger } from "@millrace/core"
import { open } from "@millrace/redis"
import { describe, it, onTestFinished } from "vitest"

import { recorder } from "../recorder.ts"
import { readAll } from "./assert-copied.ts"
import { Noted, noted, numberOf } from "./noted.ts"
import { redisForTest, type RedisForTest } from "./redis-for-test.ts"
import { surely } from "./surely.ts"

/** How a server can come back without what it had acknowledged last. */
const losses: readonly {
  readonly what: string
  readonly start: () => Promise<RedisForTest>
  /** Remembers the server's data as it is; answers how to bring that state back while the server is down. */
  readonly remember: (server: RedisForTest) => Promise<() => Promise<void>>
}[] = [
  {
    what: "an append-only file that ends too early",
    start: () => redisForTest({ appendfsync: "everysec" }),
    async remember(server) {
      const folder = join(server.folder, "appendonlydir")
      const [name = ""] = (await readdir(folder)).filter((file) => file.endsWith(".incr.aof"))
      const file = join(folder, name)
      const { size } = await stat(file)
      return () => truncate(file, size)
    },
  },
  {
    what: "an older snapshot",
    start: () => redisForTest({ settings: { dbfilename: "dump.rdb" } }),
    async remember(server) {
      await server.beside.save()
      const file = join(server.folder, "dump.rdb")
      await copyFile(file, `${file}.older`)
      return () => copyFile(`${file}.older`, file)
    },
  },
]

function openFor(url: string): Backend<never> {
  const backend = open(url)
  onTestFinished(() => backend.close())
  return backend
}

function to(streamId: string, number: number): Append {
  return { streams: [{ streamId, expected: "any", messages: [noted(streamId, number)] }] }
}

async function positionOf(backend: Backend<never>, append: Append): Promise<number> {
  const [verdict] = await surely(() => backend.append([append]))
  if (verdict?.kind !== "appended") throw new Error(`not appended: ${JSON.stringify(verdict)}`)
  return verdict.position
}

describe("on redis", () => {
  for (const { what, start, remember } of losses) {
    describe(`after a restart with ${what}`, () => {
      it("no position is used twice, neither by who saw what was lost nor by a newcomer [S31.c]", async () => {
        for (const newcomer of [false, true]) {
          const server = await start()
          const witness = openFor(server.url)
          await witness.migrate()
          for (let at = 1; at <= 6; at += 1) equal(await positionOf(witness, to("a-1", at)), at)
          const goBack = await remember(server)
          for (let at = 7; at <= 10; at += 1) equal(await positionOf(witness, to("a-1", at)), at)
          await server.kill()
          await goBack()
          await server.start()
          const writer = newcomer ? openFor(server.url) : witness
          const next = await positionOf(writer, to("a-1", 11))
          ok(next > 10, `position ${next} was used before`)
          const all = await readAll(writer)
          deepEqual(
            all.map(({ payload }) => numberOf(payload)),
            [1, 2, 3, 4, 5, 6, 11],
          )
          deepEqual(
            all.map(({ version }) => version),
            [1, 2, 3, 4, 5, 6, 7],
          )
        }
      })

      it("a group goes on: what is left and what comes is handled, nothing of it skipped [lesson 37]", async () => {
        const server = await start()
        const backend = openFor(server.url)
        const seen = recorder("seen", [Noted], { startFrom: "beginning" })
        const app = await createApp({ backend, reactors: [seen], logger: silentLogger })
        onTestFinished(() => app.close())
        for (let at = 1; at <= 5; at += 1) await app.dispatch(noted(`a-${at % 2}`, at))
        await app.drain()
        await app.dispatch(noted("a-1", 6))
        const goBack = await remember(server)
        for (let at = 7; at <= 10; at += 1) await app.dispatch(noted(`a-${at % 2}`, at))
        await app.drain()
        await server.kill()
        await goBack()
        await server.start()
        for (let at = 11; at <= 14; at += 1) await surely(() => app.dispatch(noted(`a-${at % 2}`, at)))
        await surely(() => app.drain())
        const numbers = seen.seen.map(({ payload }) => numberOf(payload))
        const sorted = (list: readonly number[]) => list.toSorted((a, b) => a - b)
        deepEqual(sorted(numbers.slice(0, 10)), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
        // 6 is handled again: that it had been handled is part of what was lost.
        deepEqual(sorted(numbers.slice(10)), [6, 11, 12, 13, 14])
        const [group] = await surely(() => app.groups([seen]))
        equal(group?.lag, 0)
      })
    })
  }

  it("a failover to a replica that lacked the last writes uses no position twice, and what comes after it is handled [S31.c]", async () => {
    const master = await redisForTest({ settings: { "repl-diskless-sync-delay": "0" } })
    const replica = await redisForTest({ settings: { replicaof: `127.0.0.1 ${new URL(master.url).port}` } })
    const before = openFor(master.url)
    await before.migrate()
    for (let at = 1; at <= 6; at += 1) equal(await positionOf(before, to("a-1", at)), at)
    // WAIT speaks of the writes of its own connection: one that comes after all others stands for them.
    await master.beside.set("marker", "here")
    while ((await master.beside.wait(1, 100)) === 0);
    await replica.beside.replicaof("NO", "ONE")
    for (let at = 7; at <= 10; at += 1) equal(await positionOf(before, to("a-1", at)), at)
    await master.kill()
    const backend = openFor(replica.url)
    const seen = recorder("seen", [Noted], { startFrom: "beginning" })
    const app = await createApp({ backend, reactors: [seen], logger: silentLogger })
    onTestFinished(() => app.close())
    const next = await positionOf(backend, to("a-1", 11))
    ok(next > 10, `position ${next} was used before`)
    await app.drain()
    deepEqual(
      seen.seen.map(({ payload }) => numberOf(payload)),
      [1, 2, 3, 4, 5, 6, 11],
    )
  })
})
