import { equal, ok } from "node:assert/strict"

import { store, to } from "../build/appending.ts"
import { claimPartition } from "../build/claims.ts"
import { ensure, G, owner } from "../build/groups.ts"
import { park } from "../build/lanes.ts"
import { event } from "../build/messages.ts"
import { countOf } from "../build/reading.ts"
import { doneWith, retried, settle, storing } from "../build/settles.ts"
import { listenTo, tellsOf } from "../build/wakes.ts"
import { type Rule, rule } from "../rule.ts"

/** Wake-ups. They may come late or twice; a rule that hears none runs into the runner's time limit. */
export const listenRules: readonly Rule[] = [
  rule(
    "listen hears of messages that another backend object stored, and they are there by then [S44.b lesson 15 lesson 28 lesson 44]",
    async ({ backend, reopen }) => {
      const other = await reopen()
      const ear = await listenTo(backend)
      const message = event("a")
      const stored = store(other, message)
      await ear.heard(tellsOf("noted"))
      const there = await countOf(backend, [message.id])
      await stored
      equal(there, 1)
      await ear.close()
    },
  ),

  rule("listen hears of messages stored through the same object", async ({ backend }) => {
    const ear = await listenTo(backend)
    await store(backend, event("a"))
    await ear.heard(tellsOf("noted"))
    await ear.close()
  }),

  rule("listen hears of messages that a settle of another object stored", async ({ backend, reopen }) => {
    const other = await reopen()
    await ensure(backend)
    await store(backend, event("a"))
    const slice = await claimPartition(other)
    const ear = await listenTo(backend)
    await settle(other, doneWith(slice, storing(slice, "a", to("out", [event("out", { type: "made" })]))))
    await ear.heard(tellsOf("made"))
    await ear.close()
  }),

  rule(
    "listen hears of work that became claimable through another object: a lane, a started group, a freed lease",
    async ({ backend, reopen }) => {
      const other = await reopen()
      const { operator } = other
      await ensure(backend)
      await store(backend, event("a"), event("b"))
      const slice = await claimPartition(other)
      const ear = await listenTo(backend)
      const hear = async (cause: () => Promise<unknown>): Promise<void> => {
        ear.forget()
        await cause()
        await ear.heard(({ kind }) => kind === "work" || kind === "messages")
      }
      await hear(() => settle(other, doneWith(slice, retried(slice, "a", 0))))
      await hear(() => operator.stopGroup(G, { reason: "r" }).then(() => operator.startGroup(G)))
      await hear(() => operator.resetGroup(G, { at: "beginning" }))
      await park(other, ["a"])
      await hear(() => operator.retryLanes(G))
      await ear.close()
    },
  ),

  rule(
    "listen hears of schedules that another object made, moved or cancelled [S33.b]",
    async ({ backend, reopen }) => {
      const other = await reopen()
      const ear = await listenTo(backend)
      const message = event("a")
      const hear = async (cause: () => Promise<unknown>): Promise<void> => {
        ear.forget()
        await cause()
        await ear.heard(({ kind }) => kind === "schedule")
      }
      await hear(() => other.append([{ streams: [], schedules: [{ message, at: 4_000_000_000_000 }] }]))
      await hear(() => other.operator.reschedule([message.id], 3_900_000_000_000))
      await hear(() => other.operator.cancelSchedules([message.id]))
      await ear.close()
    },
  ),

  rule("listen hears the challenge of a newcomer to a process name [L4.b]", async ({ backend, reopen }) => {
    const other = await reopen()
    const join = (boot: number) =>
      ({ kind: "join", owner: owner("worker", boot), facts: { host: "h", pid: 1 }, wants: [] }) as const
    await backend.heartbeat(join(1))
    const ear = await listenTo(backend)
    equal((await other.heartbeat(join(2))).kind, "held")
    const wake = await ear.heard(({ kind }) => kind === "challenge")
    ok(wake.kind === "challenge" && wake.processName === "worker")
    await ear.close()
  }),

  rule("listen hears nothing after it was closed, and closing twice is fine", async ({ backend }) => {
    const [closed, open] = [await listenTo(backend), await listenTo(backend)]
    await closed.close()
    await closed.close()
    const heard = closed.count()
    await store(backend, event("a"))
    await open.heard(tellsOf("noted"))
    equal(closed.count(), heard)
    await open.close()
  }),
]
