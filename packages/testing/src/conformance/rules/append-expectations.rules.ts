import { deepEqual, equal } from "node:assert/strict"

import type { ExpectedVersion } from "@millrace/core/backend"

import { appendOne, kinds, store, to } from "../build/appending.ts"
import { command, event, events } from "../build/messages.ts"
import { readAll, readStream } from "../build/reading.ts"
import { type Rule, rule } from "../rule.ts"

/** What an append expects of a stream, alone and in races. */
export const expectationRules: readonly Rule[] = [
  rule(
    "append judges every expectation against a stream without events, with one, and with two [S31.a S31.b lesson 10 lesson 24]",
    async ({ backend }) => {
      const expectations: readonly ExpectedVersion[] = [0, 1, 2, 3, "no-stream", "stream-exists", "any"]
      const outcome = async (before: number): Promise<readonly string[]> => {
        const met: string[] = []
        for (const expected of expectations) {
          const streamId = `s-${before}-${expected}`
          if (before > 0) await backend.append([to(streamId, events(streamId, before))])
          const verdict = await appendOne(backend, to(streamId, [event(streamId)], expected))
          if (verdict.kind === "appended") met.push(String(expected))
          else deepEqual(verdict, { kind: "conflict", streamId, expected, actualVersion: before })
        }
        return met
      }
      deepEqual(await outcome(0), ["0", "no-stream", "any"])
      deepEqual(await outcome(1), ["1", "stream-exists", "any"])
      deepEqual(await outcome(2), ["2", "stream-exists", "any"])
    },
  ),

  rule("append takes a stream of commands alone for no stream [lesson 2]", async ({ backend }) => {
    await store(backend, command("a"), command("b"))
    const verdicts = await backend.append([
      to("a", [event("a")], "stream-exists"),
      to("a", [event("a")], "no-stream"),
      to("b", [event("b")], 0),
    ])
    deepEqual(kinds(verdicts), ["conflict", "appended", "appended"])
  }),

  rule(
    "append accepts no gap and no step back: versions are the store's own count [S31.c lesson 10]",
    async ({ backend }) => {
      await backend.append([to("a", events("a", 3))])
      const verdicts = await backend.append([
        to("a", [event("a")], 5),
        to("a", [event("a")], 2),
        to("a", [event("a")], 3),
      ])
      deepEqual(kinds(verdicts), ["conflict", "conflict", "appended"])
      deepEqual(
        (await readStream(backend, "a")).map((message) => message.version),
        [1, 2, 3, 4],
      )
    },
  ),

  rule("append names the first stream of several whose expectation fails", async ({ backend }) => {
    const verdict = await appendOne(backend, {
      streams: [
        { streamId: "a", expected: "any", messages: [event("a")] },
        { streamId: "b", expected: "stream-exists", messages: [event("b")] },
        { streamId: "c", expected: 4, messages: [event("c")] },
      ],
    })
    deepEqual(verdict, { kind: "conflict", streamId: "b", expected: "stream-exists", actualVersion: 0 })
  }),

  rule(
    "append lets one of many first writers in, through two backend objects [S31.a S31.b lesson 24]",
    async ({ backend, reopen }) => {
      const other = await reopen()
      const expectations: readonly ExpectedVersion[] = ["no-stream", 0]
      const racing = Array.from({ length: 20 }, (_, at) =>
        appendOne(
          at % 2 === 0 ? backend : other,
          to("cart-1", [event("cart-1")], expectations[at % 3 === 0 ? 0 : 1] ?? 0),
        ),
      )
      const verdicts = await Promise.all(racing)
      equal(kinds(verdicts).filter((kind) => kind === "appended").length, 1)
      equal(kinds(verdicts).filter((kind) => kind === "conflict").length, 19)
      equal((await readAll(backend)).length, 1)
    },
  ),

  rule(
    "append lets one of many writers of the same version in, through two backend objects [S31.a S31.b]",
    async ({ backend, reopen }) => {
      const other = await reopen()
      await store(backend, event("cart-1"))
      const verdicts = await Promise.all(
        Array.from({ length: 20 }, (_, at) =>
          appendOne(at % 2 === 0 ? backend : other, to("cart-1", [event("cart-1")], 1)),
        ),
      )
      equal(kinds(verdicts).filter((kind) => kind === "appended").length, 1)
      for (const verdict of verdicts) if (verdict.kind === "conflict") equal(verdict.actualVersion, 2)
      deepEqual(
        (await readStream(backend, "cart-1")).map((message) => message.version),
        [1, 2],
      )
    },
  ),

  rule(
    "append loses none of many parallel appends that ask no questions [S30.a S31.b lesson 23 lesson 24]",
    async ({ backend, reopen }) => {
      const other = await reopen()
      const writers = [backend, other]
      const verdicts = await Promise.all(
        Array.from({ length: 40 }, (_, at) => {
          const streamId = at % 2 === 0 ? "cart-1" : `other-${at}`
          return appendOne(writers[at % 4 < 2 ? 0 : 1] ?? backend, to(streamId, [event(streamId)]))
        }),
      )
      deepEqual([...new Set(kinds(verdicts))], ["appended"])
      const stored = await readAll(other)
      equal(stored.length, 40)
      equal(new Set(stored.map((message) => message.position)).size, 40)
      const versions = stored.filter((message) => message.streamId === "cart-1").map((message) => message.version)
      deepEqual(
        versions,
        Array.from({ length: 20 }, (_, at) => at + 1),
      )
    },
  ),

  rule(
    "append shows messages to readers in position order only: nothing arrives late below a position seen [lesson 23 lesson 25]",
    async ({ backend, reopen }) => {
      const other = await reopen()
      let writing = true
      const seen: number[] = []
      const follow = async (): Promise<void> => {
        let after = 0
        for (;;) {
          const last = !writing
          const page = await other.read({ from: "log", after, limit: 1_000 })
          for (const message of page.messages) seen.push(message.position)
          after = Math.max(after, page.head)
          if (last && !page.more) return
        }
      }
      const write = async (from: number): Promise<void> => {
        for (let at = 0; at < 15; at += 1) {
          await Promise.all([store(backend, event(`a-${from}`)), store(other, event(`b-${from}`), event(`b-${from}`))])
        }
      }
      const following = follow()
      await Promise.all([write(1), write(2)])
      writing = false
      await following
      deepEqual(
        seen,
        (await readAll(backend)).map((message) => message.position),
      )
      equal(seen.length, 90)
    },
  ),
]
