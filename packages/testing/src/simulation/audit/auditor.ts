import type { Backend, Lease, StartPoint, StoredMessage } from "@millrace/core"

import { createBook, type Book } from "./book.ts"
import { type Checking, checkClaim } from "./claims.ts"
import { type GroupAudit, heldKey, newGroupAudit } from "./group-audit.ts"
import { auditOperator } from "./operator-audit.ts"
import { createProcessNames } from "./process-names.ts"
import { checkSettle } from "./settles.ts"
import { toldSettle, toldSlice } from "./told.ts"
import { createTrace, type Trace } from "./trace.ts"

/** Watches a storage: what it is told and what it answers, before anything can happen to either on the way. */
export interface Auditor {
  /** The storage, watched. */
  readonly backend: Backend
  readonly groups: ReadonlyMap<string, GroupAudit>
  readonly book: Book
  readonly trace: Trace
  /** What was wrong so far. */
  readonly violations: readonly string[]
  /** Who calls from now on. */
  caller: string
  /** Whether that call's answer comes to it. */
  isHeard: boolean
  readonly wrong: (text: string) => void
  /** Everything that was ever stored, what retention removed included. */
  readLog(): Promise<readonly StoredMessage[]>
  /** Compares the dead letters listed with those that were made. */
  checkDeadLetters(): Promise<void>
  /** Checks the whole log, now that everything has settled. */
  checkEnd(): Promise<void>
}

export interface AuditorParts {
  readonly backend: Backend
  /** The storage's clock. */
  readonly now: () => number
  /** Keys of groups with `partitionBy`. */
  readonly maxTakeovers: number
  readonly keys: Readonly<Record<string, (message: StoredMessage) => string>>
  readonly note: (text: () => string) => void
}

const PAGE = 1_000
/** So many answers are not all too slow: a process that beats on has heard that it has to stop. */
const MOST_BEATS = 4
/** Beats closer than this may have been on their way at the same time. */
const BEAT_APART_MS = 900
/** More violations than anybody reads. */
const MOST = 50

/** Begins to watch a storage. */
export function createAuditor({ backend, now, keys, note, maxTakeovers }: AuditorParts): Auditor {
  const groups = new Map<string, GroupAudit>()
  const book = createBook()
  const trace = createTrace()
  const names = createProcessNames(groups)
  const violations: string[] = []
  const archive: StoredMessage[] = []
  const fenced = new Map<string, { readonly times: number; readonly at: number }>()
  const wrong = (text: string): void => {
    if (violations.length < MOST) violations.push(text)
    note(() => `WRONG ${text}`)
  }
  const checking = (boot: string): Checking => ({ boot, now: now(), keyOf, trace, wrong, maxTakeovers })
  const keyOf: Checking["keyOf"] = (group, message) =>
    group.order === "key" ? (keys[group.name]?.(message) ?? message.streamId) : message.streamId
  const readLog = async (): Promise<readonly StoredMessage[]> => {
    const found = [...archive]
    for (;;) {
      const after = found.at(-1)?.position ?? 0
      const page = await backend.read({ from: "log", after, limit: PAGE })
      found.push(...page.messages)
      if (!page.more) return found
    }
  }
  const auditor: Auditor = {
    groups,
    book,
    trace,
    violations,
    caller: "",
    isHeard: true,
    wrong,
    readLog,
    backend: {
      ...backend,
      operator: auditOperator(backend.operator, {
        groups,
        book,
        pointOf: (to) => pointOf(backend, to),
        archive: async (upto) => {
          for (const message of await readLog())
            if (message.position <= upto && message.position > (archive.at(-1)?.position ?? 0)) archive.push(message)
        },
      }),
      async append(appends) {
        const boot = auditor.caller
        const verdicts = await backend.append(appends)
        note(() => `${boot} appends: ${verdicts.map(({ kind }) => kind).join(", ")}`)
        book.appended(appends, verdicts)
        return verdicts
      },
      async ensureGroup(spec) {
        const ensured = await backend.ensureGroup(spec)
        if (ensured.kind === "ensured") {
          const group = groups.get(spec.group) ?? newGroupAudit(spec.group, spec.order)
          groups.set(spec.group, group)
          for (const type of spec.types) group.types.add(type)
        }
        return ensured
      },
      async claim(request) {
        const boot = auditor.caller
        const found = await backend.claim(request)
        const group = found.kind === "idle" ? undefined : groups.get(found.group)
        if (found.kind === "slice") note(() => `${boot} is handed ${toldSlice(found)}`)
        if (group !== undefined) checkClaim(group, request, found, checking(boot))
        return found
      },
      async extend(lease, leaseMs) {
        const boot = auditor.caller
        const held = await backend.extend(lease, leaseMs)
        note(() => `${boot} ${held ? "lengthens" : "has lost"} a lease of ${lease.group}`)
        const group = groups.get(lease.group)
        if (held && group !== undefined) extended(group, lease, now() + leaseMs, checking(boot))
        return held
      },
      async settle(settlement) {
        const boot = auditor.caller
        const answer = await backend.settle(settlement)
        note(() => `${boot} settles ${toldSettle(settlement, answer)}`)
        const group = groups.get(settlement.lease.group)
        if (group !== undefined) checkSettle(group, settlement, answer, checking(boot))
        book.settled(settlement, answer)
        return answer
      },
      async heartbeat(beat) {
        const { caller: boot, isHeard } = auditor
        const pulse = await backend.heartbeat(beat)
        if (pulse.kind === "fenced" && isHeard) {
          const { times: before = 0, at = 0 } = fenced.get(beat.owner.bootId) ?? {}
          const times = now() - at < BEAT_APART_MS ? before : before + 1
          fenced.set(beat.owner.bootId, { times, at: times === before ? at : now() })
          if (times === MOST_BEATS && times > before)
            wrong(`${beat.owner.processName} works on though it was told ${times} times that its name was taken`)
        }
        names.heard(beat, pulse, boot)
        return pulse
      },
    },
    async checkDeadLetters() {
      const listed = await backend.operator.lanes({ status: "parked", limit: 10_000 })
      const shown = listed.map(({ group, key, next }) => `${group} ${key} at ${next}`).toSorted()
      const known = [...groups.values()]
        .flatMap((group) => [...group.parked].map(([key, next]) => `${group.name} ${key} at ${next}`))
        .toSorted()
      if (shown.join("\n") !== known.join("\n"))
        wrong(`dead letters are listed as [${shown.join(", ")}], and were made as [${known.join(", ")}]`)
    },
    async checkEnd() {
      const log = await readLog()
      book.compare(log, wrong)
      for (const group of groups.values())
        for (const { position, type } of log)
          if (group.types.has(type) && !group.handled.has(position) && !group.excused.has(position))
            wrong(`${group.name}: position ${position} (${type}) was never handled`)
    },
  }
  return auditor
}

function extended(group: GroupAudit, lease: Lease, until: number, at: Checking): void {
  const tokens = lease.of === "partition" ? [{ key: "", token: lease.token }] : lease.lanes
  for (const { key, token } of tokens) {
    const held = group.held.get(heldKey(lease.partition, key, token))
    if (held?.superseded === true)
      at.wrong(`${group.name}: ${at.boot} extended ${lease.partition}/${key} though its process name had passed on`)
    if (held !== undefined) held.until = Math.max(held.until, until)
    else if (token < (group.tokens.get(`${lease.partition}/${key}`) ?? 0))
      at.wrong(`${group.name}: ${at.boot} extended ${lease.partition}/${key} with token ${token}, which had passed on`)
  }
}

async function pointOf(backend: Backend, to: StartPoint): Promise<number> {
  if (to.at === "beginning") return 0
  if (to.at === "position") return to.position
  const { head, messages } = await backend.read({ from: "log", limit: 10_000 })
  if (to.at === "now") return head
  return messages.findLast(({ recordedAt }) => Date.parse(recordedAt) < to.date)?.position ?? 0
}
