import type { AppendTarget } from "../../harness/append-load.ts"
import type { Contender } from "../../harness/bench.ts"

const appends: Contender<AppendTarget> = {
  name: "emmett",
  peer: "emmett-mongodb",
  open: async ({ url }) => (await import("./append.ts")).emmettAppends(url),
}

/** Emmett on MongoDB: it stores events, and has no consumers there. */
export const emmett = { appends }
