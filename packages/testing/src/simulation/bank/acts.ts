import { type AnyApp, BackendError, VersionConflict } from "@millrace/core"

import type { Random } from "../random.ts"
import type { World } from "../scenario.ts"
import { Deposit, Remarked, Transfer, Withdraw } from "./messages.ts"
import { type bankAccounts, Refused } from "./reactors.ts"

/** What a client asks of an account. */
interface Order {
  readonly type: "deposit" | "withdraw" | "transfer"
  readonly account: string
  readonly amount: number
  readonly to: string
}

/** Something that a client of the bank, or its operator, does. */
export type BankAct =
  | { readonly do: "dispatch" | "execute"; readonly orders: readonly Order[] }
  | { readonly do: "twice"; readonly order: Order; readonly key: string; readonly way: "dispatch" | "execute" }
  | { readonly do: "remark"; readonly account: string; readonly count: number; readonly expecting: "any" | "seen" }
  | { readonly do: "schedule"; readonly order: Order; readonly inMs: number }
  | { readonly do: "cancel" | "move"; readonly pick: number; readonly inMs: number }
  | { readonly do: "stop" | "start" | "retry" | "discard"; readonly group: string; readonly pick: number }
  | { readonly do: "reset"; readonly group: string; readonly to: number; readonly reemit: boolean }
  | { readonly do: "skip"; readonly group: string; readonly pick: number }

const ACCOUNTS = ["account-1", "account-2", "account-3", "account-4", "account-5"] as const
const GROUPS = ["account", "mirror", "audit", "tally", "remind", "stamp", "balances"] as const
/** Groups whose effects may be wanted again. */
const REEMITTING = ["mirror", "audit", "tally", "remind"] as const
/** Groups whose state does not depend on every message. */
const SKIPPABLE = ["mirror", "audit", "tally", "remind"] as const

export function drawAct(random: Random): BankAct {
  const roll = random.below(100)
  const pick = random.below(1_000)
  if (roll < 40) return { do: "dispatch", orders: drawOrders(random) }
  if (roll < 52) return { do: "execute", orders: drawOrders(random) }
  if (roll < 58)
    return {
      do: "twice",
      order: drawOrder(random),
      key: `key-${random.below(4)}`,
      way: random.pick(["dispatch", "execute"]),
    }
  if (roll < 66)
    return {
      do: "remark",
      account: random.pick(ACCOUNTS),
      count: random.between(1, 3),
      expecting: random.pick(["any", "seen"]),
    }
  if (roll < 73) return { do: "schedule", order: drawOrder(random), inMs: random.between(1, 15_000) }
  if (roll < 77) return { do: random.pick(["cancel", "move"]), pick, inMs: random.between(1, 10_000) }
  if (roll < 82) return { do: "stop", group: random.pick(GROUPS), pick }
  if (roll < 88) return { do: random.pick(["start", "retry"]), group: random.pick(GROUPS), pick }
  if (roll < 96) return drawReset(random)
  return { do: random.pick(["discard", "skip"]), group: random.pick(SKIPPABLE), pick }
}

function drawReset(random: Random): BankAct {
  const reemit = random.chance(0.3)
  const group = reemit ? random.pick(REEMITTING) : random.pick(GROUPS)
  // A projection that is built anew has to begin at the beginning.
  const to = group === "balances" || random.chance(0.5) ? 0 : random.below(60)
  return { do: "reset", group, to, reemit }
}

function drawOrders(random: Random): readonly Order[] {
  return Array.from({ length: random.pick([1, 1, 2, 8]) }, () => drawOrder(random))
}

function drawOrder(random: Random): Order {
  const type = random.pick<Order["type"]>(["deposit", "deposit", "withdraw", "transfer"])
  return { type, account: random.pick(ACCOUNTS), amount: random.between(1, 9), to: random.pick(ACCOUNTS) }
}

function messageOf({ type, account, amount, to }: Order) {
  switch (type) {
    case "deposit":
      return Deposit(account, { amount })
    case "withdraw":
      return Withdraw(account, { amount })
    case "transfer":
      return Transfer(account, { amount, to })
  }
}

/** Does it, and checks that what the app answers is true. What the app throws is checked where it promises something. */
export async function doAct(
  act: BankAct,
  app: AnyApp,
  world: World,
  accounts: ReturnType<typeof bankAccounts>,
): Promise<void> {
  switch (act.do) {
    case "dispatch":
    case "execute":
      await Promise.all(act.orders.map((order) => send(act.do, order, app, world, accounts)))
      return
    case "twice":
      await Promise.all([1, 2].map(() => send(act.way, act.order, app, world, accounts, act.key)))
      return
    case "remark":
      return remark(act, app, world)
    case "schedule": {
      const message = messageOf(act.order)
      await app.scheduleMessages([message], { at: new Date(world.now() + act.inMs) })
      return
    }
    case "cancel":
    case "move": {
      const waiting = await app.scheduled()
      const one = waiting[act.pick % Math.max(waiting.length, 1)]
      if (one === undefined) return
      if (act.do === "cancel" && one.message.type.startsWith("bank.deposit"))
        await app.cancelScheduled([one.message.id])
      else if (one.message.type !== "bank.reminded")
        await app.reschedule([one.message.id], new Date(world.now() + act.inMs))
      return
    }
    default:
      return operate(act, app)
  }
}

type OperatorAct = Extract<BankAct, { readonly group: string }>

async function operate(act: OperatorAct, app: AnyApp): Promise<void> {
  switch (act.do) {
    case "stop":
      return app.stopConsumerGroup(act.group)
    case "start":
      return app.startConsumerGroup(act.group)
    case "retry":
      await app.retryDeadLetters(act.group)
      return
    case "discard": {
      const letters = await app.deadLetters({ group: act.group })
      const one = letters[act.pick % Math.max(letters.length, 1)]
      if (one !== undefined) await app.discardDeadLetter(act.group, one.key)
      return
    }
    case "reset":
      return app.resetConsumerGroup(act.group, {
        to: act.to === 0 ? "beginning" : { position: act.to },
        ...(act.reemit ? { reemit: true } : {}),
      })
    case "skip": {
      const { head } = await app.stats()
      if (head > 0) await app.skipMessage(act.group, 1 + (act.pick % head))
      return
    }
  }
}

async function send(
  how: "dispatch" | "execute",
  order: Order,
  app: AnyApp,
  world: World,
  accounts: ReturnType<typeof bankAccounts>,
  idempotencyKey?: string,
): Promise<void> {
  const message = messageOf(order)
  const key =
    idempotencyKey === undefined ? {} : { idempotencyKey: `${idempotencyKey} ${how} ${JSON.stringify(order)}` }
  const done = await (how === "dispatch" ? app.dispatch(message, key) : app.executeOn(accounts, message, key)).catch(
    (error: unknown) => {
      if (!mayHappen(error, how)) world.wrong(`${how} of ${message.id} failed with ${String(error)}`)
      throw error
    },
  )
  if (!done.duplicate && !world.isStored(message.id))
    world.wrong(`${how} of ${message.id} returned, and it is not stored`)
  if (done.duplicate && idempotencyKey === undefined && !world.isStored(message.id))
    world.wrong(`${how} of ${message.id} is said to be a repetition, and it is not stored`)
}

async function remark(
  { account, count, expecting }: Extract<BankAct, { readonly do: "remark" }>,
  app: AnyApp,
  world: World,
): Promise<void> {
  const remarks = Array.from({ length: count }, (_, at) => Remarked(account, { text: `remark ${at}` }))
  if (expecting === "any") {
    await app.appendNextToStream(account, remarks)
    return
  }
  const seen = await app.readStream(account)
  const version = seen.at(-1)?.version ?? 0
  try {
    const stored = await app.appendToStream(account, remarks, { expectedVersion: version })
    const reached = stored.streams[0]?.version
    if (!stored.duplicate && reached !== version + count)
      world.wrong(`an append to ${account} at version ${version} reached ${reached}`)
  } catch (error) {
    if (error instanceof VersionConflict && remarks.some(({ id }) => world.isStored(id)))
      world.wrong(`an append to ${account} was answered with a conflict, and is stored`)
    throw error
  }
}

/** Whether a client has to reckon with this error: a storage that was away for long, a refusal, or a stream that others write to all the time. */
function mayHappen(error: unknown, how: "dispatch" | "execute"): boolean {
  if (error instanceof BackendError) return error.code === "unavailable" || error.code === "outcome-unknown"
  return how === "execute" && (error instanceof Refused || error instanceof VersionConflict)
}
