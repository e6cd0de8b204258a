import type { AppendTarget } from "../../harness/append-load.ts"
import type { Contender } from "../../harness/bench.ts"

const appends: Contender<AppendTarget> = {
  name: "twin",
  open: async ({ url }) => (await import("./append.ts")).bareAppends(url),
}

/** The bare driver. */
export const twin = { appends }
