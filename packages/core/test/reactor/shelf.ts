import {
  type Access,
  type AnyReactor,
  type Baseline,
  type Delivery,
  encodeMessage,
  handlerTime,
  type KeyedDocument,
  type Message,
  type Outcome,
  registrationOf,
  silentLogger,
  systemClock,
  type StoredMessage,
} from "../../src/index.ts"

/** A log on arrays: what a reactor may ask for, and the deliveries to hand it. */
export interface Shelf {
  /** Stores messages at the next positions, events at their stream's next versions. */
  put(...messages: readonly Message<string, unknown>[]): readonly StoredMessage[]
  /** Handles stored messages as one batch, and stores nothing of what comes out. */
  handle(
    reactor: AnyReactor,
    messages: readonly StoredMessage[],
    how?: Partial<Delivery> & { readonly fresh?: boolean },
  ): Promise<Outcome>
  /** Handles several deliveries as one batch. */
  deliver(reactor: AnyReactor, deliveries: readonly Delivery[]): Promise<Outcome>
  /** The streams and ranges that were read. */
  readonly reads: readonly string[]
  /** What the process remembers. */
  readonly memory: Map<string, Baseline>
  readonly documents: Map<string, KeyedDocument>
}

export function shelf(): Shelf {
  const log: StoredMessage[] = []
  const reads: string[] = []
  const memory = new Map<string, Baseline>()
  const documents = new Map<string, KeyedDocument>()
  const versionOf = (streamId: string): number =>
    log.filter((one) => one.streamId === streamId && one.kind === "event").length

  const access = (group: string): Access => ({
    group,
    history(streamId, { after = 0, upto = Number.POSITIVE_INFINITY, include = "events" } = {}) {
      reads.push(`${streamId}>${after}`)
      let version = 0
      const found = log.filter((one) => {
        if (one.streamId !== streamId) return false
        version = one.version ?? version
        return (include === "all" || one.kind === "event") && version > after && version <= upto
      })
      return Promise.resolve(include === "all" && after === 0 ? log.filter((one) => one.streamId === streamId) : found)
    },
    document: (collection, id) => Promise.resolve(documents.get(`${collection}/${id}`)),
    baselines: {
      get(key) {
        const found = memory.get(key)
        memory.delete(key)
        return found
      },
      set: (key, baseline) => void memory.set(key, baseline),
      delete: (key) => void memory.delete(key),
    },
    logger: silentLogger,
    time: handlerTime(systemClock),
    signal: new AbortController().signal,
    aborted: false,
  })

  const handleBatch = (reactor: AnyReactor, deliveries: readonly Delivery[], fresh: boolean): Promise<Outcome> => {
    const registration = registrationOf(reactor)
    const first = deliveries[0]?.message
    const key = first === undefined ? "" : (registration.keyOf?.(first) ?? first.streamId)
    return registration.handle({ key, messages: deliveries, fresh, takeovers: 0 }, access(registration.group))
  }

  return {
    reads,
    memory,
    documents,
    put(...messages) {
      return messages.map((message) => {
        const place = { position: log.length + 1, recordedAt: message.createdAt }
        const version = message.kind === "event" ? { version: versionOf(message.streamId) + 1 } : {}
        const stored: StoredMessage = { ...encodeMessage(message), ...place, ...version }
        log.push(stored)
        return stored
      })
    },
    handle(reactor, messages, { fresh = false, ...how } = {}) {
      const delivery = { replaying: false, handledBefore: false, attempt: 1, ...how }
      return handleBatch(
        reactor,
        messages.map((message) => ({ ...delivery, message })),
        fresh,
      )
    },
    deliver: (reactor, deliveries) => handleBatch(reactor, deliveries, false),
  }
}
