import { deepEqual, equal, ok } from "node:assert/strict"

import { describe, it } from "vitest"

import { soak } from "../src/soak/soak.ts"

/** Nothing is decided by it: it ends a run that hangs. */
const TIME_LIMIT_MS = 600_000
const SHORT = { lengthMs: 3_000, measureMs: 500, everyMs: 200 } as const
const never = new AbortController().signal

describe.concurrent("a soak", () => {
  it(
    "of real processes counts every order, its latencies, and what processes and storage hold",
    { timeout: TIME_LIMIT_MS },
    async () => {
      const { findings, orders, samples, flatness, perSecond, capacity } = await soak(
        { ...SHORT, backend: "sqlite" },
        never,
      )
      deepEqual(findings, [])
      const steady = Math.floor((SHORT.lengthMs / 1_000) * perSecond)
      // The measurement and its warm-up are orders, too.
      equal(orders, steady + capacity.orders + capacity.warmUpOrders)
      // Nothing of it waits when it ends: so much was really borne, for at least so long.
      ok(capacity.tookMs >= SHORT.measureMs && capacity.orders > 0 && capacity.warmUpOrders > 0)
      equal(Math.round((capacity.perSecond * capacity.tookMs) / 1_000), capacity.orders)
      // The last look may come before the last order was handled.
      ok(samples.stored.totalCount > 0 && samples.stored.totalCount <= steady)
      ok(samples.handled.totalCount > 0)
      const gauged = new Set(flatness.map(({ name }) => name))
      const expected = ["heap of writer", "resident memory of worker-1", "lag of mill", "size of the storage"]
      if (process.platform === "linux") expected.push("file handles of worker-2", "sockets of operator")
      for (const name of expected) ok(gauged.has(name), `${name} was not measured: ${[...gauged].join(", ")}`)
    },
  )

  it(
    "finds memory, handles and connections that are never given back, and messages that are lost or doubled",
    { timeout: TIME_LIMIT_MS },
    async () => {
      const plants = ["memory", "handles", "connections", "lost", "doubled"] as const
      const run = { ...SHORT, perSecond: 60, backend: "memory", plants } as const
      const { findings, flatness } = await soak(run, never)
      deepEqual([...new Set(findings.map(({ kind }) => kind))].sort(), ["doubled", "lost", "reordered"])
      ok(
        findings.every(({ says }) => /shipped: .* parcel-[01] /.test(says)),
        JSON.stringify(findings),
      )
      const grown = flatness.filter(({ growth, allowed }) => growth > allowed).map(({ name }) => name)
      ok(grown.includes("heap of process"), grown.join())
      if (process.platform !== "linux") return
      ok(grown.includes("file handles of process"), grown.join())
      ok(grown.includes("sockets of process"), grown.join())
    },
  )
})
