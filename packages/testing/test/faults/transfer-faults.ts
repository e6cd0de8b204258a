import type { LogRecord, Operator } from "@millrace/core/backend"

import { operating } from "./altered.ts"
import type { Fault } from "./fault.ts"

/** Changes records on their way in. */
const restoring =
  (change: (records: readonly LogRecord[]) => readonly LogRecord[]) =>
  (operator: Operator): Partial<Operator> => ({ restore: (records) => operator.restore(change(records)) })

/** Defects of taking a log from one storage to another. */
export const transferFaults: readonly Fault[] = [
  {
    name: "a dump of keys ends at a page of which retention took all",
    caughtBy: "dump answers every idempotency key that retention left",
    alter: (backend) =>
      operating(backend, (operator) => ({
        async dump(query) {
          const { trimmedTo } = await operator.stats()
          return query.of === "keys" && trimmedTo > query.limit ? { records: [] } : operator.dump(query)
        },
      })),
  },
  {
    name: "idempotency keys stay behind",
    caughtBy: "restore makes the same log of what dump, read and schedules give of one",
    alter: (backend) =>
      operating(
        backend,
        restoring((records) => records.filter(({ kind }) => kind !== "key")),
      ),
  },
  {
    name: "a trimmed stream begins anew",
    caughtBy: "restore makes a trimmed log that goes on where it was",
    alter: (backend) =>
      operating(
        backend,
        restoring((records) => records.filter((record) => record.kind !== "stream" || record.streamId !== "gone")),
      ),
  },
  {
    name: "dead letters are handled again after a move",
    caughtBy: "restore gives groups back where they stood",
    alter: (backend) =>
      operating(backend, (operator) => ({
        async restore(records) {
          await operator.restore(records)
          for (const record of records) if (record.kind === "group") await operator.retryLanes(record.group)
        },
      })),
  },
  {
    name: "what was handled before a reset is forgotten by a move",
    caughtBy: "restore keeps a reset, a stop and what counts as handled before",
    alter: (backend) =>
      operating(
        backend,
        restoring((records) =>
          records.map((record) =>
            record.kind === "group"
              ? {
                  ...record,
                  partitions: record.partitions.map((one) => ({ ...one, replay: { limit: 0, unhandled: [] } })),
                }
              : record,
          ),
        ),
      ),
  },
  {
    name: "half of a refused restore is stored",
    caughtBy: "restore refuses what does not come next",
    alter: (backend) =>
      operating(backend, (operator) => ({
        async restore(records) {
          for (const record of records) await operator.restore([record])
        },
      })),
  },
  {
    name: "a group is cut to the partitions there are",
    caughtBy: "restore refuses a group of a log with another number of partitions",
    alter: (backend) =>
      operating(backend, (operator) => ({
        async restore(records) {
          await operator.restore(records.filter((one) => one.kind !== "group" || one.partitions.length === 4))
        },
      })),
  },
  {
    name: "a move closes the places that a trim left empty",
    caughtBy: "restore makes a log that trimCategory took from",
    alter: (backend) => operating(backend, restoring(closed)),
  },
]

function closed(records: readonly LogRecord[]): readonly LogRecord[] {
  let position = 0
  return records.flatMap((record): readonly LogRecord[] => {
    if (record.kind === "gap") return []
    if (record.kind !== "message") return [record]
    position += 1
    return [{ ...record, message: { ...record.message, position } }]
  })
}
