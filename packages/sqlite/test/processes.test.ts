import { describe, expect, it } from "vitest"

import { event, to } from "./build.ts"
import { startChild } from "./child.ts"
import { backendOn, freshLog } from "./folder.ts"

describe("on sqlite", () => {
  it("processes that append to one file in parallel lose nothing and share no position [S40.c lesson 23 lesson 25]", async () => {
    const { path, backend } = await freshLog()
    const children = ["one", "two", "three"].map((name) => startChild("append.ts", path, name, "80"))
    expect(await Promise.all(children.map(({ ended }) => ended))).toEqual([0, 0, 0])
    const stored = children.flatMap(({ lines }) => lines.slice(1).map((line) => line["stored"]))
    expect(new Set(stored).size).toBe(240)
    const { messages, head } = await backend.read({ from: "log", limit: 1_000 })
    expect([messages.length, head]).toEqual([480, 480])
    expect(messages.map(({ position }) => position)).toEqual(Array.from({ length: 480 }, (_, at) => at + 1))
    const shared = messages.filter(({ streamId }) => streamId === "shared")
    expect(shared.map(({ version }) => version)).toEqual(Array.from({ length: 240 }, (_, at) => at + 1))
  }, 60_000)

  it("a writer killed in the middle leaves what it was answered, no half append and no lock [lesson 46]", async () => {
    const { path, backend } = await freshLog()
    const child = startChild("append.ts", path, "one", "100000")
    await child.until(100)
    child.process.kill("SIGKILL")
    await child.ended
    const answered = child.lines.slice(1).map((line) => Number(line["stored"]))
    const { messages } = await backend.read({ from: "log", limit: 10_000 })
    const positions = new Set(messages.map(({ position }) => position))
    expect(answered.filter((position) => !positions.has(position))).toEqual([])
    expect(positions.size).toBe(messages.at(-1)?.position)
    const [verdict] = await backend.append([to("after", event("after"))])
    expect(verdict).toMatchObject({ kind: "appended", position: positions.size + 1 })
    const again = backendOn(path)
    expect((await again.read({ from: "log", limit: 10_000 })).head).toBe(positions.size + 1)
  }, 60_000)
})
