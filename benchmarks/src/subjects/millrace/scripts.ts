import type { Subject } from "../../harness/bench.ts"
import { longestScriptMs } from "../../harness/longest-script.ts"
import { openBackend } from "./open-backend.ts"

/** How long the longest script of Millrace takes, in milliseconds. */
export const scripts: Subject = {
  name: "millrace",
  async measure({ url }) {
    const { allKindsOfWork } = await import("./all-kinds-of-work.ts")
    const { operations, faults } = await allKindsOfWork(await openBackend("redis", url))
    return { value: await longestScriptMs(url), operations, faults, facts: {} }
  },
}
