import { deepEqual, ok } from "node:assert/strict"

import {
  type App,
  type Backend,
  command,
  createApp,
  type Draft,
  event,
  type Json,
  memoryBackend,
  type Message,
  silentLogger,
} from "@millrace/core"
import fc from "fast-check"
import { describe, it, onTestFinished } from "vitest"

import { backends } from "./backends.ts"

const deep = process.env["MILLRACE_DEEP"] === "1"
const seed = Number(process.env["MILLRACE_SEED"] ?? Date.now() % 1_000_000)
const RUNS = deep ? 2_000 : 40
const TIMEOUT_MS = deep ? 1_200_000 : 120_000

/** Error codes of ours. */
const CODE = /^[a-z][a-z-]*$/

/** Words that mean something to a language of some storage, and characters that break careless code. */
const HOSTILE = [
  "'; DROP TABLE millrace_messages; --",
  `"; SELECT pg_sleep(9); --`,
  "${7*7}",
  "$where",
  "$set.a",
  "a.b.c",
  "__proto__",
  "constructor",
  "%s%n",
  "{slot}",
  "*",
  "a\r\nDEL b",
  "redis.call('flushall')",
  "\u0000",
  "a\u0000b",
  "\ud800",
  "\udfff\ud800",
  "\\u0000",
  "\\",
  "é",
  "e\u0301",
  "👩‍👩‍👧",
  "\u202e",
  "\u2028",
  "",
  " ",
  "x".repeat(999),
  "x".repeat(1_001),
] as const

const text = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...HOSTILE) },
  { weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 20 }) },
  { weight: 1, arbitrary: fc.stringMatching(/^[a-z]{1,8}-[0-9]{1,3}$/) },
)

/** Nested this deep, in lists and objects by turns. */
function nested(levels: number): unknown {
  let value: unknown = "core"
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { in: value }
  return value
}

function cyclic(): unknown {
  const value: { self?: unknown } = {}
  value.self = { again: value }
  return value
}

const oddValues = fc.constantFrom<unknown>(
  -0,
  1e308,
  5e-324,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  2 ** 53 + 2,
  10n,
  undefined,
  Symbol("s"),
  () => 1,
  new Date(0),
  new Date(Number.NaN),
  new Map([[1, 2]]),
  new Set([1]),
  new Uint8Array([1]),
  /x/,
  new Error("x"),
  nested(150),
  nested(5_000),
  cyclic(),
  "y".repeat(100_000),
  // oxlint-disable-next-line no-sparse-arrays -- what a careless caller gives
  [1, , 3],
  Object.create(null),
  JSON.parse('{"__proto__": {"polluted": true}, "$set": {"a.b": 1}, "a.b": {"$gt": ""}, "": 0}'),
)

const payload = fc.oneof(
  { weight: 3, arbitrary: oddValues },
  { weight: 3, arbitrary: fc.jsonValue({ maxDepth: 4 }) },
  { weight: 2, arbitrary: fc.dictionary(text, fc.oneof(text, oddValues), { maxKeys: 4 }) },
  { weight: 1, arbitrary: fc.array(fc.oneof(text, oddValues), { maxLength: 4 }) },
)

const json: fc.Arbitrary<Json> = fc.letrec<{ readonly json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 2 },
    fc.constantFrom<Json>(null, true, 1e308, 0.1),
    text,
    fc.array(tie("json"), { maxLength: 3 }),
    fc.dictionary(text, tie("json"), { maxKeys: 3, noNullPrototype: true }),
  ),
})).json

const input = fc.record({
  kind: fc.constantFrom("event" as const, "command" as const),
  type: text,
  streamId: text,
  payload,
  key: fc.option(text, { freq: 4 }),
  document: fc.option(fc.record({ collection: text, id: text, value: json }), { freq: 3 }),
})
type Input = typeof input extends fc.Arbitrary<infer T> ? T : never

/** A schema that lets everything through: what JSON can not hold is refused even so. */
const anything = {
  "~standard": { version: 1, vendor: "test", validate: (value: unknown) => ({ value }) },
} as const

type Made = Draft<string, unknown>

/** A draft of an input, or the code of the refusal. */
function made({ kind, type, streamId, payload: given }: Input): Made | string {
  try {
    return kind === "event" ? event(type, anything)(streamId, given) : command(type, anything)(streamId, given)
  } catch (error) {
    return codeOf(error)
  }
}

/** Anything but an error of ours is a defect. */
function codeOf(error: unknown): string {
  ok(
    error instanceof Error && "code" in error && typeof error.code === "string" && CODE.test(error.code),
    String(error),
  )
  return error.code
}

/** What an app says of a message, as far as all have to say the same. */
const said = (app: App, message: Made, key: string | null): Promise<string> =>
  app
    .dispatch(message, key === null ? {} : { idempotencyKey: key })
    .then(({ duplicate }) => (duplicate ? "duplicate" : "stored"), codeOf)

/** What a storage says of a document, and what it has of it then. */
async function kept(backend: Backend, { collection, id, value }: NonNullable<Input["document"]>): Promise<unknown> {
  const put = { collection, id, value, expectedRevision: "any" } as const
  const [verdict] = await backend.append([{ streams: [], documents: [put] }])
  if (verdict?.kind !== "appended") return verdict?.kind
  const [found] = await backend.documents({ collection, ids: [id] })
  deepEqual(found?.value, value)
  return found?.id
}

/** A message as it was made, and as it is read. */
const shown = ({ id, kind, type, streamId, payload: given, metadata, createdAt }: Message<string, unknown>) => ({
  id,
  kind,
  type,
  streamId,
  payload: given,
  metadata,
  createdAt,
})

describe("bad input", () => {
  for (const tested of backends) {
    describe(`on ${tested.name}`, () => {
      it(
        "is refused with a code that all storages agree on, or stored and read back as it was [lesson 19]",
        { timeout: TIMEOUT_MS },
        async () => {
          const log = await tested.open()
          onTestFinished(() => log.remove())
          const backend = log.connect()
          onTestFinished(() => backend.close())
          const model = memoryBackend()
          const app = await createApp({ backend, logger: silentLogger })
          const twin = await createApp({ backend: model, logger: silentLogger })
          const property = fc.asyncProperty(input, async (given) => {
            const message = made(given)
            if (typeof message === "string") return
            const answer = await said(app, message, given.key)
            deepEqual(answer, await said(twin, message, given.key))
            if (answer === "stored") {
              const [found] = (await backend.read({ from: "ids", ids: [message.id] })).messages
              deepEqual(found && shown(found), shown(message))
              const last = await app.readStream(given.streamId, { include: "all", direction: "backward", limit: 1 })
              deepEqual(last[0]?.id, message.id)
            }
            if (given.document !== null)
              deepEqual(await kept(backend, given.document), await kept(model, given.document))
          })
          await fc.assert(property, { seed, numRuns: RUNS })
          const { messages, streams } = await backend.operator.stats()
          deepEqual(
            [messages, streams],
            [(await model.operator.stats()).messages, (await model.operator.stats()).streams],
          )
          ok(messages > 0, "everything was refused")
          deepEqual(Reflect.get({}, "polluted"), undefined)
        },
      )
    })
  }
})
