import type { Course } from "../../../harness/bench.ts"
import { bulkFill } from "../bulk-fill.ts"
import { type BackendName, openBackend } from "../open-backend.ts"
import { measureAppends } from "./measure-appends.ts"
import { measureDrain } from "./measure-drain.ts"
import { appendInProcesses, drainInProcesses } from "./processes.ts"

const ROUNDS = 3
const LOAD = { callers: 64, warmUpMs: 500, spanMs: 1_500 }
const BACKLOG = 20_000
const GROUPS = [1, 10, 100]
const PROCESSES = [1, 2, 4, 8]
/** Payloads of so many kB; the note that fills one up, and how large a backlog of them is. */
const PAYLOADS = [0.1, 1, 10, 100]
const PAYLOAD_BACKLOG_KB = 20_000
/** What an entry is without its note, in bytes of JSON. */
const BARE_ENTRY = 100

/** The same appends and the same backlog at growing numbers of messages in the log. `atRest`: has the server do first what millions of messages within a minute have left it to do. */
export function atMessages(
  backend: BackendName,
  sizes: readonly number[],
  atRest?: (url: string) => Promise<void>,
): Course {
  return {
    names: sizes.flatMap((size) => [`append at ${short(size)}`, `drain at ${short(size)}`]),
    async run({ url }, emit) {
      const opened = await openBackend(backend, url)
      let stored = 0
      for (const size of sizes) {
        await bulkFill(opened, { count: size - stored, typeOf: (batch) => `stored_${batch % 10}` })
        stored = size
        await atRest?.(url)
        for (let round = 0; round < ROUNDS; round += 1) {
          emit(`append at ${short(size)}`, await measureAppends(opened, { ...LOAD, prefix: `cart-${size}-${round}` }))
          const name = `drain-${size}-${round}`
          emit(`drain at ${short(size)}`, await measureDrain(opened, { entries: BACKLOG, groups: 1, name }))
        }
      }
      await opened.close()
    },
  }
}

/** The same in several processes at once. */
export function inProcesses(backend: BackendName): Course {
  return {
    names: PROCESSES.flatMap((count) => [`append by ${count}`, `drain by ${count}`]),
    async run({ url }, emit) {
      for (let round = 0; round < ROUNDS; round += 1) {
        for (const count of PROCESSES) {
          const name = `r${round}p${count}`
          emit(`append by ${count}`, await appendInProcesses({ backend, url, count, name, load: LOAD }))
          emit(`drain by ${count}`, await drainInProcesses({ backend, url, count, name, entries: 2 * BACKLOG }))
        }
      }
    },
  }
}

/** The same with several groups that each want every message. */
export function withGroups(backend: BackendName): Course {
  return {
    names: GROUPS.map((groups) => `drain by ${groups}`),
    async run({ url }, emit) {
      await rounds(backend, url, async (opened, round) => {
        for (const groups of GROUPS) {
          const entries = Math.max(BACKLOG / groups, 1_000)
          emit(`drain by ${groups}`, await measureDrain(opened, { entries, groups, name: `g${groups}-${round}` }))
        }
      })
    },
  }
}

/** The same with growing payloads. */
export function ofPayloads(backend: BackendName): Course {
  return {
    names: PAYLOADS.flatMap((kB) => [`append ${kB} kB`, `drain ${kB} kB`]),
    async run({ url }, emit) {
      await rounds(backend, url, async (opened, round) => {
        for (const kB of PAYLOADS) {
          const payload = { note: "x".repeat(Math.max(kB * 1_000 - BARE_ENTRY, 0)) }
          const entries = Math.min(BACKLOG, PAYLOAD_BACKLOG_KB / kB)
          emit(`append ${kB} kB`, await measureAppends(opened, { ...LOAD, prefix: `kb${kB}-${round}`, payload }))
          emit(`drain ${kB} kB`, await measureDrain(opened, { entries, groups: 1, payload, name: `kb${kB}-${round}` }))
        }
      })
    },
  }
}

async function rounds(
  backend: BackendName,
  url: string,
  round: (opened: Awaited<ReturnType<typeof openBackend>>, round: number) => Promise<void>,
): Promise<void> {
  const opened = await openBackend(backend, url)
  for (let at = 0; at < ROUNDS; at += 1) await round(opened, at)
  await opened.close()
}

/** 10,000 → 10k, 5,000,000 → 5M. */
export function short(count: number): string {
  return count >= 1_000_000 ? `${count / 1_000_000}M` : `${count / 1_000}k`
}
