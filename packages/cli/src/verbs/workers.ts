import { table } from "../render/table.ts"
import { instant } from "../render/time.ts"
import { inSession } from "../session/session.ts"
import type { StoreOptions } from "../session/store-options.ts"

/** Prints the processes known to the log. */
export function workers(options: StoreOptions): Promise<void> {
  return inSession(options, async ({ app, out }) => {
    const found = await app.processes()
    out.answer(found, () =>
      table(
        ["process", "live", "host", "pid", "leases", "seen"],
        found.map(({ processName, live, host, pid, leases, seenAt }) => [
          processName,
          live ? "yes" : out.colour("gray", "no"),
          host,
          pid,
          leases,
          instant(seenAt),
        ]),
        "no processes",
      ),
    )
  })
}
