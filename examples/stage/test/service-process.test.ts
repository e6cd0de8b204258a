import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"

import { describe, expect, it, onTestFinished } from "vitest"

import { serviceProcess } from "../src/service-process.ts"

/** Says what it is told, and a word when it is asked to stop. */
const ECHO = `
import { createInterface } from "node:readline"
console.log("ready")
createInterface({ input: process.stdin }).on("line", (line: string) => console.log("heard " + line))
process.on("SIGTERM", () => { console.log("stopping"); process.exit(3) })
`

async function echo() {
  const folder = await mkdtemp(join(tmpdir(), "millrace-stage-"))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, "echo.ts")
  await writeFile(file, ECHO)
  const heard: string[] = []
  const service = serviceProcess(pathToFileURL(file), { name: "echo", args: [], hear: (line) => void heard.push(line) })
  onTestFinished(async () => void (await service.kill()))
  return { service, heard }
}

describe("a service as a process", () => {
  it("is told lines, is heard line by line, and says how it ended", async () => {
    const { service, heard } = await echo()
    await service.said("ready")
    service.tell("one")
    service.tell("two")
    await service.said("heard", 2)
    expect(await service.stop()).toBe(3)
    expect(heard).toEqual(["ready", "heard one", "heard two", "stopping"])
    expect(service.lines).toEqual(heard)
  })

  it("rejects who waits for a word that it can not say any more, and names the signal that ended it", async () => {
    const { service } = await echo()
    await service.said("ready")
    const [waited, how] = await Promise.allSettled([service.said("never"), service.kill()])
    expect(how).toMatchObject({ value: "SIGKILL" })
    expect(waited).toMatchObject({ reason: new Error('echo ended (SIGKILL) before it said 1 × "never"') })
  })
})
