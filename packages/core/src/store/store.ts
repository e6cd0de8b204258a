import type { Append, AppendedAt, ScheduledAppend, StreamAppend, StreamVersion, Verdict } from "../backend/append.ts"
import type { Backend } from "../backend/backend.ts"
import { READ_LIMIT } from "../backend/read.ts"
import { dueAt } from "../message/draft.ts"
import type { MessageId, Position, StreamId, Version } from "../message/ids.ts"
import type { Message, StoredMessage } from "../message/message.ts"
import type { ExpectedVersion } from "../stream/expected-version.ts"
import { AppendRefused, ScheduleInPast, VersionConflict } from "./errors.ts"
import { fingerprintOf } from "./fingerprint.ts"
import { refuseInsideSettle } from "./inside-settle.ts"
import { withMetadata } from "./with-metadata.ts"
import type { WriteObserver, Writing } from "./write-observer.ts"
import type { Writer } from "./writer.ts"

/** Any message a caller may hand in: payloads are encoded by their definition. */
export type AnyMessage = Message<string, unknown>

/** Where a write ended up. `duplicate`: an idempotency key or the very ids were known; the positions are those of the first time. */
export interface Stored extends AppendedAt {
  readonly duplicate: boolean
  /** The versions reached, stream by stream; empty for duplicates. */
  readonly streams: readonly StreamVersion[]
}

/** What may be set for one write. */
export interface WriteOptions {
  /** Makes repetitions of this write harmless for as long as its messages are kept. The same key with other content is refused (`AppendRefused`, `key-reused`). */
  readonly idempotencyKey?: string
}

/** One stream of an atomic write. */
export interface StreamWrite {
  readonly streamId: StreamId
  readonly messages: readonly AnyMessage[]
  /** Default `any`. */
  readonly expectedVersion?: ExpectedVersion
}

/** Which messages of a stream to read. */
export interface ReadStreamOptions {
  /** Events with versions above this. */
  readonly after?: Version
  /** Events with versions up to this. */
  readonly upto?: Version
  readonly limit?: number
  readonly direction?: "forward" | "backward"
  /** Default `events`. A command belongs to the version its stream had when it was stored. */
  readonly include?: "events" | "commands" | "all"
}

/** Which messages of the log to read. */
export interface ReadLogOptions {
  readonly after?: Position
  readonly upto?: Position
  readonly types?: readonly (string | { readonly type: string })[]
  readonly limit?: number
  readonly direction?: "forward" | "backward"
}

/** Messages in, messages out: the log as callers see it. Every method throws `CalledInsideSettle` inside a sync block. */
export interface Store {
  /** Appends a message to its own stream, expecting nothing; one made with `.at(date)` is scheduled. Resolves once it is durable. Throws `InvalidPayload`, `AppendRefused`. */
  dispatch(message: AnyMessage, options?: WriteOptions): Promise<Stored>
  /** Appends messages to a stream, no questions asked; versions are assigned. */
  appendNextToStream(streamId: StreamId, messages: readonly AnyMessage[], options?: WriteOptions): Promise<Stored>
  /** Appends messages to a stream that must be at the version expected. Throws `VersionConflict` with expected and actual. */
  appendToStream(
    streamId: StreamId,
    messages: readonly AnyMessage[],
    options: WriteOptions & { readonly expectedVersion: ExpectedVersion },
  ): Promise<Stored>
  /** Appends to several streams, all or nothing. Throws `VersionConflict` for the first stream that is not as expected. */
  appendToStreams(writes: readonly StreamWrite[], options?: WriteOptions): Promise<Stored>
  /** Appends each message to its own stream when `at` has come. Throws `ScheduleInPast`. */
  scheduleMessages(messages: readonly AnyMessage[], options: WriteOptions & { readonly at: Date }): Promise<Stored>
  readStream(streamId: StreamId, options?: ReadStreamOptions): Promise<readonly StoredMessage[]>
  /** Events and commands of a stream in log order. */
  historyFor(
    streamId: StreamId,
    options?: { readonly after?: Version; readonly upto?: Version; readonly commands?: boolean },
  ): Promise<readonly StoredMessage[]>
  /** The log page by page: `for await (const message of store.readLog({ after }))`. Ends at the head it finds; `limit` bounds it. */
  readLog(options?: ReadLogOptions): AsyncIterable<StoredMessage>
  /** A whole conversation, in log order, by the id of any of its messages. */
  correlationTree(id: MessageId): Promise<readonly StoredMessage[]>
}

/** How many messages a page of an iteration holds. */
const PAGE = 1_000

export interface StoreParts {
  readonly backend: Backend
  readonly writer: Writer
  readonly now: () => number
  /** A message as it is stored. Throws `InvalidPayload`. */
  readonly encode: (message: AnyMessage) => Message
  /** Called after each write with what it stored. */
  readonly onStored: (append: Append) => void
  /** Is told of each write. */
  readonly observer?: WriteObserver | undefined
}

export function createStore(parts: StoreParts): Store {
  const { backend, encode } = parts
  const write = (
    call: string,
    streams: readonly StreamAppend[],
    options: WriteOptions = {},
    schedules: readonly ScheduledAppend[] = [],
  ) =>
    submit(
      parts,
      call,
      schedules.length === 0 && options.idempotencyKey === undefined
        ? { streams }
        : {
            streams,
            ...(schedules.length === 0 ? {} : { schedules }),
            ...keyed(options, streams, schedules),
          },
    )

  const store: Store = {
    async dispatch(message, options) {
      const due = dueAt(message)
      if (due !== undefined) return store.scheduleMessages([message], { ...options, at: new Date(due) })
      return write("dispatch", [streamAppend(encode, message.streamId, [message], "any")], options)
    },
    appendNextToStream: async (streamId, messages, options) =>
      write("appendNextToStream", [streamAppend(encode, streamId, messages, "any")], options),
    appendToStream: async (streamId, messages, { expectedVersion, ...options }) =>
      write("appendToStream", [streamAppend(encode, streamId, messages, expectedVersion)], options),
    appendToStreams: async (writes, options) =>
      write(
        "appendToStreams",
        writes.map((one) => streamAppend(encode, one.streamId, one.messages, one.expectedVersion ?? "any")),
        options,
      ),
    async scheduleMessages(messages, { at, ...options }) {
      const now = parts.now()
      if (!(at.getTime() > now)) throw new ScheduleInPast(at, now)
      const schedules = messages.map((message) => ({ message: encode(message), at: at.getTime() }))
      return write("scheduleMessages", [], options, schedules)
    },
    async readStream(streamId, { limit = READ_LIMIT, include = "events", direction = "forward", ...range } = {}) {
      refuseInsideSettle("readStream")
      const found: StoredMessage[] = []
      let afterPosition: Position | undefined
      while (found.length < limit) {
        const page = await backend.read({
          from: "streams",
          streams: [{ streamId, ...range }],
          include,
          direction,
          limit: Math.min(limit - found.length, READ_LIMIT),
          ...(afterPosition === undefined ? {} : { afterPosition }),
        })
        found.push(...page.messages)
        afterPosition = page.messages.at(-1)?.position
        if (!page.more || afterPosition === undefined) break
      }
      return found
    },
    historyFor(streamId, { commands = true, ...range } = {}) {
      return store.readStream(streamId, {
        ...range,
        include: commands ? "all" : "events",
        limit: Number.MAX_SAFE_INTEGER,
      })
    },
    readLog: (options) => logPages(backend, options),
    async correlationTree(id) {
      refuseInsideSettle("correlationTree")
      const [known] = (await backend.read({ from: "ids", ids: [id] })).messages
      const correlationId = known?.correlationId ?? id
      const found: StoredMessage[] = []
      for (let after = 0; ;) {
        const page = await backend.read({ from: "correlation", correlationId, after, limit: PAGE })
        found.push(...page.messages)
        const last = page.messages.at(-1)
        if (!page.more || last === undefined) return found
        after = last.position
      }
    },
  }
  return store
}

async function* logPages(backend: Backend, options: ReadLogOptions = {}): AsyncGenerator<StoredMessage> {
  refuseInsideSettle("readLog")
  const { direction = "forward", limit = Number.MAX_SAFE_INTEGER, types } = options
  const names = types?.map((type) => (typeof type === "string" ? type : type.type))
  let { after = 0, upto } = options
  for (let left = limit; left > 0;) {
    const page = await backend.read({
      from: "log",
      after,
      direction,
      limit: Math.min(left, PAGE),
      ...(upto === undefined ? {} : { upto }),
      ...(names === undefined ? {} : { types: names }),
    })
    yield* page.messages
    left -= page.messages.length
    const last = page.messages.at(-1)
    if (!page.more || last === undefined) return
    if (direction === "forward") after = last.position
    else upto = last.position - 1
  }
}

/** Sends an append through the writer and turns its verdict into a result or an error. */
export async function submit(parts: StoreParts, call: string, append: Append): Promise<Stored> {
  refuseInsideSettle(call)
  const { writer, observer } = parts
  const stored =
    observer === undefined || !observer.heard()
      ? storedOr(await writer.submit(append))
      : await submitObserved(writer, observer, { call, append })
  if (!stored.duplicate) parts.onStored(append)
  return stored
}

/** Apart from `submit`, so that a write that nobody looks at makes no closure. */
function submitObserved(writer: Writer, observer: WriteObserver, writing: Writing): Promise<Stored> {
  return observer.write(writing, async (metadata) =>
    storedOr(await writer.submit(withMetadata(writing.append, metadata))),
  )
}

function storedOr(verdict: Verdict): Stored {
  switch (verdict.kind) {
    case "appended":
      return {
        duplicate: false,
        firstPosition: verdict.firstPosition,
        position: verdict.position,
        streams: verdict.streams,
      }
    case "duplicate":
      return { duplicate: true, ...verdict.of, streams: [] }
    case "conflict":
      throw new VersionConflict(verdict.streamId, verdict.expected, verdict.actualVersion)
    case "document-conflict":
      throw new AppendRefused(
        "bad-data",
        `document ${verdict.collection}/${verdict.id} is at revision ${verdict.actualRevision}, expected ${verdict.expectedRevision}: read it again`,
      )
    case "refused":
      throw new AppendRefused(verdict.code, verdict.detail, verdict.messageIds)
  }
}

/** The messages of one stream, encoded and set to that stream. */
export function streamAppend(
  encode: StoreParts["encode"],
  streamId: StreamId,
  messages: readonly AnyMessage[],
  expected: ExpectedVersion,
): StreamAppend {
  const encoded = messages.map((message) => {
    const one = encode(message)
    return one.streamId === streamId ? one : { ...one, streamId }
  })
  return { streamId, expected, messages: encoded }
}

export function keyed(
  { idempotencyKey }: WriteOptions,
  streams: readonly StreamAppend[],
  schedules: readonly ScheduledAppend[] = [],
): Pick<Append, "idempotencyKey" | "fingerprint"> {
  return idempotencyKey === undefined ? {} : { idempotencyKey, fingerprint: fingerprintOf(streams, schedules) }
}
