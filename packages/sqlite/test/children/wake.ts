// Does one thing to a log for each line of its input: `node wake.ts FILE`, then `append`, `schedule`, `start`, `join`.
import { createInterface } from "node:readline"

import { sqliteBackend } from "../../src/index.ts"
import { event, to } from "../build.ts"

const [path = ""] = process.argv.slice(2)
const backend = sqliteBackend(path)
const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`)

await backend.append([to("first")])
say({ ready: true })
for await (const line of createInterface({ input: process.stdin })) {
  if (line === "append") await backend.append([to("a", event("a", null, "far-away"))])
  if (line === "schedule")
    await backend.append([{ streams: [], schedules: [{ message: event("s"), at: Date.now() + 60_000 }] }])
  if (line === "start") await backend.operator.startGroup("g")
  if (line === "join") {
    const owner = { processName: "p", bootId: "other" }
    await backend.heartbeat({ kind: "join", owner, facts: { host: "h", pid: 2 }, wants: [] })
  }
  say({ done: line })
}
await backend.close()
