import type { GroupInfo, Idle, LogStats, Migration, ProcessInfo } from "@millrace/core"

import type { Finding } from "../doctor/finding.ts"
import { hangingGroups } from "../doctor/hanging-groups.ts"
import { stoppedGroups } from "../doctor/stopped-groups.ts"
import { counted } from "../render/counted.ts"
import { inSession, type Session } from "../session/session.ts"
import type { StoreOptions } from "../session/store-options.ts"
import { unfinishedImport } from "../transfer/import-marker.ts"

/** How far the clocks of this machine and the store may be apart before it is worth a word. */
const CLOCK_TOLERANCE_MS = 5_000

interface DoctorOptions extends StoreOptions {
  readonly hangingAfter: number
}

/** Looks for what is wrong with a store, and says what to do. Exit code 1 when there is a problem. */
export function doctor({ hangingAfter, ...options }: DoctorOptions): Promise<void> {
  return inSession(options, async (session) => {
    const { out, backend } = session
    const migration = await backend.migrate({ dryRun: true })
    // A log that lacks something can not be trusted to answer the rest.
    const looked = migration.steps.length === 0 ? await examineLog(session, hangingAfter) : []
    // A backend knows its risks when it has reached its log: last looked at, first told.
    const findings = [...examineStore(backend), examineFormat(migration), ...looked]
    out.answer(findings, () => findings.map((finding) => line(finding, out)).join("\n"))
    if (findings.some(({ severity }) => severity === "problem")) process.exitCode = 1
  })
}

function line({ severity, what, remedy }: Finding, out: Session["out"]): string {
  const marks = {
    fine: out.colour("green", "ok"),
    warning: out.colour("yellow", "??"),
    problem: out.colour("red", "!!"),
  }
  return `${marks[severity]}  ${what}${remedy === undefined ? "" : `\n      ${remedy}`}`
}

function examineStore({ capabilities }: Session["backend"]): readonly Finding[] {
  const { name, durability, reach, wake, risks = [], persistent } = capabilities
  return [
    { severity: risks.length === 0 ? "fine" : "warning", what: `${name}: ${durability}` },
    ...risks.map(({ what, remedy }) => ({ severity: "warning" as const, what, remedy })),
    {
      severity: "fine",
      what: `workers may run ${REACH[reach]}; other processes are ${wake === "push" ? "woken" : "found by polling"}`,
    },
    ...(persistent ? [] : [{ severity: "warning" as const, what: "what is stored ends with its process" }]),
  ]
}

function examineFormat({ steps, format }: Migration): Finding {
  if (steps.length === 0)
    return {
      severity: "fine",
      what: `the log is in format ${format}, which this release reads and writes, and has its indexes`,
    }
  return {
    severity: "problem",
    what: `the log lacks ${counted(steps.length, "step")} (format ${format}, indexes): nothing else was looked at`,
    remedy: "run millrace migrate (with --dry-run first, to see them)",
  }
}

const REACH = { process: "in this process only", machine: "on this machine", network: "on several machines" } as const

async function examineLog({ app, backend }: Session, hangingAfterMs: number): Promise<readonly Finding[]> {
  const unfinished = await halfImport(backend)
  const { finding: clock, now } = await clockOf(backend)
  const { groups, ...log } = await app.stats()
  const processes = await app.processes()
  const standing = [
    ...(await stoppedGroups(backend, groups)),
    ...(await hangingGroups(backend, groups, { processes, now, hangingAfterMs })),
  ]
  return [
    ...unfinished,
    clock,
    ...unhandled(log),
    ...groups.flatMap((one) =>
      examineGroup(
        one,
        standing.filter(({ group }) => group === one.group),
      ),
    ),
    ...examineProcesses(processes, groups),
  ]
}

async function halfImport(backend: Session["backend"]): Promise<readonly Finding[]> {
  if ((await unfinishedImport(backend)) === undefined) return []
  return [
    {
      severity: "problem",
      what: "an import into this log is not finished",
      remedy: "run millrace import with the same file again before anything works on it",
    },
  ]
}

/** What a claim of no groups answers: the storage's clock, and nothing is changed. */
async function nothingOf(backend: Session["backend"]): Promise<Idle> {
  const answer = await backend.claim({ owner: { processName: "doctor", bootId: "doctor" }, groups: [], leaseMs: 1 })
  if (answer.kind === "slice") throw new TypeError("the backend handed out a slice that nobody had asked for")
  return answer
}

async function clockOf(backend: Session["backend"]): Promise<{ readonly finding: Finding; readonly now: number }> {
  const before = Date.now()
  const { now } = await nothingOf(backend)
  const apart = Math.abs(now - (before + Date.now()) / 2)
  const fine = { severity: "fine", what: `the store's clock is ${Math.round(apart)} ms from this machine's` } as const
  if (apart < CLOCK_TOLERANCE_MS) return { now, finding: fine }
  const what = `the store's clock is ${Math.round(apart / 1_000)} s from this machine's`
  const remedy = "schedules and retries follow the store's clock: synchronise both with NTP"
  return { now, finding: { severity: "warning", what, remedy } }
}

function unhandled({ unhandled: types }: LogStats): readonly Finding[] {
  return types.map(({ type, messages }) => ({
    severity: "warning",
    what: `${counted(messages, "command")} of type ${type} ${messages === 1 ? "waits" : "wait"} for a reactor that decides them`,
    remedy: "register its actor in a process that works, or stop sending them",
  }))
}

function examineGroup(info: GroupInfo, elsewhere: readonly Finding[]): readonly Finding[] {
  const { group, status, lag, parked, retrying } = info
  const found: Finding[] = [...elsewhere]
  if (parked > 0)
    found.push({
      severity: "problem",
      what: `group ${group} has ${counted(parked, "dead letter")}`,
      remedy: `look with millrace dead-letters list --group ${group}, then retry or discard them`,
      group,
    })
  // A stream whose handler takes long goes its own way like one that retries.
  const others = retrying - elsewhere.reduce((sum, { inHand = [] }) => sum + inHand.length, 0)
  if (others > 0 && status === "active")
    found.push({
      severity: "warning",
      what: `group ${group}: ${counted(others, "stream retries", "streams retry")}, or ${others === 1 ? "takes" : "take"} long to handle`,
      group,
    })
  if (found.length === 0) found.push({ severity: "fine", what: `group ${group} works, lag ${lag}`, group })
  return found
}

function examineProcesses(processes: readonly ProcessInfo[], groups: readonly GroupInfo[]): readonly Finding[] {
  const live = processes.filter((one) => one.live)
  const waiting = groups.reduce((sum, { lag }) => sum + lag, 0)
  if (live.length > 0) return [{ severity: "fine", what: `${counted(live.length, "process works", "processes work")}` }]
  if (waiting === 0) return [{ severity: "fine", what: "no process works, and nothing waits" }]
  return [
    {
      severity: "problem",
      what: `${counted(waiting, "message waits", "messages wait")}, and no process works on the log`,
      remedy: "start one: millrace run app.ts",
    },
  ]
}
