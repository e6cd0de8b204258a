import { command, event } from "@millrace/core"

/** A Standard Schema. */
interface Plain<T> {
  readonly "~standard": {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => { readonly value: T } | { readonly issues: readonly { message: string }[] }
    readonly types?: { readonly input: T; readonly output: T }
  }
}

/** A schema that takes what it is given: the bank makes all of its messages itself. */
function plain<T>(): Plain<T> {
  return {
    "~standard": {
      version: 1,
      vendor: "millrace",
      validate: (value) => (isGiven<T>(value) ? { value } : { issues: [{ message: "give an object" }] }),
    },
  }
}

function isGiven<T>(value: unknown): value is T {
  return typeof value === "object" && value !== null
}

/** What an account is asked for. */
export interface Amount {
  readonly amount: number
}

/** What happened to an account, and what it held afterwards. */
export interface Booking extends Amount {
  readonly balance: number
}

/** What a reactor made of the message at this position. */
export interface Noted {
  readonly position: number
}

export const Deposit = command("bank.deposit", plain<Amount>())
export const Withdraw = command("bank.withdraw", plain<Amount>())
export const Transfer = command("bank.transfer", plain<Amount & { readonly to: string }>())
export const Deposited = event("bank.deposited", plain<Booking>())
export const Withdrawn = event("bank.withdrawn", plain<Booking>())
export const Transferred = event("bank.transferred", plain<Booking & { readonly to: string }>())
/** Added to an account's stream from outside: it changes nothing. */
export const Remarked = event("bank.remarked", plain<{ readonly text: string }>())
/** Added to an account's stream by a reactor that has seen its whole history. */
export const Stamped = event("bank.stamped", plain<Noted>())
export const Mirrored = event("bank.mirrored", plain<Noted>())
export const Audited = event("bank.audited", plain<Noted>())
export const Tallied = event("bank.tallied", plain<Noted>())
export const Reminded = event("bank.reminded", plain<Noted & { readonly due: number }>())
