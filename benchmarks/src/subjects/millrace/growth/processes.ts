import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"

import { type AnyApp, createApp } from "../../../../../packages/core/src/index.ts"
import { faultsOf, type Load } from "../../../harness/append-load.ts"
import type { Faults, Sample } from "../../../harness/sample.ts"
import { entriesOf } from "../../../harness/work-load.ts"
import { type BackendName, openBackend } from "../open-backend.ts"
import { quietLogger } from "../quiet-logger.ts"
import { headOf, storedAfter } from "./measure-appends.ts"
import { itemOf } from "./measure-drain.ts"
import { type Appended, type Handled, isAppended, isCount, isHandled, type Order } from "./process-words.ts"

interface Many {
  readonly backend: BackendName
  readonly url: string
  /** How many processes. */
  readonly count: number
  /** Begins the names of streams and groups. */
  readonly name: string
}

const KEYS = 1_000
const LOOK_MS = 5

/** Processes append at the same time, 64 callers each, each process to its own streams. */
export async function appendInProcesses(many: Many & { readonly load: Load }): Promise<Sample> {
  return withApp(many, async (app) => {
    const after = await headOf(app)
    const workers = await startWorkers(many)
    const told = workers.map((worker, at) =>
      ask(worker, { kind: "append", load: { ...many.load, prefix: `${many.name}-${at}` } }, isAppended),
    )
    const all = await Promise.all(told)
    await endWorkers(workers)
    const confirmed = new Map(all.flatMap(({ confirmed }: Appended) => confirmed))
    const operations = all.reduce((sum, { sample }) => sum + sample.operations, 0)
    const value = all.reduce((sum, { sample }) => sum + sample.value, 0)
    return { value, operations, faults: faultsOf(confirmed, await storedAfter(app, after)), facts: {} }
  })
}

/** Processes of one group share a backlog. */
export async function drainInProcesses(many: Many & { readonly entries: number }): Promise<Sample> {
  return withApp(many, async (app) => {
    const Item = itemOf(many.name)
    const all = entriesOf({ entries: many.entries, keys: KEYS })
    for (let at = 0; at < all.length; at += KEYS) {
      const part = all.slice(at, at + KEYS)
      await Promise.all(part.map((entry) => app.appendNextToStream(entry.stream, [Item(entry.stream, entry)])))
    }
    const group = `${many.name}-workers`
    const workers = await startWorkers(many)
    const began = performance.now()
    const orders = workers.map((worker) => ask(worker, { kind: "drain", group, measurement: many.name }, isHandled))
    await untilHandled(workers, many.entries)
    await untilSettled(app, group)
    const seconds = (performance.now() - began) / 1_000
    for (const worker of workers) worker.send({ kind: "end" } satisfies Order)
    const handled = (await Promise.all(orders)).flatMap((one: Handled) => one.handled)
    await endWorkers(workers)
    return {
      value: many.entries / seconds,
      operations: handled.length,
      faults: faultsOfWork(handled, many.entries),
      facts: {},
    }
  })
}

async function withApp(many: Many, measure: (app: AnyApp) => Promise<Sample>): Promise<Sample> {
  const backend = await openBackend(many.backend, many.url)
  const app = await createApp({ backend, logger: quietLogger })
  try {
    return await measure(app)
  } finally {
    await app.close()
    await backend.close()
  }
}

/** Workers tell how many they have handled: asking the storage all the time would slow it down. */
function untilHandled(workers: readonly ChildProcess[], entries: number): Promise<void> {
  const counts = workers.map(() => 0)
  return new Promise((resolve) => {
    workers.forEach((worker, at) =>
      worker.on("message", (message) => {
        if (!isCount(message)) return
        counts[at] = message.count
        if (counts.reduce((sum, count) => sum + count, 0) >= entries) resolve()
      }),
    )
  })
}

async function untilSettled(app: AnyApp, name: string): Promise<void> {
  for (;;) {
    const [own] = await app.groups([name])
    if (own?.lag === 0) return
    await new Promise((resolve) => {
      setTimeout(resolve, LOOK_MS)
    })
  }
}

/** Started, connected, and waiting for its order. */
async function startWorkers({ backend, url, count }: Many): Promise<readonly ChildProcess[]> {
  const workers = Array.from({ length: count }, () =>
    fork(join(import.meta.dirname, "growth-worker.ts"), [backend, url], { execArgv: process.execArgv }),
  )
  await Promise.all(workers.map((worker) => once(worker, "message")))
  return workers
}

async function endWorkers(workers: readonly ChildProcess[]): Promise<void> {
  const exited = workers.map((worker) => once(worker, "exit"))
  for (const worker of workers) worker.disconnect()
  await Promise.all(exited)
}

function ask<Answer>(
  worker: ChildProcess,
  order: Order,
  isAnswer: (value: unknown) => value is Answer,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    worker.on("message", (message) => {
      if (isAnswer(message)) resolve(message)
    })
    worker.once("exit", (code) => reject(new Error(`a worker ended: exit ${code}`)))
    worker.send(order)
  })
}

/** Every entry once and each key in order, as all processes together handled them, by the clock that they share. */
function faultsOfWork(handled: Handled["handled"], entries: number): Faults {
  const inOrder = handled.toSorted((a, b) => a[2] - b[2]).map(([stream, number]) => ({ stream, number }))
  const each = new Map(entriesOf({ entries, keys: KEYS }).map(({ stream, number }) => [stream, number]))
  return faultsOf(each, inOrder)
}
