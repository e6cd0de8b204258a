import { deepEqual } from "node:assert/strict"

import type { Backend, ReadQuery } from "@millrace/core/backend"

import { store, to } from "../build/appending.ts"
import { command, event, events } from "../build/messages.ts"
import { type Rule, rule } from "../rule.ts"

type StreamsQuery = Extract<ReadQuery, { from: "streams" }>

/** Two streams that grow in turn. `a`: command, 1, 2, command, 3; `b`: 1, command, 2. Payloads name them. */
async function twoStreams(backend: Backend): Promise<void> {
  const say = (streamId: string, payload: string) =>
    to(streamId, [payload.includes("?") ? command(streamId, { payload }) : event(streamId, { payload })])
  await backend.append(
    [
      ["a", "a?0"],
      ["a", "a1"],
      ["b", "b1"],
      ["a", "a2"],
      ["b", "b?1"],
      ["a", "a?2"],
      ["b", "b2"],
      ["a", "a3"],
    ].map(([streamId = "", payload = ""]) => say(streamId, payload)),
  )
}

async function read(
  backend: Backend,
  query: Omit<StreamsQuery, "from" | "limit"> & { readonly limit?: number },
): Promise<readonly unknown[]> {
  const page = await backend.read({ from: "streams", limit: 100, ...query })
  return page.messages.map((message) => message.payload)
}

/** Reading streams. */
export const readStreamRules: readonly Rule[] = [
  rule(
    "read of a stream answers its events in order, and commands too when asked [S32.a S16.c]",
    async ({ backend }) => {
      await twoStreams(backend)
      const streams = [{ streamId: "a" }]
      deepEqual(await read(backend, { streams }), ["a1", "a2", "a3"])
      deepEqual(await read(backend, { streams, include: "commands" }), ["a?0", "a?2"])
      deepEqual(await read(backend, { streams, include: "all" }), ["a?0", "a1", "a2", "a?2", "a3"])
      deepEqual(await read(backend, { streams: [{ streamId: "nobody" }], include: "all" }), [])
    },
  ),

  rule(
    "read of a stream keeps to its range of versions; a command belongs to the version it was stored at [S32.a S16.a]",
    async ({ backend }) => {
      await twoStreams(backend)
      deepEqual(await read(backend, { streams: [{ streamId: "a", after: 1 }] }), ["a2", "a3"])
      deepEqual(await read(backend, { streams: [{ streamId: "a", upto: 2 }] }), ["a1", "a2"])
      deepEqual(await read(backend, { streams: [{ streamId: "a", after: 1, upto: 2 }] }), ["a2"])
      deepEqual(await read(backend, { streams: [{ streamId: "a", after: 3 }] }), [])
      deepEqual(await read(backend, { streams: [{ streamId: "a", upto: 1 }], include: "all" }), ["a?0", "a1"])
      deepEqual(await read(backend, { streams: [{ streamId: "a", after: 0, upto: 0 }], include: "all" }), ["a?0"])
      deepEqual(await read(backend, { streams: [{ streamId: "a", after: 1, upto: 2 }], include: "all" }), ["a2", "a?2"])
      deepEqual(await read(backend, { streams: [{ streamId: "a", after: 2 }], include: "all" }), ["a3"])
    },
  ),

  rule("read of several streams answers them one after another in the order asked [S32.a]", async ({ backend }) => {
    await twoStreams(backend)
    deepEqual(await read(backend, { streams: [{ streamId: "b" }, { streamId: "a", after: 2 }] }), ["b1", "b2", "a3"])
    deepEqual(
      await read(backend, { streams: [{ streamId: "a", upto: 1 }, { streamId: "nobody" }, { streamId: "b" }] }),
      ["a1", "b1", "b2"],
    )
    const page = await backend.read({ from: "streams", streams: [{ streamId: "b" }, { streamId: "a" }], limit: 3 })
    deepEqual([page.messages.map((message) => message.payload), page.more], [["b1", "b2", "a1"], true])
  }),

  rule(
    "read of a stream finds its page though the first versions were trimmed, or none so high exist",
    async ({ backend, reopen }) => {
      const [, , third = 0] = await store(backend, ...events("a", 5))
      await backend.operator.trim(third)
      const range = { from: "streams", limit: 1 } as const
      const versions = async (of: Backend, query: Pick<StreamsQuery, "streams" | "direction">) =>
        (await of.read({ ...range, ...query })).messages.map(({ version }) => version)
      deepEqual(await versions(backend, { streams: [{ streamId: "a" }] }), [4])
      deepEqual(await versions(backend, { streams: [{ streamId: "a", after: 1 }] }), [4])
      const cold = await reopen()
      deepEqual(await versions(cold, { streams: [{ streamId: "a", upto: 90 }], direction: "backward" }), [5])
    },
  ),

  rule("read of a stream backward answers the newest first [S32.a]", async ({ backend }) => {
    await twoStreams(backend)
    const direction = "backward" as const
    deepEqual(await read(backend, { streams: [{ streamId: "a" }], direction }), ["a3", "a2", "a1"])
    deepEqual(await read(backend, { streams: [{ streamId: "a" }], direction, include: "all", limit: 2 }), ["a3", "a?2"])
    deepEqual(await read(backend, { streams: [{ streamId: "a", upto: 2 }, { streamId: "b" }], direction }), [
      "a2",
      "a1",
      "b2",
      "b1",
    ])
  }),

  rule("read of a stream goes on in the middle of a page, forward and backward [S32.a]", async ({ backend }) => {
    await twoStreams(backend)
    for (const direction of ["forward", "backward"] as const) {
      const found: unknown[] = []
      let afterPosition: number | undefined
      for (let pages = 0; pages < 10; pages += 1) {
        const page = await backend.read({
          from: "streams",
          streams: [{ streamId: "a" }],
          include: "all",
          limit: 2,
          direction,
          ...(afterPosition === undefined ? {} : { afterPosition }),
        })
        found.push(...page.messages.map((message) => message.payload))
        afterPosition = page.messages.at(-1)?.position
        if (!page.more) break
      }
      const forward = ["a?0", "a1", "a2", "a?2", "a3"]
      deepEqual(found, direction === "forward" ? forward : forward.toReversed())
    }
  }),

  rule("read lets afterPosition bound the first stream only", async ({ backend }) => {
    await twoStreams(backend)
    const [, second] = (await backend.read({ from: "streams", streams: [{ streamId: "a" }], limit: 10 })).messages
    const afterPosition = second?.position ?? 0
    deepEqual(await read(backend, { streams: [{ streamId: "a" }, { streamId: "b" }], afterPosition }), [
      "a3",
      "b1",
      "b2",
    ])
    const backward = { streams: [{ streamId: "a" }, { streamId: "b" }], afterPosition, direction: "backward" as const }
    deepEqual(await read(backend, backward), ["a1", "b2", "b1"])
  }),

  rule("read of a stream says more only when something was cut [S32.a]", async ({ backend }) => {
    await twoStreams(backend)
    const streams = [{ streamId: "a" }]
    const more = async (limit: number) => (await backend.read({ from: "streams", streams, limit })).more
    deepEqual([await more(2), await more(3), await more(4)], [true, false, false])
  }),

  rule("read of a stream keeps streams apart whose names are alike", async ({ backend }) => {
    const names = ["cart-1", "cart-10", "Cart-1", "cart-1 ", "cart_1", "cart-%", "__proto__"]
    await backend.append(names.map((name) => to(name, [event(name, { payload: name })])))
    for (const name of names) deepEqual(await read(backend, { streams: [{ streamId: name }] }), [name])
  }),
]
