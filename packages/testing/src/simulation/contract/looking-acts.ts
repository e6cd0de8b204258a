import { type GuestAct, GROUPS, type Hands, ownerOf, STREAMS, TYPES } from "./guests.ts"

function range({ random }: Hands) {
  const after = random.chance(0.5) ? { after: random.below(6) } : {}
  return random.chance(0.5) ? { ...after, upto: random.below(12) } : after
}

const read: GuestAct = async (hands) => {
  const { storage, random } = hands
  const limit = random.pick([1, 2, 3, 5, 100])
  const way = { limit, direction: random.pick(["forward", "backward"] as const) }
  switch (random.below(4)) {
    case 0: {
      const types = random.chance(0.3) ? { types: [random.pick(TYPES)] } : {}
      return storage.read({ from: "log", ...way, ...types, ...(random.chance(0.4) ? { after: random.below(20) } : {}) })
    }
    case 1: {
      const ids = [...new Set([random.pick(STREAMS), random.pick(STREAMS), random.pick(STREAMS)])]
      const streams = ids.map((streamId) => ({ streamId, ...range(hands) }))
      const include = random.pick(["events", "commands", "all"] as const)
      const page = await storage.read({ from: "streams", streams, include, ...way })
      const last = page.messages.at(-1)
      if (last === undefined) return page
      const left = streams.slice(streams.findIndex(({ streamId }) => streamId === last.streamId))
      return storage.read({ from: "streams", streams: left, include, ...way, afterPosition: last.position })
    }
    case 2: {
      const { messages } = await storage.read({ from: "log", limit: 50, direction: "backward" })
      const one = messages[random.below(Math.max(messages.length, 1))]
      if (one === undefined) return undefined
      const after = random.chance(0.5) ? { after: one.position - 1 } : {}
      return storage.read({ from: "correlation", correlationId: one.correlationId, limit, ...after })
    }
    default: {
      const { messages } = await storage.read({ from: "log", limit: 5 })
      return storage.read({
        from: "ids",
        ids: [...messages.map(({ id }) => id), "00000000-0000-7000-8000-ffffffffffff"],
      })
    }
  }
}

const documents: GuestAct = async ({ storage, random }) => {
  await storage.documents({ collection: "put", ids: ["B", "a", "é", "none"] })
  const page = await storage.documents({ collection: "put", limit: random.between(1, 6) })
  const after = page.at(-1)?.id
  return after === undefined ? page : storage.documents({ collection: "put", after, limit: 3 })
}

const look: GuestAct = async ({ storage, random }) => {
  const { operator } = storage
  const group = random.pick(GROUPS)
  switch (random.below(8)) {
    case 0:
      return operator.stats()
    case 1:
      return operator.groups(random.chance(0.5) ? undefined : [group])
    case 2:
      return operator.lanes({
        limit: 100,
        ...(random.chance(0.5) ? { status: random.pick(["retrying", "parked"] as const) } : {}),
      })
    case 3:
      return operator.streams({
        by: random.pick(["id", "recent"] as const),
        limit: 20,
        ...(random.chance(0.6) ? { category: random.pick(["cart", "carts", "user"]) } : {}),
      })
    case 4: {
      const { messages } = await storage.read({ from: "log", limit: 40, direction: "backward" })
      const one = messages[random.below(Math.max(messages.length, 1))]
      return one === undefined ? undefined : operator.progress(one.streamId, one.position)
    }
    case 5:
      return operator.schedules({ limit: 10 })
    case 6:
      return storage.claim({ owner: ownerOf(random), groups: [], leaseMs: 50 })
    default:
      return operator.processes()
  }
}

/** What is heard when something is stored, what can be read by then, and that nothing is heard after the end. */
const listen: GuestAct = async ({ storage, random, message, wrong }) => {
  const streamId = random.pick(STREAMS)
  const heads: Promise<number>[] = []
  let heard = 0
  const listening = await storage.listen((wake) => {
    heard += 1
    if (wake.kind === "messages")
      heads.push(storage.read({ from: "log", limit: 1, direction: "backward" }).then(({ head }) => head))
  })
  const store = () =>
    storage.append([{ streams: [{ streamId, expected: "any", messages: [message(streamId, "event")] }] }])
  const [verdict] = await store()
  await Promise.resolve()
  const [first] = await Promise.all(heads)
  await listening.close()
  const before = heard
  await store()
  await storage.read({ from: "log", limit: 1 })
  await Promise.resolve()
  if (heard > before) wrong("a listener heard something after it was closed")
  if (verdict?.kind === "appended" && (first ?? verdict.position) < verdict.position)
    wrong(`a listener was told of messages while the log's head was ${first}, below ${verdict.position}`)
}

/** Reading. */
export const lookingActs: Readonly<Record<string, GuestAct>> = { read, documents, look, listen }
