import {
  BackendError,
  checkSettlement,
  partVerdict,
  type PartVerdict,
  type Settled,
  type Settlement,
  type Verdict,
} from "@millrace/core/backend"

import { adoptSettles, applySettle, isInForce, repeatIn } from "./adopt.ts"
import { numbersFor, tooLarge } from "./append.ts"
import { landedSettles } from "./close-leases.ts"
import { type Draft, draftOf } from "./draft.ts"
import type { GroupState, Repeat } from "./group-state.ts"
import { leaseKeyOf } from "./keys.ts"
import type { Log } from "./log.ts"
import type { MongodbTx } from "./mongodb-token.ts"
import { recordOf, tokensOf } from "./settle-record.ts"
import type { Written } from "./writer.ts"

type Settles = Settlement<MongodbTx>

/**
 * Stores what became of a slice. With effects: one commit, whose key of the lease exists once, holds the messages and what the settle says of its
 * group; the group's document is brought up to it afterwards, by whoever comes first. Without: one conditional write of the group's document.
 */
export async function settle(log: Log, settlement: Settles): Promise<Settled> {
  const { parts, lease } = settlement
  if (parts.some(({ work }) => work !== undefined))
    throw new BackendError(
      "unsupported",
      `${log.database.where}: this server has no transactions to run user's work in: see capabilities.tx`,
    )
  const group = await groupOf(log, settlement)
  if (group === undefined) return { kind: "fenced" }
  const repeated = repeatIn(group, lease)
  if (repeated !== undefined) return answerOf(log, settlement, repeated)
  if (!isInForce(group, lease)) return { kind: "fenced" }
  if (parts.every(({ effects }) => effects === undefined))
    return conclude(log, settlement, plainVerdicts(settlement), undefined)
  check(group, settlement)
  const written = await storeEffects(log, group, settlement)
  if (written.outcome.kind === "closed") return concludeLanded(log, settlement)
  const verdicts = partVerdicts(settlement, written.outcome.verdicts)
  if (group.order === "log" && verdicts.some(({ kind }) => kind !== "stored")) return nothingStored(verdicts)
  const stored = written.outcome.verdicts.some((verdict) => verdict?.kind === "appended")
  return conclude(log, settlement, verdicts, stored ? written.commit?._id : undefined)
}

/** The group as remembered where that knows the lease, else as it is now. */
async function groupOf(log: Log, { lease }: Settles): Promise<GroupState | undefined> {
  try {
    const known = await log.groups.known(lease.group)
    if (repeatIn(known, lease) !== undefined || isInForce(known, lease)) return known
    return (await log.groups.fresh([lease.group]))[0]
  } catch (error) {
    if (error instanceof BackendError && error.code === "not-found") return undefined
    throw error
  }
}

function check(group: GroupState, settlement: Settles): void {
  const at = group.partitions[settlement.lease.partition]
  if (at === undefined) return
  checkSettlement(settlement, {
    order: group.order,
    partitions: group.partitions.length,
    checkpoint: at.checkpoint,
    isOpen: (key) => at.lanes.has(key),
  })
}

const NO_DRAFT: Draft = { messages: [], size: { messages: 0, bytes: 0 } }

/** Writes the effects of all parts as one entry, to which the lease's keys and the record belong. */
async function storeEffects(log: Log, group: GroupState, settlement: Settles): Promise<Written> {
  const appends = settlement.parts.map(({ effects }) => effects)
  const drafts = appends.map((append) => (append === undefined ? NO_DRAFT : draftOf(append)))
  const size = drafts
    .map((draft) => draft.size)
    .reduce((sum, one) => ({ messages: sum.messages + one.messages, bytes: sum.bytes + one.bytes }))
  const refused = tooLarge(size)
  if (refused !== undefined) {
    const verdicts = appends.map((append) => (append === undefined ? undefined : refused))
    return { outcome: { kind: "judged", verdicts, changed: [] }, commit: undefined }
  }
  const schedules = appends.reduce((sum, append) => sum + (append?.schedules?.length ?? 0), 0)
  const before = schedules === 0 ? 0 : await numbersFor(log, schedules)
  return log.writer.write(
    {
      appends,
      drafts: drafts.map(({ messages }) => messages),
      together: group.order === "log",
      leases: tokensOf(settlement.lease).map(leaseKeyOf),
      record: (verdicts) => JSON.stringify(recordOf(group.id, settlement, partVerdicts(settlement, verdicts))),
      numbers: Array.from({ length: schedules }, (_, index) => before + index + 1),
      changes: [],
    },
    size,
  )
}

const STORED: PartVerdict = { kind: "stored", position: 0, streams: [] }

function plainVerdicts({ parts }: Settles): readonly PartVerdict[] {
  return parts.map(() => STORED)
}

function partVerdicts({ parts }: Settles, verdicts: readonly (Verdict | undefined)[]): readonly PartVerdict[] {
  return parts.map((_, index) => {
    const verdict = verdicts[index]
    return verdict === undefined ? STORED : partVerdict(verdict)
  })
}

/** A group in total order is its own only lane: the worker still holds it and decides again. The refused part names the reason for all. */
function nothingStored(verdicts: readonly PartVerdict[]): Settled {
  const reason = verdicts.find(({ kind }) => kind !== "stored")
  const parts = verdicts.flatMap((verdict) =>
    verdict.kind === "stored" ? (reason === undefined ? [] : [reason]) : [verdict],
  )
  return { kind: "settled", parts, lanes: [] }
}

/** Writes the group's progress. `commit`: what stores the effects, so that the lease has ended whatever the group's document says. */
async function conclude(
  log: Log,
  settlement: Settles,
  verdicts: readonly PartVerdict[],
  commit: number | string | undefined,
): Promise<Settled> {
  const { lease } = settlement
  const plain = settlement.parts.every(({ effects }) => effects === undefined)
  const now = await log.clock.now()
  const change = (draft: GroupState): Settled | Repeat => {
    const repeated = repeatIn(draft, lease)
    if (repeated !== undefined) return repeated
    if (!isInForce(draft, lease)) return { kind: "fenced" }
    if (commit === undefined) check(draft, settlement)
    // Effects of which nothing is to be stored may be on their way by an earlier try: then their key has to be closed.
    if (plain || commit !== undefined) for (const token of tokensOf(lease)) draft.spent.add(token)
    return applySettle(draft, recordOf(draft.id, settlement, verdicts), {
      now,
      ...(commit === undefined ? {} : { commit }),
    })
  }
  let settled: Settled | Repeat
  try {
    settled = await log.groups.change(lease.group, change)
  } catch (error) {
    if (!(error instanceof BackendError && error.code === "not-found")) throw error
    // It was renamed or deleted meanwhile. What is in a commit was carried over by whoever did that.
    return commit === undefined ? { kind: "fenced" } : { kind: "settled", parts: verdicts, lanes: [] }
  }
  if (!("kind" in settled)) return answerOf(log, settlement, settled)
  if (settled.kind === "settled") log.news.work(await isAnythingLeft(log, lease))
  return settled
}

/** Whether others may find something to do where a lease has ended. */
async function isAnythingLeft(log: Log, { group: name, partition }: Settles["lease"]): Promise<boolean> {
  try {
    const group = await log.groups.known(name)
    const { waiting, upto } = log.ahead(group.id).of(group, partition)
    return waiting.length > 0 || upto < log.chain.head || (group.partitions[partition]?.lanes.size ?? 1) > 0
  } catch {
    // It was renamed or deleted meanwhile.
    return true
  }
}

/** The lease has ended already: by an earlier try of this settle, or because it was fenced. */
async function concludeLanded(log: Log, settlement: Settles): Promise<Settled> {
  const { lease } = settlement
  const landed = await landedSettles(log.database, tokensOf(lease))
  const now = await log.clock.now()
  const repeated = await log.groups.change(lease.group, (draft) => {
    adoptSettles(draft, landed, now)
    return repeatIn(draft, lease)
  })
  return repeated === undefined ? { kind: "fenced" } : answerOf(log, settlement, repeated)
}

async function answerOf(log: Log, { lease }: Settles, { verdicts, lanes, stopped }: Repeat): Promise<Settled> {
  const parts = "commit" in verdicts ? await recorded(log, lease) : verdicts
  return { kind: "settled", parts, lanes, ...(stopped === undefined ? {} : { stopped }) }
}

async function recorded(log: Log, lease: Settles["lease"]): Promise<readonly PartVerdict[]> {
  const [landed] = await landedSettles(log.database, tokensOf(lease))
  return landed?.record.parts.map(({ verdict }) => verdict) ?? []
}
