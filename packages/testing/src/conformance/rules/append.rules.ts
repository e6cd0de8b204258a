import { deepEqual, equal, ok } from "node:assert/strict"

import { appended, appendOne, kinds, store, to } from "../build/appending.ts"
import { NEVER } from "../build/lanes.ts"
import { command, event, events, newId } from "../build/messages.ts"
import { countOf, idsOf, readAll, readStream } from "../build/reading.ts"
import { refuses } from "../build/refusal.ts"
import { type Rule, rule } from "../rule.ts"

/** What is stored, and where. */
export const appendRules: readonly Rule[] = [
  rule(
    "append stores the envelope unchanged, with a position, a version for events, and the instant it was recorded [S3.a]",
    async ({ backend }) => {
      const asked = command("cart-1", { payload: { item: "tea", count: 2, notes: [null, true, 1.5, "ünï✓😀"] } })
      const said = event("cart-1", { metadata: { user: { id: 7 } }, causationId: asked.id, correlationId: asked.id })
      await backend.append([to("cart-1", [asked, said])])
      const [storedCommand, storedEvent] = await readAll(backend)
      const { position: first, recordedAt: at, ...bareCommand } = storedCommand ?? {}
      deepEqual(bareCommand, asked)
      const { position: second, version, recordedAt, ...bareEvent } = storedEvent ?? {}
      deepEqual(bareEvent, said)
      deepEqual(
        { version, sameInstant: recordedAt === at, after: (second ?? 0) > (first ?? 0) },
        { version: 1, sameInstant: true, after: true },
      )
      equal(new Date(recordedAt ?? "").toISOString(), recordedAt)
    },
  ),

  rule("append keeps the mark of a command that was decided in its own append", async ({ backend }) => {
    await backend.append([to("cart-1", [{ ...command("cart-1"), decided: true }, command("cart-1")])])
    const marks = (await readAll(backend)).map((message) => ("decided" in message ? message.decided : "absent"))
    deepEqual(marks, [true, "absent"])
  }),

  rule("append counts events only: commands take no version [S30.a lesson 2]", async ({ backend }) => {
    const verdict = appended(
      await appendOne(backend, to("cart-1", [event("cart-1"), command("cart-1"), event("cart-1")])),
    )
    deepEqual(verdict.streams, [{ streamId: "cart-1", version: 2 }])
    appended(await appendOne(backend, to("cart-1", [command("cart-1")], 2)))
    const next = appended(await appendOne(backend, to("cart-1", [event("cart-1")], 2)))
    deepEqual(next.streams, [{ streamId: "cart-1", version: 3 }])
    const versions = (await readStream(backend, "cart-1")).map((message) => message.version)
    deepEqual(versions, [1, undefined, 2, undefined, 3])
  }),

  rule(
    "append gives the messages of one append consecutive positions, and none to an append without messages",
    async ({ backend }) => {
      await store(backend, event("other"))
      const verdict = appended(
        await appendOne(backend, {
          streams: [
            { streamId: "a", expected: "any", messages: events("a", 2) },
            { streamId: "b", expected: "any", messages: events("b", 3) },
          ],
        }),
      )
      equal(verdict.position, verdict.firstPosition + 4)
      const positions = (await readAll(backend)).slice(1).map((message) => [message.streamId, message.position])
      const first = verdict.firstPosition
      deepEqual(positions, [
        ["a", first],
        ["a", first + 1],
        ["b", first + 2],
        ["b", first + 3],
        ["b", first + 4],
      ])
      const documents = [{ collection: "c", id: "d", expectedRevision: 0, value: 1 }] as const
      const bare = appended(await appendOne(backend, { streams: [], documents }))
      deepEqual([bare.firstPosition, bare.position, bare.streams], [0, 0, []])
    },
  ),

  rule(
    "append lets positions rise along the appends of a call and from call to call, from 1 at the lowest",
    async ({ backend }) => {
      const earlier = await store(backend, event("a"), event("b"), event("a"))
      const later = await store(backend, event("b"), event("c"))
      const all = [...earlier, ...later]
      ok((all[0] ?? 0) >= 1, "positions start at 1")
      ok(
        all.every((position, at) => at === 0 || position > (all[at - 1] ?? 0)),
        `positions rise: ${all.join(", ")}`,
      )
    },
  ),

  rule("append writes several streams at once or none of them [M3.a]", async ({ backend }) => {
    await store(backend, event("b"))
    const verdict = await appendOne(backend, {
      streams: [
        { streamId: "a", expected: "no-stream", messages: events("a", 2) },
        { streamId: "b", expected: 5, messages: events("b", 1) },
        { streamId: "c", expected: "any", messages: events("c", 1) },
      ],
      documents: [{ collection: "c", id: "d", expectedRevision: 0, value: 1 }],
    })
    deepEqual(verdict, { kind: "conflict", streamId: "b", expected: 5, actualVersion: 1 })
    equal((await readAll(backend)).length, 1)
    deepEqual(await backend.documents({ collection: "c", ids: ["d"] }), [])
    const both = appended(
      await appendOne(backend, {
        streams: [
          { streamId: "a", expected: "no-stream", messages: events("a", 2) },
          { streamId: "b", expected: 1, messages: events("b", 1) },
        ],
      }),
    )
    deepEqual(both.streams, [
      { streamId: "a", version: 2 },
      { streamId: "b", version: 2 },
    ])
  }),

  rule("append with a version conflict or a refused document schedules nothing either", async ({ backend }) => {
    await store(backend, event("a"))
    const schedules = [{ message: event("later"), at: 4_000_000_000_000 }]
    const conflict = await appendOne(backend, to("a", [event("a")], "no-stream", { schedules }))
    equal(conflict.kind, "conflict")
    const documents = [{ collection: "c", id: "d", expectedRevision: 3, value: 1 }]
    equal((await appendOne(backend, { streams: [], documents, schedules })).kind, "document-conflict")
    deepEqual(await backend.operator.schedules({ limit: 10 }), [])
  }),

  rule(
    "append records instants by the storage's clock that never fall along positions",
    async ({ backend, advance }) => {
      await store(backend, event("a"), event("b"))
      await advance(20)
      await store(backend, event("a"))
      const instants = (await readAll(backend)).map((message) => message.recordedAt)
      deepEqual(instants, instants.toSorted())
      ok((instants.at(-1) ?? "") > (instants[0] ?? ""), "the clock of the storage goes on")
      const { now } = await backend.promote(1)
      ok(Date.parse(instants.at(-1) ?? "") <= now, "recordedAt is the storage's clock, not the writer's")
    },
  ),

  rule(
    "append of many messages in one call stores all of them in order [lesson 43]",
    async ({ backend, capabilities }) => {
      const count = Math.min(capabilities.maxBatch, 500)
      const messages = Array.from({ length: count }, (_, at) => event(`s-${at % 7}`, { payload: { at } }))
      await store(backend, ...messages)
      deepEqual(idsOf(await readAll(backend)), idsOf(messages))
    },
  ),

  rule(
    "append takes maxBatch messages in one call, and refuses more with nothing stored, scheduled ones counted",
    async ({ backend, capabilities }) => {
      const { maxBatch } = capabilities
      const [first, ...others] = events("a", maxBatch)
      const [one, last] = events("b", 2)
      ok(first !== undefined && one !== undefined && last !== undefined)
      const full = [to("a", [first, ...others])]
      await refuses("invalid", backend.append([...full, to("b", [one])]))
      const schedules = [{ message: last, at: NEVER }]
      await refuses("invalid", backend.append([...full, { streams: [], schedules }]))
      deepEqual([(await backend.operator.stats()).messages, await backend.operator.schedules({ limit: 1 })], [0, []])
      deepEqual(kinds(await backend.append(full)), ["appended"])
      equal((await backend.operator.stats()).messages, maxBatch)
    },
  ),

  rule(
    "append judges each append as if they had run one by one: a later one sees the earlier ones",
    async ({ backend }) => {
      const id = newId()
      const verdicts = await backend.append([
        to("a", [event("a")], "no-stream"),
        to("a", [event("a")], "no-stream"),
        to("a", [event("a")], 1),
        to("a", [event("a")], "stream-exists", { idempotencyKey: "k", fingerprint: "f" }),
        to("a", [event("a")], "any", { idempotencyKey: "k", fingerprint: "f" }),
        to("b", [event("b", { id })], "any"),
        to("b", [event("b", { id })], 7),
        to("a", [event("a")], 3),
      ])
      deepEqual(kinds(verdicts), [
        "appended",
        "conflict",
        "appended",
        "appended",
        "duplicate",
        "appended",
        "duplicate",
        "appended",
      ])
      const first = verdicts[1]
      equal(first?.kind === "conflict" ? first.actualVersion : "no conflict", 1)
      deepEqual(
        (await readStream(backend, "a")).map((message) => message.version),
        [1, 2, 3, 4],
      )
    },
  ),

  rule("append leaves the neighbours of a conflict, a refusal and a duplicate alone", async ({ backend }) => {
    const known = event("a")
    await store(backend, known)
    const verdicts = await backend.append([
      to("x", [event("x")]),
      to("a", [event("a")], 9),
      to("x", [event("x")], 1),
      to("a", [known]),
      to("a", [known, event("a")]),
      to("x", [event("x")], 2),
    ])
    deepEqual(kinds(verdicts), ["appended", "conflict", "appended", "duplicate", "ids-partly-known", "appended"])
    equal((await readAll(backend)).length, 4)
  }),

  rule("append of an empty call answers no verdicts and writes nothing", async ({ backend }) => {
    deepEqual(await backend.append([]), [])
    equal((await readAll(backend)).length, 0)
  }),

  rule(
    "append refuses a message beyond the storage's size, and only that append",
    async ({ backend, capabilities }) => {
      const fits = event("a", { payload: "x".repeat(Math.min(capabilities.maxMessageBytes, 1_000_000) - 100) })
      const huge = event("b", { payload: "x".repeat(capabilities.maxMessageBytes + 1) })
      const after = event("c")
      const verdicts = await backend.append([to("a", [fits]), to("b", [event("b"), huge]), to("c", [after])])
      deepEqual(kinds(verdicts), ["appended", "bad-data", "appended"])
      const [, refusal] = verdicts
      ok(refusal?.kind === "refused" && refusal.detail.length > 0, "a refusal says what and why")
      deepEqual(idsOf(await readAll(backend)), idsOf([fits, after]))
    },
  ),

  rule("append stores what is hard to store unchanged, or refuses it alone", async ({ backend }) => {
    const hard = [
      "nul-\u0000-inside",
      "lone-\ud800-surrogate",
      "replaced-\ufffd-character",
      "quote-'\"`;--",
      " spaces ",
      "ünï-ℕ-😀",
      "percent-%_",
      "brace-{}[]",
    ]
    const plain = events("plain", hard.length)
    const tried = hard.map((text) =>
      event(text, { type: `type ${text}`, payload: { [text]: text }, metadata: { text } }),
    )
    const verdicts = await backend.append(
      tried.flatMap((message, at) => [to(message.streamId, [message]), to("plain", plain.slice(at, at + 1))]),
    )
    equal(await countOf(backend, idsOf(plain)), plain.length)
    const log = await readAll(backend)
    for (const [at, message] of tried.entries()) {
      const verdict = verdicts[at * 2]
      const found = await backend.read({ from: "ids", ids: [message.id] })
      deepEqual(
        log.filter(({ id }) => id === message.id),
        found.messages,
      )
      if (verdict?.kind === "appended") {
        const { streamId, type, payload, metadata } = message
        const held = found.messages.map((one) => ({
          streamId: one.streamId,
          type: one.type,
          payload: one.payload,
          metadata: one.metadata,
        }))
        deepEqual(held, [{ streamId, type, payload, metadata }])
      } else {
        deepEqual([verdict?.kind === "refused" ? verdict.code : verdict?.kind, found.messages.length], ["bad-data", 0])
      }
    }
  }),
]
