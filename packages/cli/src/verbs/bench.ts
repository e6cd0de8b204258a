import { availableParallelism } from "node:os"

import type { Backend } from "@millrace/core"

import { logOfItsOwn } from "../bench/log-of-its-own.ts"
import { measure, type Measured } from "../bench/measure.ts"
import { outputTo } from "../render/output.ts"
import { progressOf } from "../render/progress.ts"
import { table } from "../render/table.ts"
import { urlOf } from "../session/session.ts"
import type { StoreOptions } from "../session/store-options.ts"

/** Measures this store from this machine, in a log of its own that is removed again, whatever happens. */
export async function bench({ seconds, ...options }: StoreOptions & { readonly seconds: number }): Promise<void> {
  const own = logOfItsOwn(await urlOf(options))
  const { openBackend } = await import("@millrace/core")
  const backend = await openBackend(own.url)
  const forMs = seconds * 1_000
  // How many messages there will be shows only in the end; the time that appends are given is known.
  const progress = await progressOf("bench", 3 * forMs, "ms of appends")
  const began = performance.now()
  try {
    await backend.migrate()
    const { name, durability } = backend.capabilities
    const steps = await measure(backend, { forMs, tick: () => progress.at(Math.round(performance.now() - began)) })
    progress.end()
    const machine = { cpus: availableParallelism(), node: process.versions.node }
    outputTo(process.stdout, options.json === true).answer({ storage: name, durability, ...machine, steps }, () => {
      const rows = steps.map(rowOf)
      const facts = `${name}: ${durability}\nNode ${machine.node}, ${machine.cpus} processors\n`
      return [facts, table(["", "messages", "per second", "p50 ms", "p99 ms"], rows, "")].join("\n")
    })
  } finally {
    progress.end()
    await putAway(backend)
    await own.remove()
  }
}

function rowOf({ step, messages, perSecond, p50, p99 }: Measured): readonly (string | number)[] {
  return [step, messages, perSecond, p50 ?? "", p99 ?? ""]
}

async function putAway(backend: Backend): Promise<void> {
  try {
    const { name } = await backend.operator.stats()
    await backend.operator.uninstall(name)
  } finally {
    await backend.close()
  }
}
