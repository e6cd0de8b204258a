import type { Bench } from "../harness/bench.ts"
import { atMessages, inProcesses, ofPayloads, short, withGroups } from "../subjects/millrace/growth/courses.ts"
import type { BackendName } from "../subjects/millrace/open-backend.ts"

/** Every course fits into ten minutes; a part of the command that may take forty. */
const LIMIT_MS = 15 * 60_000
const SIZES = [10_000, 100_000, 1_000_000, 5_000_000]
/** What counts as flat: the machine's own noise is ±30 %. */
const FLAT = 0.7

/** How Millrace grows on a storage: the same appends and the same drain, one thing varied at a time. */
export function growthOf(
  backend: BackendName,
  {
    sizes = SIZES,
    atRest,
  }: { readonly sizes?: readonly number[]; readonly atRest?: (url: string) => Promise<void> } = {},
): readonly Bench[] {
  const [first, last] = [short(sizes[0] ?? 0), short(sizes.at(-1) ?? 0)]
  return [
    {
      name: "growth-messages",
      what: "64 callers appending, and a backlog of 20,000 drained, with so many messages in the log",
      unit: "messages/s",
      course: atMessages(backend, sizes, atRest),
      claims: ["append", "drain"].map((work) => ({
        kind: "ratio",
        name: `growth-${work}-at-${last}-to-${first}`,
        of: `${work} at ${last}`,
        to: `${work} at ${first}`,
        bar: FLAT,
      })),
      limitMs: LIMIT_MS,
    },
    {
      name: "growth-processes",
      what: "so many processes at once, appending with 64 callers each, and sharing a backlog of 40,000",
      unit: "messages/s",
      course: inProcesses(backend),
      claims: [],
      limitMs: LIMIT_MS,
    },
    {
      name: "growth-groups",
      what: "so many groups that each handle every message of a backlog, in one process",
      unit: "messages handled/s",
      course: withGroups(backend),
      claims: [],
      limitMs: LIMIT_MS,
    },
    {
      name: "growth-payload",
      what: "64 callers appending, and a backlog drained, with payloads of so many kB",
      unit: "messages/s",
      course: ofPayloads(backend),
      claims: [],
      limitMs: LIMIT_MS,
    },
  ]
}
