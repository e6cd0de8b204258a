import type { Subject } from "../../harness/bench.ts"
import { longestScript } from "../../harness/longest-script.ts"
import { openBackend } from "./open-backend.ts"

/** How long the longest script of Millrace takes, in milliseconds. */
export const scripts: Subject = {
  name: "millrace",
  async measure({ url }) {
    const { allKindsOfWork } = await import("./all-kinds-of-work.ts")
    const { operations, faults } = await allKindsOfWork(await openBackend("redis", url))
    const { scriptMs, blinkMs } = await longestScript(url)
    return { value: scriptMs, operations, faults, facts: { blinkMs } }
  },
}
