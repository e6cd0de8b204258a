import type {
  Append,
  Backend,
  Idle,
  LaneSlice,
  Operator,
  PartitionSlice,
  Settled,
  Settlement,
  SettlePart,
  Slice,
  StreamAppend,
  Verdict,
} from "@millrace/core/backend"

type Done = Extract<Settled, { kind: "settled" }>

/** A backend whose appends are changed on their way in. */
export const appending = (backend: Backend, change: (append: Append) => Append): Backend => ({
  ...backend,
  append: (appends) => backend.append(appends.map(change)),
})

/** A backend whose appends to streams are changed on their way in. */
export const appendingTo = (backend: Backend, change: (stream: StreamAppend) => StreamAppend): Backend =>
  appending(backend, (append) => ({ ...append, streams: append.streams.map(change) }))

/** A backend whose verdicts are changed on their way out. */
export const judging = (
  backend: Backend,
  change: (verdict: Verdict, append: Append | undefined) => Verdict,
): Backend => ({
  ...backend,
  append: async (appends) => (await backend.append(appends)).map((verdict, at) => change(verdict, appends[at])),
})

/** A backend whose claims are changed on their way out. */
export const claiming = (
  backend: Backend,
  change: (slice: Slice) => Slice | Idle | Promise<Slice | Idle>,
): Backend => ({
  ...backend,
  claim: async (request) => {
    const slice = await backend.claim(request)
    return slice.kind === "idle" ? slice : change(slice)
  },
})

export const claimingPartitions = (
  backend: Backend,
  change: (slice: PartitionSlice) => Slice | Promise<Slice>,
): Backend => claiming(backend, (slice) => (slice.source === "partition" ? change(slice) : slice))

export const claimingLanes = (backend: Backend, change: (slice: LaneSlice) => Slice | Promise<Slice>): Backend =>
  claiming(backend, (slice) => (slice.source === "lanes" ? change(slice) : slice))

/** A backend whose idle answers are changed on their way out. */
export const idling = (backend: Backend, change: (idle: Idle) => Idle): Backend => ({
  ...backend,
  claim: async (request) => {
    const slice = await backend.claim(request)
    return slice.kind === "idle" ? change(slice) : slice
  },
})

/** A backend whose settlements are changed on their way in. */
export const settling = (backend: Backend, change: (settlement: Settlement) => Settlement): Backend => ({
  ...backend,
  settle: (settlement) => backend.settle(change(settlement)),
})

/** A backend that answers otherwise to a settle whose lease was settled before. `last`: nothing else was settled since. */
export const settlingAgain = (
  backend: Backend,
  again: (settlement: Settlement, last: boolean) => Promise<Settled>,
): Backend => {
  const seen = new Set<string>()
  let latest = ""
  return {
    ...backend,
    async settle(settlement) {
      const key = JSON.stringify(settlement.lease)
      if (seen.has(key)) return again(settlement, key === latest)
      seen.add(key)
      latest = key
      return backend.settle(settlement)
    },
  }
}

/** A backend whose parts of settlements are changed on their way in. */
export const settlingParts = (backend: Backend, change: (part: SettlePart) => SettlePart): Backend =>
  settling(backend, (settlement) => ({ ...settlement, parts: settlement.parts.map(change) }))

/** A backend whose answers to accepted settles are changed on their way out. */
export const settled = (backend: Backend, change: (settled: Done) => Settled): Backend => ({
  ...backend,
  settle: async (settlement) => {
    const answer = await backend.settle(settlement)
    return answer.kind === "settled" ? change(answer) : answer
  },
})

/** A backend with some of its operator's methods replaced. */
export const operating = (backend: Backend, change: (operator: Operator) => Partial<Operator>): Backend => ({
  ...backend,
  operator: { ...backend.operator, ...change(backend.operator) },
})

/** The same append with ids that no message has. */
export function withFreshIds(append: Append): Append {
  const streams = append.streams.map((stream) => ({
    ...stream,
    expected: "any" as const,
    messages: stream.messages.map((message) => ({ ...message, id: crypto.randomUUID() })),
  }))
  return { streams }
}
