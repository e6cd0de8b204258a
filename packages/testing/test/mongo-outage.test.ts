import { ok } from "node:assert/strict"
import { setTimeout } from "node:timers/promises"

import { describe, it } from "vitest"

import { mongoForTests } from "./mongo-for-tests.ts"
import { type Fate, mongoProxy } from "./mongo-wire/mongo-proxy.ts"
import { underFire } from "./mongo-wire/under-fire.ts"
import type { WireCommand } from "./mongo-wire/wire-frame.ts"

const PATIENCE_MS = 60_000

/** How long each trouble lasts. */
const TROUBLE_MS = 1_500

/** What the driver waits for an answer; by its own default it waits for ever. */
const SOCKET_MS = 500

const mongo = await mongoForTests()

const slowness = async (): Promise<Fate> => {
  await setTimeout(40)
  return "pass"
}

const stepDown = { refused: { code: 10_107, codeName: "NotWritablePrimary", errmsg: "not primary" } } as const
const shutdown = {
  refused: { code: 11_600, codeName: "InterruptedAtShutdown", errmsg: "interrupted at shutdown" },
} as const

const troubles: readonly {
  readonly what: string
  readonly decide: (command: WireCommand, number: number) => Fate | Promise<Fate>
}[] = [
  { what: "a server that takes 40 ms longer for everything", decide: slowness },
  {
    what: "connections that break before the command",
    decide: (_, number) => (number % 3 === 0 ? "cut-before" : "pass"),
  },
  {
    what: "connections that break after the command",
    decide: (_, number) => (number % 3 === 0 ? "cut-after" : "pass"),
  },
  { what: "answers that never come", decide: (_, number) => (number % 10 === 0 ? "hold-answer" : "pass") },
  { what: "a primary that has stepped down", decide: (_, number) => (number % 2 === 0 ? stepDown : "pass") },
  { what: "a server that shuts down", decide: () => shutdown },
]

describe.skipIf(mongo.missing)(`on mongodb${mongo.missing === undefined ? "" : `, skipped: ${mongo.missing}`}`, () => {
  it.each(troubles)(
    "$what, for a while under two writers and two workers: nothing confirmed is lost, nothing is there twice [lesson 29 lesson 35 lesson 45]",
    { timeout: PATIENCE_MS },
    async ({ what, decide }) => {
      const url = mongo.server?.urlOf(`outage_${process.pid}_${troubles.findIndex((one) => one.what === what)}`) ?? ""
      let isTrouble = false
      let commands = 0
      const proxy = await mongoProxy(url, (command) => {
        if (!isTrouble) return "pass"
        commands += 1
        return decide(command, commands)
      })
      try {
        await underFire({
          url,
          wire: `${proxy.url}&socketTimeoutMS=${SOCKET_MS}`,
          writers: 2,
          workers: 2,
          confirmed: 30,
          async trouble() {
            isTrouble = true
            await setTimeout(TROUBLE_MS)
            isTrouble = false
          },
        })
      } finally {
        await proxy.close()
      }
      ok(commands > 0)
    },
  )
})
