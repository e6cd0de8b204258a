import { deepEqual, equal, ok } from "node:assert/strict"
import { readFile } from "node:fs/promises"

import type { Backend } from "@millrace/core"
import { redisBackend } from "@millrace/redis"
import { describe, it, onTestFinished } from "vitest"

import { Noted, noted } from "./noted.ts"
import { redisForTest } from "./redis-for-test.ts"

const PAGE = new URL("../../../../docs/backends/redis.md", import.meta.url)
const OWNER = { processName: "worker-1", bootId: "boot-1" }

/** The code block of the documentation that begins with this line. */
async function blockAfter(line: string): Promise<string> {
  const text = await readFile(PAGE, "utf8")
  const from = text.indexOf(`${line}\n`)
  ok(from >= 0, `docs/backends/redis.md has no line ${line}`)
  return text.slice(from + line.length + 1, text.indexOf("```", from)).trimEnd()
}

/** As `redis-cli` prints one group. */
function asPrinted(group: readonly unknown[]): string {
  return group
    .map((value, at) => {
      const number = `${at === 0 ? "1) " : "   "}${String(at + 1).padStart(2)}) `
      return number + (typeof value === "number" ? `(integer) ${value}` : `"${String(value)}"`)
    })
    .join("\n")
}

async function aLogWith(url: string, messages: number): Promise<Backend<never>> {
  const backend = redisBackend(url, { partitions: 1 })
  onTestFinished(() => backend.close())
  await backend.migrate()
  const types = [Noted.type]
  await backend.ensureGroup({
    group: "totals",
    order: "stream",
    start: { at: "beginning" },
    types,
    owner: OWNER,
    maxLanes: 9,
  })
  for (let at = 1; at <= messages; at += 1)
    await backend.append([{ streams: [{ streamId: "cart-1", expected: "any", messages: [noted("cart-1", at)] }] }])
  return backend
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? Array.from<unknown>(value) : []
}

describe("on redis", () => {
  it("XINFO GROUPS answers what the documentation shows: two messages in flight, three that wait", async () => {
    const server = await redisForTest()
    const backend = await aLogWith(server.url, 5)
    const groups = [{ group: "totals", types: [Noted.type], limit: 2 }]
    const slice = await backend.claim({ owner: OWNER, groups, leaseMs: 30_000 })
    equal(slice.kind, "slice")
    const [group] = listOf(await server.beside.call("XINFO", "GROUPS", "{millrace}:p:0"))
    const shown = await blockAfter("$ redis-cli XINFO GROUPS '{millrace}:p:0'")
    equal(asPrinted(listOf(group)), shown)
  })

  it("all of a log's keys are in the documentation's table", async () => {
    const server = await redisForTest()
    const backend = await aLogWith(server.url, 3)
    const due = Date.now() + 60_000
    await backend.append([
      {
        streams: [
          { streamId: "cart-2", expected: "any", messages: [{ ...noted("cart-2", 1), correlationId: "other" }] },
        ],
        schedules: [{ message: noted("cart-3", 1), at: due }],
        documents: [{ collection: "totals", id: "cart-1", value: { sum: 1 }, expectedRevision: "any" }],
        idempotencyKey: "once",
        fingerprint: "content",
      },
    ])
    const beat = { owner: OWNER, facts: { host: "here", pid: 1 }, wants: [] }
    await backend.heartbeat({ ...beat, kind: "join" })
    const text = await readFile(PAGE, "utf8")
    const documented = new Set(
      [...text.matchAll(/^\| (`[^|]+`) \|/gm)].flatMap(([, names = ""]) =>
        [...names.matchAll(/`([^`<]+)/g)].map(([, name]) => name),
      ),
    )
    const families = (await server.beside.keys("{millrace}:*")).map((key) =>
      key.slice("{millrace}:".length).replace(/^(\w+):.*$/, "$1:"),
    )
    deepEqual([...new Set(families)].filter((family) => !documented.has(family)).sort(), [])
  })
})
