import { deepEqual, equal, ok } from "node:assert/strict"

import { appended, appendOne, kinds, store, to } from "../build/appending.ts"
import { event, events, newId } from "../build/messages.ts"
import { readAll } from "../build/reading.ts"
import { type Rule, rule } from "../rule.ts"

const LATER = 4_000_000_000_000

/** What happens to an append that comes again: message ids and idempotency keys. */
export const repeatRules: readonly Rule[] = [
  rule(
    "append answers a repetition of the same message ids with duplicate and where they are, whatever it expects [S46.a lesson 29]",
    async ({ backend }) => {
      const messages = events("a", 2)
      const first = appended(await appendOne(backend, to("a", messages, "no-stream")))
      await store(backend, event("a"))
      const again = await appendOne(backend, to("a", messages, "no-stream"))
      deepEqual(again, { kind: "duplicate", of: { firstPosition: first.firstPosition, position: first.position } })
      equal((await readAll(backend)).length, 3)
    },
  ),

  rule(
    "append refuses ids of which some are stored and some are not, and names the known ones [lesson 29]",
    async ({ backend }) => {
      const known = event("a")
      await store(backend, known)
      const verdict = await appendOne(backend, to("a", [known, event("a")]))
      ok(verdict.kind === "refused", `expected a refusal, got ${verdict.kind}`)
      deepEqual([verdict.code, verdict.messageIds], ["ids-partly-known", [known.id]])
      equal((await readAll(backend)).length, 1)
    },
  ),

  rule("append refuses an id that occurs twice in it", async ({ backend }) => {
    const id = newId()
    const within = await appendOne(backend, to("a", [event("a", { id }), event("a", { id })]))
    const across = await appendOne(backend, {
      streams: [
        { streamId: "a", expected: "any", messages: [event("a", { id })] },
        { streamId: "b", expected: "any", messages: [event("b", { id })] },
      ],
    })
    deepEqual(kinds([within, across]), ["ids-partly-known", "ids-partly-known"])
    equal((await readAll(backend)).length, 0)
  }),

  rule(
    "append answers a repeated idempotency key with duplicate and where it stands, though the ids are new [M2.a lesson 29]",
    async ({ backend }) => {
      const key = { idempotencyKey: "order-7", fingerprint: "f" }
      const first = appended(await appendOne(backend, to("a", events("a", 2), "no-stream", key)))
      const again = await appendOne(backend, to("a", events("a", 2), "no-stream", key))
      deepEqual(again, { kind: "duplicate", of: { firstPosition: first.firstPosition, position: first.position } })
      equal((await readAll(backend)).length, 2)
    },
  ),

  rule("append refuses an idempotency key that stands for other content [M2.c]", async ({ backend }) => {
    appended(await appendOne(backend, to("a", [event("a")], "any", { idempotencyKey: "k", fingerprint: "one" })))
    const verdict = await appendOne(backend, to("a", [event("a")], "any", { idempotencyKey: "k", fingerprint: "two" }))
    deepEqual(kinds([verdict]), ["key-reused"])
    equal((await readAll(backend)).length, 1)
  }),

  rule(
    "append judges the idempotency key before the ids, and the ids before the expected version",
    async ({ backend }) => {
      const known = event("a")
      await backend.append([to("a", [known], "any", { idempotencyKey: "k", fingerprint: "one" })])
      const verdicts = await backend.append([
        to("a", [known], 9, { idempotencyKey: "k", fingerprint: "two" }),
        to("a", [known, event("a")], 9, { idempotencyKey: "k", fingerprint: "one" }),
        to("a", [known, event("a")], 9, { idempotencyKey: "fresh", fingerprint: "one" }),
        to("a", [known], 9, { idempotencyKey: "fresh", fingerprint: "one" }),
        to("a", [event("a")], 9, { documents: [{ collection: "c", id: "d", expectedRevision: 4, value: 1 }] }),
      ])
      deepEqual(kinds(verdicts), ["key-reused", "duplicate", "ids-partly-known", "duplicate", "conflict"])
    },
  ),

  rule("append does not remember the key or the ids of an append that it did not store", async ({ backend }) => {
    const message = event("a")
    const key = { idempotencyKey: "k", fingerprint: "f" }
    equal((await appendOne(backend, to("a", [message], 3, key))).kind, "conflict")
    equal((await appendOne(backend, to("a", [message], "any", key))).kind, "appended")
  }),

  rule(
    "append lets one of many repetitions in, through two backend objects [M2.a lesson 29]",
    async ({ backend, reopen }) => {
      const other = await reopen()
      const messages = events("a", 2)
      const byIds = Array.from({ length: 10 }, (_, at) => appendOne(at % 2 === 0 ? backend : other, to("a", messages)))
      const byKey = Array.from({ length: 10 }, (_, at) =>
        appendOne(
          at % 2 === 0 ? backend : other,
          to("b", [event("b")], "any", { idempotencyKey: "k", fingerprint: "f" }),
        ),
      )
      for (const racing of [byIds, byKey]) {
        const verdicts = await Promise.all(racing)
        equal(kinds(verdicts).filter((kind) => kind === "appended").length, 1)
        equal(kinds(verdicts).filter((kind) => kind === "duplicate").length, 9)
      }
      equal((await readAll(backend)).length, 3)
    },
  ),

  rule(
    "append makes a schedule once, however often it is repeated, promoted or not [S33.c lesson 29]",
    async ({ backend, advance }) => {
      const now = (await backend.promote(1)).now
      const soon = { streams: [], schedules: [{ message: event("a"), at: now + 1_000 }] }
      const late = { streams: [], schedules: [{ message: event("a"), at: LATER }] }
      deepEqual(kinds(await backend.append([soon, late, soon])), ["appended", "appended", "duplicate"])
      equal((await appendOne(backend, late)).kind, "duplicate")
      equal((await backend.operator.schedules({ limit: 10 })).length, 2)
      await advance(1_001)
      equal((await backend.promote(10)).promoted, 1)
      equal((await appendOne(backend, soon)).kind, "duplicate")
      equal((await readAll(backend)).length, 1)
    },
  ),

  rule(
    "append remembers the key of an append that only scheduled or only put documents [M2.a]",
    async ({ backend }) => {
      const key = (idempotencyKey: string) => ({ idempotencyKey, fingerprint: "f" })
      const schedule = () => ({ streams: [], schedules: [{ message: event("a"), at: LATER }], ...key("s") })
      const put = () => ({
        streams: [],
        documents: [{ collection: "c", id: "d", expectedRevision: "any" as const, value: 1 }],
        ...key("d"),
      })
      deepEqual(kinds(await backend.append([schedule(), put()])), ["appended", "appended"])
      deepEqual(kinds(await backend.append([schedule(), put()])), ["duplicate", "duplicate"])
      equal((await backend.operator.schedules({ limit: 10 })).length, 1)
      deepEqual(
        (await backend.documents({ collection: "c", ids: ["d"] })).map((document) => document.revision),
        [1],
      )
    },
  ),

  rule(
    "append keeps idempotency keys apart by every character, also those of other languages and of odd objects",
    async ({ backend }) => {
      const keys = ["k", "K", "k ", "ḱ", "__proto__", "constructor", "k:1", "k/1", "😀"]
      const verdicts = await backend.append(
        keys.map((idempotencyKey) => to("a", [event("a")], "any", { idempotencyKey, fingerprint: "f" })),
      )
      deepEqual(new Set(kinds(verdicts)), new Set(["appended"]))
      equal((await readAll(backend)).length, keys.length)
    },
  ),
]
