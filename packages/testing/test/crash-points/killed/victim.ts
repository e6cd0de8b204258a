// A process that works for its parent on a log, call by call, until it is killed at one of the calls that this makes to the storage.
//   node victim.ts <storage> <url or path>
import type { Clock } from "@millrace/core"

import { testClock } from "../../../src/test-clock.ts"
import { endThisProcess } from "../end-this-process.ts"
import type { Door } from "../site.ts"
import { withFunctions } from "./functions-in.ts"
import type { Said, StorageName, Told } from "./told.ts"

/** Only what belongs to one storage is loaded: a process starts for each point. */
const DOORS: Readonly<Record<StorageName, (url: string, clock: Clock) => Promise<Door>>> = {
  sqlite: async (path, clock) => (await import("../sqlite-site.ts")).sqliteDoor(path, clock),
  postgres: async (url, clock) => (await import("../postgres-site.ts")).postgresDoor(url, clock),
  redis: async (url, clock) => (await import("../redis-site.ts")).redisDoor(url, clock),
  mongodb: async (url, clock) => (await import("../mongodb-site.ts")).mongodbDoor(url, clock),
}

const [, , storage = "", url = ""] = process.argv
if (!isStorage(storage)) throw new Error(`there are no processes of ${storage}`)
const clock = testClock()
const door = await DOORS[storage](url, clock)
const backend = door.open({ brief: false })
let isArmed = false

process.on("message", (told: Told) => void obey(told))
process.once("disconnect", () => process.exit(0))
say({ says: "ready" })

async function obey(told: Told): Promise<void> {
  if (told.do === "arm") {
    isArmed = true
    door.wire.arm(told.step, told.mishap)
    return
  }
  if (told.do === "disarm") {
    const calls = door.wire.seen
    isArmed = false
    await door.wire.disarm()
    say({ says: "seen", number: told.number, calls })
    return
  }
  const { number, method, args, now } = told
  try {
    if (now > clock.now()) await clock.advanceTo(now)
    const answer = await called(method, withFunctions(args))
    await endWhereStruck()
    say({ says: "answer", number, answer })
  } catch (error) {
    await endWhereStruck()
    say({ says: "error", number, code: codeOf(error), message: error instanceof Error ? error.message : String(error) })
  }
}

/** Struck after the last call that its work made, and nobody has heard yet what it came to. */
async function endWhereStruck(): Promise<void> {
  if (isArmed && (await door.wire.disarm()) !== undefined) endThisProcess()
}

function called(method: readonly string[], args: readonly unknown[]): unknown {
  let owner: object = backend
  for (const name of method.slice(0, -1)) {
    const below: unknown = Reflect.get(owner, name)
    if (typeof below !== "object" || below === null) throw new Error(`a backend has no ${method.join(".")}`)
    owner = below
  }
  const work: unknown = Reflect.get(owner, method.at(-1) ?? "")
  if (typeof work !== "function") throw new Error(`a backend has no ${method.join(".")}`)
  return Reflect.apply(work, owner, args)
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined
  return typeof error.code === "string" ? error.code : undefined
}

function say(said: Said): void {
  process.send?.(said)
}

function isStorage(name: string): name is StorageName {
  return Object.hasOwn(DOORS, name)
}
