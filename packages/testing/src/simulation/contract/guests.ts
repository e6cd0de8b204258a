import type { Append, Backend, GroupOrder, Message, Settlement, Slice } from "@millrace/core"

import { createRandom, type Random } from "../random.ts"
import type { World } from "../scenario.ts"

/** What the guests of a storage have in their hands. */
export interface Hands {
  readonly storage: Backend
  readonly random: Random
  /** The storage's clock. */
  readonly now: number
  readonly wrong: (text: string) => void
  /** Slices that were handed out and not settled. */
  readonly slices: Slice[]
  /** Settlements that were made. */
  readonly settlements: Settlement[]
  /** Appends that were made. */
  readonly appends: Append[]
  /** A message that nobody has made before. */
  readonly message: (streamId: string, kind: Message["kind"], payload?: unknown) => Message
}

/** What a guest does. Errors of the storage are answers, and its own affair. */
export type GuestAct = (hands: Hands) => Promise<unknown>

export interface Guests {
  act(act: GuestAct | undefined, seed: number): Promise<void>
  /** Looks at everything, closes the log, and looks again. */
  leave(): Promise<void>
}

/** The groups of the guests, and their orders. */
export const GROUPS: readonly [string, ...string[]] = ["by-stream", "by-key", "by-log", "later"]
export const TYPES: readonly [string, ...string[]] = ["added", "placed", "seen"]
export const STREAMS: readonly [string, ...string[]] = ["cart-1", "cart-2", "carts-1", "cart-3", "order-1", "user-1"]

/** The order that a group of this name has. */
export function orderOf(group: string): GroupOrder {
  return group === "by-key" ? "key" : group === "by-log" ? "log" : "stream"
}

/** The key that a message has in keyed groups. */
export function keyOf(streamId: string): string {
  return streamId.split("-")[0] ?? ""
}

export function ownerOf(random: Random): { readonly processName: string; readonly bootId: string } {
  const processName = random.pick(["p1", "p1", "p2", "p3"])
  return { processName, bootId: `${processName}-boot-${random.pick([1, 1, 1, 2])}` }
}

export function typesOf(random: Random): readonly string[] {
  return random.pick([TYPES, TYPES, TYPES, TYPES.slice(0, 2), TYPES.slice(0, 1)])
}

export function createGuests(world: World): Guests {
  const { storage } = world
  const slices: Slice[] = []
  const settlements: Settlement[] = []
  const appends: Append[] = []
  let made = 0
  const handsFor = (seed: number): Hands => {
    const random = createRandom(seed)
    return {
      storage,
      random,
      now: world.now(),
      wrong: world.wrong,
      slices,
      settlements,
      appends,
      message(streamId, kind, payload) {
        made += 1
        const id = `00000000-0000-7000-8000-${made.toString(16).padStart(12, "0")}`
        const before = random.chance(0.3) && made > 1 ? (made - 1).toString(16).padStart(12, "0") : undefined
        const causationId = before === undefined ? id : `00000000-0000-7000-8000-${before}`
        const correlationId =
          made % 4 === 0 ? id : `00000000-0000-7000-8000-${(made - (made % 4)).toString(16).padStart(12, "0")}`
        return {
          id,
          kind,
          type: random.pick(TYPES),
          streamId,
          payload: payloadOf(payload, made),
          metadata: {},
          causationId,
          correlationId: made < 4 ? id : correlationId,
          // A machine whose clock is wrong.
          createdAt: new Date(world.now() - 1_000 * (made % 90)).toISOString(),
        }
      },
    }
  }
  let here = false
  const act: Guests["act"] = async (given, seed) => {
    if (!here) {
      here = true
      await arrive(storage).catch(() => {})
    }
    await given?.(handsFor(seed))?.catch(() => {})
  }
  return {
    act,
    async leave() {
      const { name } = await storage.operator.stats()
      const looks = () => [
        storage.read({ from: "log", limit: 200 }),
        storage.operator.stats(),
        storage.operator.groups(),
        storage.operator.lanes({ limit: 200 }),
        storage.operator.schedules({ limit: 200 }),
        storage.operator.streams({ by: "id", limit: 200 }),
        storage.operator.processes(),
        storage.documents({ collection: "put", limit: 100 }),
      ]
      await Promise.allSettled(looks())
      await storage.close()
      await Promise.allSettled(looks())
      await act(
        ({ storage: closed, message }) =>
          closed.append([
            { streams: [{ streamId: "cart-1", expected: "any", messages: [message("cart-1", "event")] }] },
          ]),
        1,
      )
      await act(
        ({ storage: closed, random }) =>
          closed.claim({
            owner: ownerOf(random),
            groups: GROUPS.map((group) => ({ group, types: TYPES, limit: 10 })),
            leaseMs: 1_000,
          }),
        1,
      )
      await act(({ storage: closed }) => closed.operator.uninstall(`${name} or another`), 1)
      await act(({ storage: closed }) => closed.operator.uninstall(name), 1)
      await Promise.allSettled(looks())
    },
  }
}

/** Makes the groups, all but one: what is to be handed out of them is there from the beginning. */
async function arrive(storage: Backend): Promise<void> {
  const owner = { processName: "p1", bootId: "p1-boot-1" }
  for (const group of GROUPS.slice(0, 3))
    await storage.ensureGroup({
      group,
      order: orderOf(group),
      start: { at: "beginning" },
      types: TYPES.slice(0, 2),
      owner,
      maxLanes: 4,
    })
}

function payloadOf(payload: unknown, made: number): Message["payload"] {
  return typeof payload === "string" ? { text: payload } : { made }
}
