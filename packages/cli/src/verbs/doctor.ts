import type { GroupInfo, LogStats, Migration, ProcessInfo } from "@millrace/core"

import { inSession, type Session } from "../session/session.ts"
import type { StoreOptions } from "../session/store-options.ts"
import { unfinishedImport } from "../transfer/import-marker.ts"

/** How far the clocks of this machine and the store may be apart before it is worth a word. */
const CLOCK_TOLERANCE_MS = 5_000

/** Something `doctor` looked at. */
interface Finding {
  readonly severity: "fine" | "warning" | "problem"
  readonly what: string
  /** What to do about it. */
  readonly remedy?: string
}

/** Looks for what is wrong with a store, and says what to do. Exit code 1 when there is a problem. */
export function doctor(options: StoreOptions): Promise<void> {
  return inSession(options, async (session) => {
    const { out, backend } = session
    const migration = await backend.migrate({ dryRun: true })
    // A log that lacks something can not be trusted to answer the rest.
    const looked =
      migration.steps.length === 0
        ? [...(await halfImport(backend)), ...(await clockOf(backend)), ...(await examineWork(session))]
        : []
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
    { severity: "fine", what: `${name}: ${durability}` },
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
    what: `the log lacks ${steps.length} steps (format ${format}, indexes): nothing else was looked at`,
    remedy: "run millrace migrate (with --dry-run first, to see them)",
  }
}

const REACH = { process: "in this process only", machine: "on this machine", network: "on several machines" } as const

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

async function clockOf(backend: Session["backend"]): Promise<readonly Finding[]> {
  const before = Date.now()
  const { now } = await backend.promote(1)
  const apart = Math.abs(now - (before + Date.now()) / 2)
  if (apart < CLOCK_TOLERANCE_MS)
    return [{ severity: "fine", what: `the store's clock is ${Math.round(apart)} ms from this machine's` }]
  return [
    {
      severity: "warning",
      what: `the store's clock is ${Math.round(apart / 1_000)} s from this machine's`,
      remedy: "schedules and retries follow the store's clock: synchronise both with NTP",
    },
  ]
}

async function examineWork({ app }: Session): Promise<readonly Finding[]> {
  const { groups, ...log } = await app.stats()
  const processes = await app.processes()
  return [...unhandled(log), ...groups.flatMap(examineGroup), ...examineProcesses(processes, groups)]
}

function unhandled({ unhandled: types }: LogStats): readonly Finding[] {
  return types.map(({ type, messages }) => ({
    severity: "warning",
    what: `${messages} commands of type ${type} wait for a reactor that decides them`,
    remedy: "register its actor in a process that works, or stop sending them",
  }))
}

function examineGroup({ group, status, stopped, lag, parked, retrying }: GroupInfo): readonly Finding[] {
  const found: Finding[] = []
  if (status === "stopped")
    found.push({
      severity: "problem",
      what: `group ${group} is stopped: ${[stopped?.reason, stopped?.error].filter((one) => one !== undefined).join(": ")}`,
      remedy: `mend the cause, then run millrace group start ${group}`,
    })
  if (parked > 0)
    found.push({
      severity: "problem",
      what: `group ${group} has ${parked} dead letters`,
      remedy: `look with millrace dead-letters list --group ${group}, then retry or discard them`,
    })
  if (retrying > 0) found.push({ severity: "warning", what: `group ${group} tries ${retrying} streams again` })
  if (found.length === 0) found.push({ severity: "fine", what: `group ${group} works, lag ${lag}` })
  return found
}

function examineProcesses(processes: readonly ProcessInfo[], groups: readonly GroupInfo[]): readonly Finding[] {
  const live = processes.filter((one) => one.live)
  const waiting = groups.reduce((sum, { lag }) => sum + lag, 0)
  if (live.length > 0) return [{ severity: "fine", what: `${live.length} processes work` }]
  if (waiting === 0) return [{ severity: "fine", what: "no process works, and nothing waits" }]
  return [
    {
      severity: "problem",
      what: `${waiting} messages wait, and no process works on the log`,
      remedy: "start one: millrace run app.ts",
    },
  ]
}
