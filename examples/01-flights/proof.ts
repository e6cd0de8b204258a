import type { Evidence, LoggedMessage } from "./src/evidence.ts"
import { FindingList, type Findings } from "./src/findings.ts"
import type { Plan } from "./src/plan.ts"
import { proveFigures } from "./src/prove-figures.ts"
import { proveReactions } from "./src/prove-reactions.ts"
import { readDepartures } from "./src/read-payload.ts"

/** What every command comes to. */
const OUTCOMES = [
  { command: "flight.depart", event: "flight.departed" },
  { command: "airport.hold_departures", event: "airport.departures_held" },
  { command: "airport.expect_late_arrivals", event: "airport.late_arrivals_expected" },
] as const

/** Compares what a run left behind with what the data set asks for. */
export function prove(evidence: Evidence, plan: Plan): Findings {
  const findings = new FindingList()
  const byType = Map.groupBy(evidence.messages, ({ type }) => type)
  const ofType = (type: string): readonly LoggedMessage[] => byType.get(type) ?? []

  proveDispatched(ofType("flight.depart"), plan, findings)
  const dispatched = countsOf(findings)
  for (const { command, event } of OUTCOMES) proveOutcomes(ofType(command), ofType(event), findings)
  const decided = countsOf(findings)
  proveVersions(evidence.messages, findings)
  proveCauses(evidence.messages, findings)
  proveDeparturesInOrder(ofType("flight.departed"), findings)
  proveFigures(evidence, ofType, plan, findings)
  const before = countsOf(findings)
  proveReactions(ofType, plan, findings)
  const after = countsOf(findings)
  findings.figures.push(
    { what: "commands without their event", dataSet: 0, log: decided.lost - dispatched.lost },
    { what: "commands, events, effects twice", dataSet: 0, log: after.twice },
    { what: "out of order", dataSet: 0, log: after.outOfOrder },
    { what: "reactions lost", dataSet: 0, log: after.lost - before.lost },
  )
  findings.equal("schedules that still wait", evidence.schedules, 0)
  findings.equal("streams set aside", evidence.lanes, 0)
  return findings
}

function countsOf({ lost, twice, outOfOrder }: FindingList) {
  return { lost: lost.length, twice: twice.length, outOfOrder: outOfOrder.length }
}

/** Every flight was dispatched once, to its origin. */
function proveDispatched(commands: readonly LoggedMessage[], { flights }: Plan, findings: FindingList): void {
  const byFlight = Map.groupBy(readDepartures(commands, findings), ({ payload }) => payload.flight)
  for (const [index, { origin, destination }] of flights.entries()) {
    const flight = index + 1
    const found = byFlight.get(flight) ?? []
    findings.once(`command to depart flight ${flight}`, found.length)
    for (const { message, payload } of found) {
      if (message.streamId !== `airport-${origin}` || payload.destination !== destination) {
        findings.differs.push(`flight ${flight}: from ${message.streamId} to ${payload.destination}`)
      }
    }
    byFlight.delete(flight)
  }
  for (const flight of byFlight.keys()) findings.differs.push(`flight ${flight} is not of the data set`)
}

/** Every command has one event, in its stream; every event has its command. */
function proveOutcomes(
  commands: readonly LoggedMessage[],
  events: readonly LoggedMessage[],
  findings: FindingList,
): void {
  const byCause = Map.groupBy(events, ({ causationId }) => causationId)
  for (const { id, type, streamId, position } of commands) {
    const found = byCause.get(id) ?? []
    findings.once(`event of ${type} at position ${position}`, found.length)
    if (found.some((event) => event.streamId !== streamId)) {
      findings.differs.push(`event of ${type} at position ${position}: in another stream`)
    }
    byCause.delete(id)
  }
  for (const { type, position } of [...byCause.values()].flat()) {
    findings.differs.push(`${type} at position ${position}: nobody's command caused it`)
  }
}

/** The events of a stream are 1, 2, 3 … in the order of the log. */
function proveVersions(messages: readonly LoggedMessage[], { outOfOrder }: FindingList): void {
  const reached = new Map<string, number>()
  for (const { kind, streamId, version, position } of messages) {
    if (kind !== "event") continue
    const expected = (reached.get(streamId) ?? 0) + 1
    if (version !== expected) {
      outOfOrder.push(`${streamId} at position ${position}: version ${version}, expected ${expected}`)
    }
    reached.set(streamId, version ?? expected)
  }
}

/** Positions rise, ids are unique, and nothing comes before what caused it. */
function proveCauses(messages: readonly LoggedMessage[], { outOfOrder, twice, differs }: FindingList): void {
  const known = new Set(messages.map(({ id }) => id))
  const seen = new Set<string>()
  let last = 0
  for (const { id, causationId, type, position } of messages) {
    if (position <= last) outOfOrder.push(`position ${position} follows ${last}`)
    if (seen.has(id)) twice.push(`id ${id} of ${type} at position ${position}`)
    seen.add(id)
    if (!known.has(causationId)) differs.push(`${type} at position ${position}: its cause is not in the log`)
    else if (!seen.has(causationId)) outOfOrder.push(`${type} at position ${position} comes before its cause`)
    last = position
  }
}

/** The flights of an airport departed in the order in which they were dispatched. */
function proveDeparturesInOrder(departed: readonly LoggedMessage[], findings: FindingList): void {
  const last = new Map<string, number>()
  for (const { message, payload } of readDepartures(departed, findings)) {
    const before = last.get(message.streamId) ?? 0
    if (payload.flight < before) findings.outOfOrder.push(`flight ${payload.flight} departed after ${before}`)
    last.set(message.streamId, payload.flight)
  }
}
