import { join } from "node:path"

import { appendUnderLoad, type Load } from "../harness/append-load.ts"
import type { Bench, Subject } from "../harness/bench.ts"

const warmUpMs = 700
const spanMs = 2_500

const millrace = (load: Load): Subject => ({
  name: "millrace",
  async measure({ folder }) {
    const { millraceAppends } = await import("../subjects/millrace/append.ts")
    const { sqliteBackend } = await import("../../../packages/sqlite/src/index.ts")
    return appendUnderLoad(await millraceAppends(sqliteBackend(join(folder, "millrace.db"))), load)
  },
})

const emmett = (name: string, setup: "documented" | "tuned", load: Load): Subject => ({
  name,
  peer: "emmett-sqlite",
  async measure({ folder }) {
    const { emmettAppends } = await import("../subjects/emmett-sqlite/append.ts")
    return appendUnderLoad(await emmettAppends(folder, setup), load)
  },
})

const twin = (load: Load): Subject => ({
  name: "twin",
  async measure({ folder }) {
    const { bareAppends } = await import("../subjects/bare-sqlite/append.ts")
    return appendUnderLoad(bareAppends(folder), load)
  },
})

const many: Load = { callers: 64, warmUpMs, spanMs }
const one: Load = { callers: 1, warmUpMs, spanMs }

/** Appends of one event with 64 callers at once. */
export const appendManyCallers: Bench = {
  name: "append-64-callers",
  what: "durable appends of one event each, 64 callers at once, each waiting for its own",
  unit: "appends/s",
  rounds: 5,
  subjects: [
    millrace(many),
    twin(many),
    emmett("emmett-sqlite", "documented", many),
    emmett("emmett-sqlite-tuned", "tuned", many),
  ],
  claims: [
    { kind: "ratio", name: "append-64-callers-to-emmett-sqlite", of: "millrace", to: "emmett-sqlite", bar: 20 },
    {
      kind: "ratio",
      name: "append-64-callers-to-emmett-sqlite-tuned",
      of: "millrace",
      to: "emmett-sqlite-tuned",
      bar: 20,
    },
    { kind: "ratio", name: "append-64-callers-to-twin", of: "millrace", to: "twin", bar: 0.7 },
  ],
}

/** Appends of one event, one after another. */
export const appendOneCaller: Bench = {
  name: "append-1-caller",
  what: "durable appends of one event each, one after another",
  unit: "appends/s",
  rounds: 5,
  subjects: [millrace(one), twin(one), emmett("emmett-sqlite-tuned", "tuned", one)],
  claims: [{ kind: "ratio", name: "append-1-caller-to-twin", of: "millrace", to: "twin", bar: 0.7 }],
}
