import type { StoredMessage } from "@millrace/core"

import type { World } from "../scenario.ts"
import { type Account, EMPTY, type Order, rule } from "./ledger.ts"

/** An order that nobody has decided yet, and the balances that it may have been refused at. */
interface Pending {
  readonly message: StoredMessage
  refusable: boolean
}

const ORDERS: ReadonlySet<string> = new Set(["bank.deposit", "bank.withdraw", "bank.transfer"])

/**
 * Decides the orders of each account again, one after the other in the order of the log, and compares: each order has to have led to exactly the
 * event that the plain rules give for the account as it was then, in order; one without an event has to have been refused, or passed over by a person.
 */
export function checkAccounts(log: readonly StoredMessage[], world: World): void {
  const streams = new Map<string, StoredMessage[]>()
  for (const message of log) {
    if (!message.streamId.startsWith("account-")) continue
    const stream = streams.get(message.streamId)
    if (stream === undefined) streams.set(message.streamId, [message])
    else stream.push(message)
  }
  for (const stream of streams.values()) checkAccount(stream, world)
}

function checkAccount(stream: readonly StoredMessage[], world: World): void {
  const ids = new Map(stream.map((message) => [message.id, message]))
  const pending: Pending[] = []
  const decided = new Set<string>()
  let account: Account = EMPTY
  const moveTo = (balance: number): void => {
    account = { balance }
    for (const one of pending) one.refusable ||= rule(account, orderOf(one.message)) === "refused"
  }
  for (const message of stream) {
    if (ORDERS.has(message.type)) {
      if (message.decided !== true) pending.push({ message, refusable: rule(account, orderOf(message)) === "refused" })
      continue
    }
    if (message.type === "bank.remarked" || message.type === "bank.stamped") continue
    const where = `${message.streamId}: the ${message.type} at ${message.position}`
    const order = ids.get(message.causationId)
    if (order === undefined || !ORDERS.has(order.type)) {
      world.wrong(`${where} follows from no order`)
      continue
    }
    if (decided.has(order.id))
      world.wrong(`${where} follows from the order at ${order.position}, which led to an event before`)
    decided.add(order.id)
    if (order.decided !== true) {
      const at = pending.findIndex((one) => one.message.id === order.id)
      if (at < 0)
        world.wrong(
          `${where} follows from the order at ${order.position}, which was decided before, or after a later one`,
        )
      for (const passed of pending.splice(0, at + 1).slice(0, -1)) checkRefused(passed, world)
      for (const one of pending) one.refusable = false
    }
    const ruling = rule(account, orderOf(order))
    const is = JSON.stringify([message.type, message.payload])
    const due = ruling === "refused" ? ruling : JSON.stringify([ruling.type, ruling.payload])
    if (is !== due) world.wrong(`${where} is ${is}, and the rules give ${due}`)
    moveTo(balanceOf(message) ?? account.balance)
  }
  for (const one of pending) checkRefused(one, world)
}

function checkRefused({ message, refusable }: Pending, world: World): void {
  if (refusable || world.groups.get("account")?.excused.has(message.position) === true) return
  world.wrong(`${message.streamId}: the order at ${message.position} led to nothing, and was never one to refuse`)
}

function orderOf({ type, payload }: StoredMessage): Order {
  const given = typeof payload === "object" && payload !== null ? payload : {}
  const to = "to" in given ? given.to : undefined
  return {
    type,
    amount: "amount" in given && typeof given.amount === "number" ? given.amount : 0,
    to: typeof to === "string" ? to : undefined,
  }
}

function balanceOf({ payload }: StoredMessage): number | undefined {
  if (typeof payload !== "object" || payload === null || !("balance" in payload)) return undefined
  return typeof payload.balance === "number" ? payload.balance : undefined
}
