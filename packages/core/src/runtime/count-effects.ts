import type { Append } from "../backend/append.ts"
import type { Outcome } from "../reactor/registration.ts"

/** How many writes effects are to a storage: messages, schedules and documents. */
export function countEffects(effects: Append | undefined): number {
  if (effects === undefined) return 0
  const { streams, schedules = [], documents = [] } = effects
  return streams.reduce((sum, { messages }) => sum + messages.length, schedules.length + documents.length)
}

/** The first of some handled messages whose effects one settle may bring. At least one: what a message asks for is stored together, however much it is. */
export function fittingOf(done: Outcome["done"], most: number): Outcome["done"] {
  let sum = 0
  const end = done.findIndex((one, at) => {
    sum += askedFor(one)
    return sum > most && at > 0
  })
  return end < 0 ? done : done.slice(0, end)
}

function askedFor({ delivery, actions }: Outcome["done"][number]): number {
  let sum = 0
  for (const action of actions) {
    if (action.kind === "put") sum += 1
    else if (!delivery.replaying && "messages" in action) sum += action.messages.length
  }
  return sum
}
