/** The plain rules of an account: what the actor has to come to, told without actors. */
export interface Account {
  readonly balance: number
}

/** An order as the log holds it. */
export interface Order {
  readonly type: string
  readonly amount: number
  readonly to: string | undefined
}

/** What an order leads to: an event's payload, or a refusal. */
export type Ruling = { readonly type: string; readonly payload: Readonly<Record<string, number | string>> } | "refused"

export const EMPTY: Account = { balance: 0 }

export function rule(account: Account, { type, amount, to }: Order): Ruling {
  if (type === "bank.deposit") return { type: "bank.deposited", payload: { amount, balance: account.balance + amount } }
  const balance = account.balance - amount
  if (balance < 0) return "refused"
  if (type === "bank.withdraw") return { type: "bank.withdrawn", payload: { amount, balance } }
  return { type: "bank.transferred", payload: { amount, balance, to: to ?? "" } }
}
