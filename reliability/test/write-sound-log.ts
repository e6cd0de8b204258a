import { createApp, silentLogger } from "@millrace/core"

import type { Known } from "../src/audit/audit.ts"
import { LIMITS } from "../src/bank/limits.ts"
import { Counted, Open, Parcel, Ring, Transfer } from "../src/bank/messages.ts"
import { patient, reactorsOf } from "../src/bank/reactors.ts"
import type { Standing } from "../src/fleet/journal.ts"

const ACCOUNTS = 3
const OPENING = 100

/** Writes a small log in which all is as it has to be, nothing waits, and nobody works. `mended`: a file that is there. */
export async function writeSoundLog(url: string, mended: string): Promise<Known> {
  const reactors = reactorsOf("new", mended)
  const app = await createApp({ backend: url, reactors, errorStrategy: patient, limits: LIMITS, logger: silentLogger })
  const due = Date.now() + 60
  const accounts = Array.from({ length: ACCOUNTS }, (_, at) => `account-${at}`)
  const messages = [
    ...accounts.map((account) => Open(account, { amount: OPENING })),
    ...accounts.map((account, at) => Transfer(account, { amount: 10 + at, to: `account-${(at + 1) % ACCOUNTS}` })),
    Transfer("account-0", { amount: 10 * OPENING, to: "account-1" }),
    Parcel("parcel-1", { trouble: "none", n: 0 }),
    Parcel("parcel-1", { trouble: "always", n: 1 }),
    Counted("counter-1", { n: 1 }),
    Counted("counter-1", { n: 2 }),
  ]
  const ring = Ring("ring-1", { due })
  await app.scheduleMessages([ring], { at: new Date(due) })
  for (const message of messages) await app.dispatch(message)
  do await app.drain()
  while ((await app.stats()).schedules > 0)
  await app.close()
  return {
    sum: ACCOUNTS * OPENING,
    journal: new Map([...messages, ring].map(({ id }): [string, Standing] => [id, "stored"])),
  }
}
