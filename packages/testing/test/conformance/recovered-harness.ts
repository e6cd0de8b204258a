import { deepEqual } from "node:assert/strict"

import {
  type Backend,
  type Listening,
  residentBackend,
  type RowChange,
  type RowStorage,
  type Wake,
} from "@millrace/core/backend"

import type { Harness } from "../../src/conformance/index.ts"
import { steeredClock } from "./steered-clock.ts"

/** Beyond so many rows a log is compared and recovered at one in so many calls. */
const LARGE = 300
const SELDOM = 40

const parse: (text: string) => RowChange = JSON.parse

type KeptRows = Map<string, string>

/**
 * The harness of a resident log whose rows are kept as texts of JSON. Each write has to tell every row that it changed, and the log is recovered from
 * its rows between any two calls: what is not in a row, or not read back as it was, is missed by a rule.
 */
export function recoveredHarness(): Harness {
  return {
    name: "rows",
    async open({ partitions, migrated }) {
      const { clock, setBack } = steeredClock()
      const rows: KeptRows = new Map()
      const open = (): Backend<never> => recovering(rows, () => resident(rows, { partitions, clock }))
      let backend = open()
      if (migrated) await backend.migrate()
      return {
        backend,
        async reopen() {
          if (await isClosed(backend)) backend = open()
          return backend
        },
        advance: (ms) => clock.advance(ms),
        setBack,
        dispose: () => backend.close(),
      }
    },
  }
}

interface Made {
  readonly partitions: number
  readonly clock: { now(): number }
}

function resident(rows: KeptRows, made: Made): Backend<never> {
  return residentBackend({
    ...made,
    logName: "rows",
    storage: keeping(rows),
    capabilities: {
      name: "rows",
      persistent: true,
      durability: "survives the backend, not the process",
      maxMessageBytes: 16 * 1024 * 1024,
      maxBatch: 10_000,
    },
  })
}

function keeping(rows: KeptRows): RowStorage {
  let writes = 0
  const keep = ([table, key, row]: RowChange): void => {
    if (row === null) rows.delete(`${table} ${key}`)
    else rows.set(`${table} ${key}`, JSON.stringify([table, key, row]))
  }
  return {
    holdsLog: () => rows.size > 0,
    create: (first) => [...first].forEach(keep),
    open: () => [...rows.values()].map((text) => parse(text)),
    keep(changes, all) {
      changes.forEach(keep)
      writes += 1
      if (rows.size < LARGE || writes % SELDOM === 0) deepEqual(textsOf(keptOf(all())), textsOf(rows))
    },
    close() {},
    remove: () => rows.clear(),
  }
}

function keptOf(all: Iterable<RowChange>): KeptRows {
  return new Map([...all].map((change) => [`${change[0]} ${change[1]}`, JSON.stringify(change)]))
}

/** What a trim told of a stream says no more than its messages do when others are appended to it. */
function textsOf(rows: KeptRows): ReadonlyMap<string, string> {
  return new Map([...rows].filter(([name]) => !name.startsWith("streams ")).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** A backend that is closed and made again between calls. Who listens to it hears the one that is there. */
function recovering(rows: KeptRows, make: () => Backend<never>): Backend<never> {
  const ears = new Set<{ readonly hear: (wake: Wake) => void }>()
  const tell = (wake: Wake): void => ears.forEach(({ hear }) => hear(wake))
  let backend = make()
  let away = 0
  let calls = 0
  let closed = false
  /** Nothing of it waits: the calls of one turn reach the same backend. */
  const current = (): Backend<never> => {
    calls += 1
    if (closed || away > 0 || rows.size === 0 || (rows.size >= LARGE && calls % SELDOM > 0)) return backend
    void backend.close()
    backend = make()
    if (ears.size > 0) void backend.listen(tell)
    return backend
  }
  const through = <T extends object>(of: (backend: Backend<never>) => T): T =>
    new Proxy(of(backend), {
      get(_, property) {
        if (property === "operator") return operator
        if (property === "listen") return listen
        const value: unknown = Reflect.get(of(backend), property)
        if (typeof value !== "function") return value
        return async (...args: readonly unknown[]): Promise<unknown> => {
          const target = of(current())
          if (property === "close") closed = true
          const method: unknown = Reflect.get(target, property)
          if (typeof method !== "function") throw new TypeError(`no method ${String(property)}`)
          away += 1
          try {
            return await Reflect.apply(method, target, [...args])
          } finally {
            away -= 1
          }
        }
      },
    })
  const operator = through(({ operator: inner }) => inner)
  const listen = async (hear: (wake: Wake) => void): Promise<Listening> => {
    const ear = { hear }
    if (closed || ears.size === 0) await backend.listen(tell)
    ears.add(ear)
    return { close: async () => void ears.delete(ear) }
  }
  return through((whole) => whole)
}

async function isClosed(backend: Backend<never>): Promise<boolean> {
  return backend.migrate({ dryRun: true }).then(
    () => false,
    () => true,
  )
}
