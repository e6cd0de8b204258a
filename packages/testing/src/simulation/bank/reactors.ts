import {
  actor,
  AppendAfter,
  type AnyReactor,
  type ErrorStrategy,
  handler,
  type MemoryTx,
  projector,
  type Reactor,
  txToken,
} from "@millrace/core"

import type { SimulatedProcess } from "../scenario.ts"
import * as bank from "./messages.ts"

const { Deposit, Withdraw, Transfer, Deposited, Withdrawn, Transferred, Remarked, Stamped } = bank
const { Audited, Mirrored, Reminded, Tallied } = bank

/** An account holds less than is asked of it. */
export class Refused extends Error {
  override readonly name = "Refused"
}

const memoryTx = txToken<MemoryTx>("memory")

/** How many keys the tally has. */
const TALLIES = 3

export function tallyKey(amount: number): string {
  return `tally-${amount % TALLIES}`
}

/** The tally's keys. */
export function keyOfTally({ payload }: { readonly payload: unknown }): string {
  return tallyKey(amountOf(payload))
}

/** How long after a withdrawal its reminder is due. */
export function remindAfterMs(amount: number): number {
  return 100 + (amount % 7) * 1_500
}

/** Tries again soon, then parks. */
function patient(process: SimulatedProcess, times: number): ErrorStrategy {
  return (_error, message, { name, attempt, now }) =>
    process.judging(name, message, attempt <= times ? { kind: "retry", at: now + 20 * 3 ** attempt } : { kind: "park" })
}

/** The bank's reactors in one process: one of each kind that Millrace has. `tx`: whether its storage is memory. */
export function bankReactors(process: SimulatedProcess, { tx }: { readonly tx: boolean }): readonly AnyReactor[] {
  const { mirror, stamp } = followers(process)
  return [bankAccounts(process), mirror, ...counters(process), stamp, ...projectors(process, tx)]
}

/** Decides; a transfer is finished by a deposit to the other account. */
export function bankAccounts(process: SimulatedProcess) {
  const retrying = patient(process, 3)
  const errorStrategy: ErrorStrategy = (error, message, group) => {
    if (!(error instanceof Refused)) return retrying(error, message, group)
    return process.judging("account", message, { kind: "skip" })
  }
  return actor("account", () => ({ balance: 0 }), { errorStrategy })
    .event(Deposited, (account, { payload }) => {
      account.balance += payload.amount
    })
    .event(Withdrawn, (account, { payload }) => {
      account.balance -= payload.amount
    })
    .event(Transferred, (account, { payload }) => {
      account.balance -= payload.amount
    })
    .event(Remarked)
    .command(Deposit, (account, { payload: { amount } }, { event }) => {
      event(Deposited, { amount, balance: account.balance + amount })
    })
    .command(Withdraw, (account, { payload: { amount } }, { event }) => {
      if (account.balance < amount) throw new Refused(`holds ${account.balance}`)
      event(Withdrawn, { amount, balance: account.balance - amount })
    })
    .command(Transfer, (account, { payload: { amount, to } }, { event }) => {
      if (account.balance < amount) throw new Refused(`holds ${account.balance}`)
      event(Transferred, { amount, balance: account.balance - amount, to })
    })
    .reaction(Transferred, (_account, message, { dispatch, attempt }) => {
      process.mayFail("account", message, attempt)
      const { payload } = message
      dispatch(Deposit, { amount: payload.amount }).to(payload.to)
    })
}

const BOOKINGS = [Deposited, Withdrawn, Transferred] as const

/** One effect for each booking, in the order of its account: from a handler, and from a reactor that handles in batches. */
function followers(process: SimulatedProcess): { readonly mirror: AnyReactor; readonly stamp: Reactor } {
  const mirror = handler("mirror", { errorStrategy: patient(process, 3) }).on(...BOOKINGS, (message, how) =>
    process.handling("mirror", message, how, () =>
      Mirrored(`mirror-${message.streamId}`, { position: message.position }),
    ),
  )
  const stamp: Reactor = {
    name: "stamp",
    handledMessages: [Remarked],
    history: true,
    errorStrategy: patient(process, 2),
    handle: (message, how) =>
      process.handling("stamp", message, how, () =>
        AppendAfter(message.streamId, [Stamped(message.streamId, { position: message.position })]),
      ),
  }
  return { mirror, stamp }
}

/** One effect for each booking: in the order of the log, and of keys; and a reminder of each withdrawal. */
function counters(process: SimulatedProcess): readonly AnyReactor[] {
  const audit = handler("audit", { order: "log", errorStrategy: patient(process, 4) }).on(...BOOKINGS, (message, how) =>
    process.handling("audit", message, how, () => Audited("audit-1", { position: message.position })),
  )
  const tally = handler("tally", { partitionBy: keyOfTally, errorStrategy: patient(process, 2) }).on(
    ...BOOKINGS,
    (message, how) =>
      process.handling("tally", message, how, () =>
        Tallied(tallyKey(message.payload.amount), { position: message.position }),
      ),
  )
  // Its group stops at an error that comes twice: somebody has to start it again.
  const stopping: ErrorStrategy = (_error, message, { name, attempt, now }) =>
    process.judging(name, message, attempt < 2 ? { kind: "retry", at: now } : { kind: "stop" })
  const remind = handler("remind", { errorStrategy: stopping }).on(Withdrawn, (message, how) =>
    process.handling("remind", message, how, () => {
      const { position, recordedAt, streamId, payload } = message
      const due = Date.parse(recordedAt) + remindAfterMs(payload.amount)
      return Reminded(`reminder-${streamId}`, { position, due }).at(new Date(due))
    }),
  )
  return [audit, tally, remind]
}

function amountOf(payload: unknown): number {
  return typeof payload === "object" && payload !== null ? numberIn(payload, "amount") : 0
}

/** Totals per account: kept by Millrace, and in a table of one's own. */
function projectors(process: SimulatedProcess, tx: boolean): readonly AnyReactor[] {
  const balances = projector
    .stateStored("balances", () => ({ count: 0, sum: 0 }), { errorStrategy: patient(process, 1) })
    .event(BOOKINGS, (total, message) => {
      process.mayFail("balances", message, 1)
      total.count += 1
      total.sum += message.payload.amount
    })
  if (!tx) return [balances]
  const rows = projector
    .stateStored("rows", (id, { tx }) => rowIn(tx, id), { tx: memoryTx, errorStrategy: patient(process, 2) })
    .event(BOOKINGS, (row, message) => {
      row.count += 1
      row.last = message.position
    })
    .sync(({ id, state, tx, events }) => {
      tx.put("rows", id, { ...state })
      const last = events.at(-1)
      if (last !== undefined) process.mayFail("rows", last, 1)
    })
    .afterCommit(({ events }) => process.told("rows", events))
  return [balances, rows]
}

function rowIn(tx: MemoryTx, id: string): { count: number; last: number } {
  const found = tx.get("rows", id)
  if (typeof found !== "object" || found === null) return { count: 0, last: 0 }
  return { count: numberIn(found, "count"), last: numberIn(found, "last") }
}

/** A number that an object holds, or 0. */
export function numberIn(object: object, key: string): number {
  const value: unknown = Reflect.get(object, key)
  return typeof value === "number" ? value : 0
}
