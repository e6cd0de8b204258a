import {
  type ClaimRequest,
  fromSortable,
  handledBefore,
  type Idle,
  type Slice,
  type SliceMessage,
} from "@millrace/core/backend"

import { noSuchGroup } from "./errors.ts"
import { replayOf } from "./group-fields.ts"
import type { PartitionState } from "./group-state.ts"
import type { Log } from "./log.ts"
import { messageOfEntry } from "./message-entry.ts"
import { fields, int, list, storedJson, text } from "./reply.ts"
import { scripts } from "./scripts.ts"

/** Nothing was leased: something is not usual, in a partition that is neediest or anywhere. */
export interface Unusual {
  readonly kind: "slow"
  readonly at?: { readonly group: string; readonly partition: number }
}

/** Claims in one script where nothing unusual is in the way. */
export async function claimUsual(log: Log, { owner, leaseMs, groups }: ClaimRequest): Promise<Slice | Idle | Unusual> {
  const wants = groups.flatMap(({ group, limit, types }) => [group, limit, types.length, ...types])
  const words = [owner.processName, owner.bootId, Math.ceil(leaseMs), groups.length, ...wants]
  let answer = list(await log.run(scripts.claim, words))
  for (let looks = 0; answer[0] === "again" && looks < groups.length; looks += 1)
    answer = list(await log.run(scripts.claim, words))
  switch (answer[0]) {
    case "again":
      return { kind: "slow" }
    case "slow":
      if (answer.length === 1) return { kind: "slow" }
      return { kind: "slow", at: { group: text(answer[1]), partition: int(answer[2]) } }
    case "unknown":
      throw noSuchGroup(text(answer[1]))
    case "idle":
      return { kind: "idle", now: int(answer[1]), nextAt: answer[2] === "" ? null : int(answer[2]), outdated: [] }
    default: {
      log.saw(int(answer[5]))
      return sliceOf(answer)
    }
  }
}

function sliceOf(answer: readonly unknown[]): Slice {
  const [, group, partition, token, from, scannedTo, reemit, epoch, replayJson, holdJson, entries, left, open] = answer
  const replay = replayOf(text(replayJson))
  const hold = text(holdJson)
  const failures = hold === "" ? 0 : storedJson<NonNullable<PartitionState["hold"]>>(hold).failures
  const messages = list(entries).map((entry, at): SliceMessage => {
    const message = messageOfEntry(entry)
    return { message, handledBefore: handledBefore(replay, message), attempt: at === 0 ? failures + 1 : 1 }
  })
  return {
    kind: "slice",
    source: "partition",
    group: text(group),
    lease: { of: "partition", group: text(group), partition: int(partition), token: int(token) },
    messages,
    takeovers: 0,
    reemit: reemit === "1",
    epoch: int(epoch),
    from: int(from),
    scannedTo: int(scannedTo),
    skipped: [...fields(left)].map(([key, position]) => ({ key: fromSortable(key), position: int(position) })),
    openLanes: list(open).map((key) => fromSortable(text(key))),
  }
}
