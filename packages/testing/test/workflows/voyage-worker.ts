// A worker of the voyage as a process of its own: says the key of each step on its standard output when the step has run, before its outcome is stored.
import { writeSync } from "node:fs"

import { createApp } from "@millrace/core"

import { voyage } from "./voyage.ts"

const [url = ""] = process.argv.slice(2)

/** Steps tell what they did the moment they did it: their output is on its way when the process is killed. */
class Told extends Array<string> {
  override push(...keys: string[]): number {
    for (const key of keys) writeSync(1, `${key}\n`)
    return this.length
  }
}

const { Leg, Voyage } = voyage(new Told())
const app = await createApp({ backend: url, reactors: [Leg, Voyage], processName: "voyager" })
await app.run()
await app.close()
