import { leaseKey, type Position } from "@millrace/core/backend"

import { edit, type GroupState, type Repeat } from "../group-state.ts"
import type { Log } from "../log.ts"
import type { SettleRecord } from "../settle-record.ts"
import { storedJson } from "../stored-message.ts"

/**
 * Before commits up to a position are dropped: what the remembered settles in them answered is written into their groups, so that the same settlement
 * again still answers the same.
 */
export async function keepAnswers(log: Log, groups: readonly GroupState[], target: Position): Promise<void> {
  for (const group of groups) {
    if (answersUpTo(group, target).length === 0) continue
    await log.groups.change(group.name, (draft) => takeOver(log, draft, target))
  }
}

interface Answer {
  readonly partition: number
  readonly lease: string
  readonly repeat: Repeat
  readonly commit: Position
}

/** The remembered settles whose answers stand in commits up to a position. */
function answersUpTo(group: GroupState, target: Position): readonly Answer[] {
  return group.partitions.flatMap(({ partition, repeats }) =>
    [...repeats].flatMap(([lease, repeat]) => {
      const commit = "commit" in repeat.verdicts ? repeat.verdicts.commit : undefined
      return typeof commit === "number" && commit <= target ? [{ partition, lease, repeat, commit }] : []
    }),
  )
}

async function takeOver({ database }: Log, draft: GroupState, target: Position): Promise<void> {
  const answers = answersUpTo(draft, target)
  const ids = [...new Set(answers.map(({ commit }) => commit))]
  const commits = await database.read(() =>
    database.commits.find({ _id: { $in: ids } }, { projection: { settles: 1 } }).toArray(),
  )
  const records = commits.flatMap(({ settles = [] }) => settles.map((text) => storedJson<SettleRecord>(text)))
  const byLease = new Map(records.map((record) => [leaseKey(record.lease), record]))
  for (const { partition, lease, repeat } of answers) {
    const record = byLease.get(lease)
    if (record === undefined) continue
    const verdicts = record.parts.map(({ verdict }) => verdict)
    edit(draft, partition).repeats.set(lease, { ...repeat, verdicts })
  }
}
