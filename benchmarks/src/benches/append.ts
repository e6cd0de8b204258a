import { appendUnderLoad, type Load } from "../harness/append-load.ts"
import type { Bench, Subject } from "../harness/bench.ts"

const warmUpMs = 700
const spanMs = 2_500

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
  subjects: [twin(many), emmett("emmett-sqlite", "documented", many), emmett("emmett-sqlite-tuned", "tuned", many)],
  claims: [],
}

/** Appends of one event, one after another. */
export const appendOneCaller: Bench = {
  name: "append-1-caller",
  what: "durable appends of one event each, one after another",
  unit: "appends/s",
  rounds: 5,
  subjects: [twin(one), emmett("emmett-sqlite-tuned", "tuned", one)],
  claims: [],
}
