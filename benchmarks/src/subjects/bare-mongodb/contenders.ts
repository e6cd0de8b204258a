import type { AppendTarget } from "../../harness/append-load.ts"
import type { Contender } from "../../harness/bench.ts"
import type { ReadTarget } from "../../harness/read-load.ts"
import type { WorkTarget } from "../../harness/work-load.ts"

const appends: Contender<AppendTarget> = {
  name: "twin",
  open: async ({ url }) => (await import("./append.ts")).bareAppends(url),
}

const reading: Contender<ReadTarget> = {
  name: "twin",
  open: async ({ url }) => (await import("./read.ts")).bareReading(url),
}

const work: Contender<WorkTarget> = {
  name: "twin",
  open: async ({ url }) => (await import("./work.ts")).bareWork(url),
}

const oneByOne: Contender<AppendTarget> = {
  name: "one-by-one",
  open: async ({ url }) => (await import("./append.ts")).oneByOneAppends(url),
}

/** The bare driver: `one-by-one` stores each message in a document of its own, one after another. */
export const twin = { appends, reading, work, oneByOne }
