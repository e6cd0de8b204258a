import type { Wake } from "@millrace/core/backend"
import { describe, expect, it, onTestFinished } from "vitest"

import { owner, spec, to } from "./build.ts"
import { startChild } from "./child.ts"
import { freshLog } from "./folder.ts"

/** Wake-ups as they come, to be waited for. */
function hearing(): { readonly onWake: (wake: Wake) => void; next(kind: Wake["kind"]): Promise<Wake> } {
  const heard: Wake[] = []
  let notify = (): void => {}
  return {
    onWake(wake) {
      heard.push(wake)
      notify()
    },
    async next(kind) {
      for (;;) {
        const at = heard.findIndex((wake) => wake.kind === kind)
        if (at >= 0) {
          const [wake] = heard.splice(at, 1)
          if (wake !== undefined) return wake
        }
        await new Promise<void>((resolve) => (notify = resolve))
      }
    },
  }
}

describe("on sqlite", () => {
  it("what another process does wakes this one: messages with their types, schedules, started groups, challenges [lesson 44]", async () => {
    const { path, backend } = await freshLog()
    await backend.ensureGroup(spec)
    await backend.operator.stopGroup("g", { reason: "to be started" })
    await backend.heartbeat({ kind: "join", owner, facts: { host: "h", pid: 1 }, wants: [] })
    const child = startChild("wake.ts", path)
    await child.until(1)
    const ear = hearing()
    const listening = await backend.listen(ear.onWake)
    onTestFinished(() => listening.close())
    const tell = (line: string) => void child.process.stdin?.write(`${line}\n`)
    tell("append")
    expect(await ear.next("messages")).toEqual({ kind: "messages", types: ["far-away"] })
    tell("schedule")
    expect(await ear.next("schedule")).toEqual({ kind: "schedule" })
    tell("start")
    expect(await ear.next("work")).toEqual({ kind: "work" })
    tell("join")
    expect(await ear.next("challenge")).toEqual({ kind: "challenge", processName: "p" })
    child.process.stdin?.end()
    expect(await child.ended).toBe(0)
  })

  it("an own append wakes own listeners once it is stored, before its caller goes on [lesson 15]", async () => {
    const { backend } = await freshLog()
    const order: string[] = []
    const listening = await backend.listen((wake) => void order.push(wake.kind))
    await backend.append([to("a")]).then(() => order.push("answered"))
    expect(order).toEqual(["messages", "answered"])
    const before = order.length
    await backend.append([{ streams: [{ streamId: "a", expected: "no-stream", messages: [] }] }])
    expect(order.length).toBe(before)
    await listening.close()
    await listening.close()
    await backend.append([to("a")])
    expect(order.length).toBe(before)
  })
})
