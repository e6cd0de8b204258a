import {
  checkAppend,
  droppedBy,
  leaseKey,
  type PartVerdict,
  type Settled,
  type Settlement,
  toSortable,
} from "@millrace/core/backend"

import { wordsOfAppend } from "./append-words.ts"
import type { Word } from "./connection.ts"
import type { Log } from "./log.ts"
import type { PartEffects } from "./plan-settle.ts"
import { repeatText, withPlaces } from "./repeats.ts"
import { list } from "./reply.ts"
import { scripts } from "./scripts.ts"
import type { RedisTx } from "./tx.ts"

/** Settles in one script where everything has gone well; else `slow`, and nothing was written. */
export async function settleUsual(log: Log, settlement: Settlement<RedisTx>): Promise<Settled | "slow"> {
  const { lease, parts, checkpoint, skipped = [] } = settlement
  if (lease.of !== "partition" || checkpoint === undefined || !isUsual(log, settlement)) return "slow"
  const effects = parts.flatMap((part, at): PartEffects[] => (part.effects === undefined ? [] : [{ part, at }]))
  const stored: PartVerdict[] = parts.map(() => ({ kind: "stored", position: 0, streams: [] }))
  const settled = { kind: "settled", parts: stored, lanes: [] } as const
  const appends = effects.flatMap(({ part }) => (part.effects === undefined ? [] : [part.effects]))
  const words: Word[] = [lease.group, lease.partition, lease.token, checkpoint, droppedBy(parts)]
  words.push(repeatText(leaseKey(lease), settled), parts.length, ...parts.map(({ key }) => toSortable(key)))
  words.push(skipped.length, ...skipped.flatMap(({ key, position }) => [toSortable(key), position]), appends.length)
  for (const append of appends) words.push(...wordsOfAppend(append, log.partitions))
  const [kind, verdicts] = list(await log.run(scripts.settle, words))
  return kind === "done" ? withPlaces(settled, effects, list(verdicts)) : "slow"
}

/** Whether the settlement itself is nothing out of the ordinary. */
function isUsual(log: Log, { parts, checkpoint, hold, stop }: Settlement<RedisTx>): boolean {
  if (hold !== undefined || stop !== undefined || !Number.isSafeInteger(checkpoint)) return false
  if (new Set(parts.map(({ key }) => key)).size < parts.length) return false
  return parts.every(
    ({ effects, work, deferral }) =>
      work === undefined &&
      deferral === undefined &&
      (effects === undefined || checkAppend(effects, log.holds) === undefined),
  )
}
