/** A defect of core's runtime, as a change of one place in one of its files. */
export interface RuntimeFault {
  readonly name: string
  /** Below `packages/core/src`. */
  readonly file: string
  /** What stands there once. */
  readonly find: string
  readonly replace: string
  /** What it shows in. Default: the bank, which has no workflows. */
  readonly scenario?: "errands"
}

/** Defects that a change of the runtime might bring. The simulation has to find each. */
export const runtimeFaults: readonly RuntimeFault[] = [
  {
    name: "a settle with an unknown outcome is taken for stored",
    file: "runtime/settle-surely.ts",
    find: "if (!passing || tried >= crew.limits.writeTries) throw error",
    replace:
      'if (passing && error.code === "outcome-unknown") return { kind: "settled", lanes: [], parts: settlement.parts.map(() => ({ kind: "stored", position: 0, streams: [] })) }\n      if (!passing || tried >= crew.limits.writeTries) throw error',
  },
  {
    name: "ids of what a message leads to are new at every try",
    file: "runtime/collect.ts",
    find: "id: derivedId(cause.id, group.name, group.epoch, index++),",
    replace: "id: crypto.randomUUID(),",
  },
  {
    name: "what a replayed message leads to is stored",
    file: "runtime/collect.ts",
    find: `          if (delivery.replaying) {
            dropped += action.messages.length
            break
          }`,
    replace: "",
  },
  {
    name: "everything counts as new after a reset",
    file: "runtime/job.ts",
    find: "replaying: handledBefore && !reemit",
    replace: "replaying: false",
  },
  {
    name: "a lane that was handed over is settled as done before its handlers are",
    file: "runtime/deliver.ts",
    find: "const failures = Math.max((first?.attempt ?? 1) - 1, 0)",
    replace:
      "return { job, part: { key: job.key, from: job.from, doneTo: job.scannedTo }, prepared: undefined, goesOn }\n  const failures = 0",
  },
  {
    name: "a stream that was not begun when the slice's time was up is passed",
    file: "runtime/deliver.ts",
    find: "const part: SettlePart = { key: job.key, from: job.from, doneTo: job.from - 1, deferral: atOnce(job.from, first) }",
    replace: "const part: SettlePart = { key: job.key, from: job.from, doneTo: job.scannedTo }",
  },
  {
    name: "a settle does not name what its slice left to open lanes",
    file: "runtime/deliver.ts",
    find: "{ checkpoint: slice.scannedTo, skipped }",
    replace: "{ checkpoint: slice.scannedTo }",
  },
  {
    name: "keys with an open lane are handled with the slice",
    file: "runtime/job.ts",
    find: "if (setAside.has(key)) {",
    replace: "if (setAside.has(key) && from < 0) {",
  },
  {
    name: "a failed message is passed when others of its batch went well",
    file: "runtime/prepare.ts",
    find: "const behind = handled.done.length + (judged.skip === true ? 1 : 0)",
    replace: "const behind = handled.done.length + (judged.skip === true || handled.done.length > 0 ? 1 : 0)",
  },
  {
    name: "what follows a failed message goes on in the same settle",
    file: "runtime/prepare.ts",
    find: "const doneTo = deferral === undefined ? job.scannedTo : (lastDone ?? job.from - 1)",
    replace: "const doneTo = job.scannedTo",
  },
  {
    name: "an append with an unknown outcome is answered as failed, and decided again",
    file: "store/writer.ts",
    find: 'if (code === "outcome-unknown" || code === "unavailable") {',
    replace:
      'if (code === "outcome-unknown") {\n        for (const waiting of batch) waiting.resolve({ kind: "conflict", streamId: waiting.append.streams[0]?.streamId ?? "", expected: 0, actualVersion: 0 })\n        return\n      }\n      if (code === "unavailable") {',
  },
  {
    name: "a conflict of execute is stored with no question asked",
    file: "runtime/execute.ts",
    find: 'return submit(parts, "execute", { streams: [{ streamId, expected, messages }], ...keyed(options, content) })',
    replace:
      'return submit(parts, "execute", { streams: [{ streamId, expected: "any", messages }], ...keyed(options, content) })',
  },
  {
    name: "a lease is never lengthened while its handlers run",
    file: "runtime/keep-lease.ts",
    find: "if (!(await crew.backend.extend(lease, crew.limits.leaseMs))) {",
    replace: "if (crew.limits.leaseMs < 0) {",
  },
  {
    name: "a poll that nothing wakes never comes",
    file: "runtime/dispatcher.ts",
    find: "let cancelPoll = clock.setTimer(pollMs, poll)",
    replace: "let cancelPoll = clock.setTimer(pollMs * 1e9, poll)",
  },
  {
    name: "a poll looks for nothing",
    file: "runtime/dispatcher.ts",
    find: "    mark([...marked.keys()], true)\n",
    replace: "",
  },
  {
    name: "a loop that met an error ends",
    file: "runtime/supervise.ts",
    find: "failures = Math.min(failures + 1, 10)",
    replace: "stopped = true",
  },
  {
    name: "the schedule timer waits for a wake-up",
    file: "runtime/schedule-timer.ts",
    find: "return Math.max(nextDue - now, promoted > 0 ? 0 : OVERDUE_MS)",
    replace: "return NO_SCHEDULE_MS * 1e6",
  },
  {
    name: "a process whose name was taken works on",
    file: "runtime/membership.ts",
    find: 'if (pulse.kind !== "fenced" || !joined) return',
    replace: "return",
  },
  {
    name: "a command that execute decided is decided again by its actor",
    file: "reactor/actor/command-side.ts",
    find: "return !handledBefore && message.decided !== true",
    replace: "return !handledBefore",
  },
  {
    name: "a message that its workers died of again and again is handled once more",
    file: "runtime/prepare.ts",
    find: "if (job.takeovers >= crew.limits.maxTakeovers) {",
    replace: "if (job.takeovers < 0) {",
  },
  {
    name: "a park is settled as a retry",
    file: "runtime/judge.ts",
    find: 'return { deferral: { as: "park", ...at } }',
    replace: 'return { deferral: { as: "retry", ...at, retryAt: 0 } }',
  },
  {
    name: "the part of one stream is settled under another's name",
    file: "runtime/deliver.ts",
    find: "parts.map((part, index) => [part.key, settled.parts[index]]),",
    replace: "parts.map((part, index) => [part.key, settled.parts[parts.length - 1 - index]]),",
  },
  // Of a rule that a storage and its twin share: only the auditor can find it.
  {
    name: "what is reserved for a name is anybody's",
    file: "backend/rules/lease-state.ts",
    find: "return owner?.bootId === NO_BOOT && owner.processName === processName",
    replace: "return owner?.bootId === NO_BOOT",
  },
  {
    name: "a run goes on with an outcome that was not recorded",
    scenario: "errands",
    file: "workflow/run-on.ts",
    find: "const before = live.afresh()",
    replace: `last.steps = live.ended ? [] : moved.asked.steps
    last.seen = live.version
    if (live.version > version) return live.ended ? "wait" : "on"
    const before = live.afresh()`,
  },
  {
    name: "what somebody else has recorded of a step is taken for one's own",
    scenario: "errands",
    file: "runtime/record-ahead.ts",
    find: 'if (verdict.kind !== "appended") return undefined',
    replace: 'if (verdict.kind === "duplicate") return []\n    if (verdict.kind !== "appended") return undefined',
  },
  {
    name: "an outcome is settled though it was recorded",
    scenario: "errands",
    file: "workflow/run-on.ts",
    find: "if (ahead.some((event) => isOutcomeOf(step.key, event, types))) continue",
    replace: "",
  },
  {
    name: "a step whose outcome is recorded is sent to a lane",
    scenario: "errands",
    file: "workflow/run-on.ts",
    find: "calls.get(key) !== undefined && !isOutcomeOf(key, event, types)",
    replace: "key !== event.id",
  },
  {
    name: "a signal that nobody waits for yet is forgotten",
    scenario: "errands",
    file: "workflow/signals.ts",
    find: "if (first === undefined || call === undefined) return this.#keep(type, message)",
    replace: "if (first === undefined || call === undefined) return",
  },
  {
    name: "a run that is replayed has the storage's time for what its worker recorded",
    scenario: "errands",
    file: "workflow/live-run.ts",
    find: "(event.at ?? recordedAt)",
    replace: "recordedAt",
  },
  {
    name: "a timer of a wait that was answered is taken for another call's",
    scenario: "errands",
    file: "workflow/signals.ts",
    find: "this.#run.calls.close(call, { expected: call.timed === true })",
    replace: "this.#run.calls.close(call)",
  },
  {
    name: "what is recorded behind an event is not fed before the next",
    scenario: "errands",
    file: "workflow/handle-run.ts",
    find: "await feedRecorded(all.at(-1), live, between, access)",
    replace: "live.version = version - 1",
  },
  {
    name: "a cancel reaches only what is asked for after it",
    scenario: "errands",
    file: "workflow/live-run.ts",
    find: "return this.calls.abandonAll(new WorkflowCancelled(this.streamId, event.reason))",
    replace: "return",
  },
]
