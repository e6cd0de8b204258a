import { existsSync } from "node:fs"

import {
  actor,
  type AnyReactor,
  type ErrorStrategy,
  type EventDefinition,
  handler,
  projector,
  retryOnError,
} from "@millrace/core"

import * as bank from "./messages.ts"

const { Opened, Sent, Declined, Received, Counted, Parcel, Ring } = bank

/** Which release of the bank a process runs. The new one has a reactor more, and one that wants a type more. */
export type Deployment = "old" | "new"

/** Whatever fails here fails because of the faults: it is tried again for as long as it takes. */
export const patient = retryOnError({ times: 100_000, afterMs: 50, backoff: (afterMs, n) => afterMs * Math.min(n, 20) })

/** How often a parcel is tried before it is set aside. */
const PARCEL_TRIES = 3
/** How long after a count its reminder is due. */
const REMIND_AFTER_MS = 300
const TALLIES = 4

class Trouble extends Error {
  override readonly name = "Trouble"
}

const parcels: ErrorStrategy = (error, message, group) => {
  if (!(error instanceof Trouble)) return patient(error, message, group)
  return group.attempt < PARCEL_TRIES ? { kind: "retry", at: group.now + 40 * group.attempt } : { kind: "park" }
}

/** Decides; a transfer is finished by a command to the other account. */
export const Account = actor("account", () => ({ balance: 0 }))
  .event(Opened, (account, { payload }) => {
    account.balance += payload.amount
  })
  .event(Sent, (account, { payload }) => {
    account.balance -= payload.amount
  })
  .event(Received, (account, { payload }) => {
    account.balance += payload.amount
  })
  .event(Declined)
  .command(bank.Open, (_account, { payload }, { event }) => {
    event(Opened, payload)
  })
  .command(bank.Transfer, (account, { payload }, { event }) => {
    if (account.balance < payload.amount) event(Declined, { amount: payload.amount })
    else event(Sent, payload)
  })
  .command(bank.Receive, (_account, { payload }, { event }) => {
    event(Received, payload)
  })
  .reaction(Sent, (_account, { payload }, { dispatch }) => {
    dispatch(bank.Receive, { amount: payload.amount }).to(payload.to)
  })

/** How many bookings an account has had, and their sum; kept in Millrace. */
const Balances = projector
  .stateStored("balances", () => ({ bookings: 0, balance: 0 }))
  .event(Opened, (state, { payload }) => {
    state.bookings += 1
    state.balance += payload.amount
  })
  .event(Sent, (state, { payload }) => {
    state.bookings += 1
    state.balance -= payload.amount
  })
  .event(Received, (state, { payload }) => {
    state.bookings += 1
    state.balance += payload.amount
  })

/**
 * A reactor of each kind: in the order of streams, of keys, and of the log; with retries and dead letters; with schedules; with state. `mended`: the file that
 * says that what is broken is mended.
 */
export function reactorsOf(deployment: Deployment, mended: string): readonly AnyReactor[] {
  const both: readonly AnyReactor[] = [
    Account,
    Balances,
    mirrorOf(deployment),
    handler("book", { order: "log" }).on(Sent, Received, (message) => noted(bank.Booked, "book-1", message)),
    handler("tally", { partitionBy: tallyKey }).on(Sent, (message) => noted(bank.Tallied, tallyKey(message), message)),
    handler("post", { errorStrategy: parcels }).on(Parcel, (message, { attempt }) => {
      const { trouble } = message.payload
      if (trouble === "twice" && attempt <= 2) throw new Trouble("not yet")
      if (trouble === "always" && !existsSync(mended)) throw new Trouble("broken until it is mended")
      return noted(bank.Delivered, `delivered-${message.streamId}`, message)
    }),
    handler("bell").on(Ring, (message) => noted(bank.Rung, `rung-${message.streamId}`, message)),
    handler("remind").on(Counted, ({ streamId, position, recordedAt }) => {
      const due = Date.parse(recordedAt) + REMIND_AFTER_MS
      return bank.Reminded(`reminder-${streamId}`, { of: position, due }).at(new Date(due))
    }),
  ]
  if (deployment === "old") return both
  const greet = handler("greet").on(Counted, Ring, (message) =>
    noted(bank.Greeted, `greeted-${message.streamId}`, message),
  )
  return [...both, greet]
}

/** The new release wants a type more of the same group. */
function mirrorOf(deployment: Deployment): AnyReactor {
  const mirrored = (message: { readonly streamId: string; readonly position: number }) =>
    noted(bank.Mirrored, `mirror-${message.streamId}`, message)
  return deployment === "old"
    ? handler("mirror").on(Sent, Received, mirrored)
    : handler("mirror").on(Sent, Received, Declined, mirrored)
}

/** What a group makes of a message: its position, in a stream of its own. */
function noted(
  effect: EventDefinition<string, { readonly of: number }, { readonly of: number }>,
  streamId: string,
  { position }: { readonly position: number },
) {
  return effect(streamId, { of: position })
}

/** Accounts share keys, so a key has messages of several streams and partitions. */
function tallyKey({ streamId }: { readonly streamId: string }): string {
  return `tally-${Number(streamId.replace(/\D+/, "")) % TALLIES}`
}
