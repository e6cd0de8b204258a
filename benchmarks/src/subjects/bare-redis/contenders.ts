import type { AppendTarget } from "../../harness/append-load.ts"
import type { Contender } from "../../harness/bench.ts"

const appends = (name: string, how: "pipelined" | "grouped"): Contender<AppendTarget> => ({
  name,
  open: async ({ url }) => (await import("./append.ts")).bareAppends(url, how),
})

/** The append script of Millrace, bare. */
export const twin = { pipelined: appends("twin", "pipelined"), grouped: appends("twin-grouped", "grouped") }
