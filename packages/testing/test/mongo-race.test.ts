import { deepEqual, equal, ok } from "node:assert/strict"

import type { Backend, Slice } from "@millrace/core/backend"
import { mongodbBackend } from "@millrace/mongodb"
import { describe, it } from "vitest"

import { store } from "../src/conformance/build/appending.ts"
import { claim } from "../src/conformance/build/claims.ts"
import { ensure, G, infoOf, owner } from "../src/conformance/build/groups.ts"
import { event } from "../src/conformance/build/messages.ts"
import { mongoForTests } from "./mongo-for-tests.ts"
import { type Decide, type Fate, mongoProxy } from "./mongo-wire/mongo-proxy.ts"

const mongo = await mongoForTests()

/** So many tries are few: a change that others overtake for ever makes hundreds. */
const FEW_TRIES = 20

/** It stands still: what is asked of claims for a while holds until it is given back. */
const clock = { now: () => 1_700_000_000_000 }

/** A worker that settles what it holds and claims the next whenever it is asked to. */
function tireless(backend: Backend) {
  let held: Slice | undefined
  const worker = {
    /** Claims that got nothing, though there was something. */
    stayedAway: 0,
    async turn(): Promise<void> {
      await store(backend, event("a"))
      if (held?.source === "partition")
        await backend.settle({ lease: held.lease, checkpoint: held.scannedTo, parts: [] })
      const next = await claim(backend, { owner: owner("rival") })
      held = next.kind === "slice" ? next : undefined
      if (held === undefined) worker.stayedAway += 1
    },
  }
  return worker
}

/** A log that a worker works on, and an operator's connection, on which the worker has a turn before each write to the group. */
async function withRival(
  name: string,
  use: (log: {
    readonly worker: ReturnType<typeof tireless>
    readonly beside: Backend
    readonly operator: Backend
    readonly tries: () => number
  }) => Promise<void>,
): Promise<void> {
  const url = mongo.server?.urlOf(`race_${process.pid}_${name}`) ?? ""
  const beside = mongodbBackend(url, { partitions: 1, clock })
  let rival: (() => Promise<void>) | undefined
  let tries = 0
  const letRivalIn: Decide = async ({ name: command, collection, body }): Promise<Fate> => {
    if (command !== "update" || collection !== "millrace_groups" || !isOnRevision(body)) return "pass"
    tries += 1
    await rival?.()
    return "pass"
  }
  const wire = await mongoProxy(url, letRivalIn)
  const operator = mongodbBackend(wire.url, { clock })
  try {
    await beside.migrate()
    await ensure(beside)
    const worker = tireless(beside)
    await worker.turn()
    await infoOf(operator)
    rival = () => worker.turn()
    await use({ worker, beside, operator, tries: () => tries })
  } finally {
    rival = undefined
    await operator.close()
    await beside.close()
    await wire.close()
  }
}

/** Whether a command of the wire writes a group where it is still as it was read. */
function isOnRevision({ updates }: Readonly<Record<string, unknown>>): boolean {
  return JSON.stringify(updates).includes('"rev"')
}

const changes: readonly (readonly [string, (operator: Backend) => Promise<unknown>, string])[] = [
  ["stop", ({ operator }) => operator.stopGroup(G, { reason: "a test" }), G],
  ["reset", ({ operator }) => operator.resetGroup(G, { at: "beginning" }), G],
  ["rename", ({ operator }) => operator.renameGroup(G, "renamed"), "renamed"],
]

describe.skipIf(mongo.missing)(`on mongodb${mongo.missing === undefined ? "" : `, skipped: ${mongo.missing}`}`, () => {
  for (const [name, change, group] of changes)
    it(`a ${name} of a group is stored although a worker claims and settles before each of its tries`, async () => {
      await withRival(name, async ({ worker, beside, operator, tries }) => {
        await change(operator)
        ok(tries() > 2 && tries() < FEW_TRIES, `it took ${tries()} tries`)
        ok(worker.stayedAway > 0)
        equal((await infoOf(beside, group)).group, group)
        await operator.operator.startGroup(group)
        deepEqual((await claim(beside, { group })).kind, "slice")
      })
    })
})
