import type { Evidence, LoggedMessage } from "../src/audit/evidence.ts"

/** Changes what lies in a storage behind Millrace's back. */
export interface Tamper {
  /** A message that is there no more. */
  remove(message: LoggedMessage): Promise<void>
  /** The same once more at the end of the log, under another id, two versions on. */
  double(message: LoggedMessage, head: number): Promise<void>
  /** The group in the order of the log is back at the beginning. */
  moveBack(group: string): Promise<void>
  /** Its lease is held by a process that is not there. */
  hold(group: string): Promise<void>
  /** The state of an account in the projection is another. */
  changeState(account: string): Promise<void>
  read(): Promise<Evidence>
  close(): Promise<void>
}

/** Who holds what nobody holds. */
export const GHOST = "ghost"
/** What stands for a state that was changed; `bookings` and `balance` of no account. */
export const OTHER_STATE = { bookings: 1_000, balance: 1 }
