import { equal, match } from "node:assert/strict"
import { readFile } from "node:fs/promises"

import { createApp, silentLogger } from "@millrace/core"
import { open } from "@millrace/redis"
import { describe, it, onTestFinished } from "vitest"

import { assertCopied } from "./assert-copied.ts"
import { copier } from "./copier.ts"
import { noted } from "./noted.ts"
import { redisForTest } from "./redis-for-test.ts"
import { refusalOf } from "./refusal-of.ts"

const PAGE = new URL("../../../../docs/backends/redis.md", import.meta.url)

/** The words of the documented `ACL SETUSER`. */
async function documentedUser(): Promise<readonly string[]> {
  const line = /^ACL SETUSER (.+)$/m.exec(await readFile(PAGE, "utf8"))
  return (line?.[1] ?? "").split(" ")
}

describe("on redis", () => {
  it("a user with no more than the documented rights can do everything that an app does", async () => {
    const server = await redisForTest()
    await server.beside.call("ACL", "SETUSER", ...(await documentedUser()))
    const backend = open(server.url.replace("//", "//shop:secret@"))
    onTestFinished(() => backend.close())
    const app = await createApp({ backend, reactors: [copier()], logger: silentLogger })
    onTestFinished(() => app.close())
    await app.start({ processName: "worker-1" })
    const notes = Array.from({ length: 20 }, (_, at) => noted(`source-${at % 4}`, at))
    for (const note of notes) await app.dispatch(note)
    await app.scheduleMessages([noted("later", 1)], { at: new Date(Date.now() + 60_000) })
    await app.drain()
    await assertCopied(
      backend,
      notes.map(({ id }) => id),
    )
    await app.resetConsumerGroup("copier")
    await app.drain()
    await app.trim(20)
    equal((await app.stats()).messages, 20)
    match(backend.capabilities.durability, /appendfsync no/)
    await app.stop()
    await backend.operator.uninstall("millrace")
    equal(await server.beside.dbsize(), 0)
  })

  it("a user who lacks rights is told which", async () => {
    const server = await redisForTest()
    await server.beside.call("ACL", "SETUSER", "weak", "on", ">secret", "~other*", "+@all")
    const backend = open(server.url.replace("//", "//weak:secret@"))
    onTestFinished(() => backend.close())
    const { message } = await refusalOf(backend.migrate())
    match(message, /NOPERM|allow it/)
  })
})
