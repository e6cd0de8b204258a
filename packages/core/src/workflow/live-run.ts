import type { Instant, StreamId, Version } from "../message/ids.ts"
import type { Json } from "../message/json.ts"
import type { StoredMessage } from "../message/message.ts"
import type { Action } from "../reactor/action.ts"
import type { HandlerTime } from "../reactor/handler-time.ts"
import { runAsCaller, type StepCall, type StepCaller } from "./call-context.ts"
import { Calls, MAX_OPEN_CALLS, type OpenCall } from "./calls.ts"
import { NotDurable, StepFailed, WorkflowCancelled, WorkflowChanged, WorkflowNewer } from "./errors.ts"
import { OpenStep } from "./open-step.ts"
import { recorded } from "./recorded.ts"
import { type RunEnd, runEnd } from "./run-end.ts"
import { type Parent, type RunEvent, runEvent } from "./run-event.ts"
import { RunFlow } from "./run-flow.ts"
import { type RunTypes, runTypesOf } from "./run-types.ts"
import { Signals } from "./signals.ts"
import { argumentsHash } from "./step-key.ts"
import type { WorkflowSpec } from "./workflow-types.ts"

/** What a run asks for after an event: actions to be stored, and steps to be run. */
export interface Asked {
  readonly actions: readonly Action[]
  readonly steps: readonly OpenStep[]
}

/**
 * A run of a workflow in this process: its code, stopped where it waits. It is moved on by the events of its stream alone, one at a time and in their
 * order, each until the code waits again. So a run that is fed its history stands exactly where the run stood that made it.
 */
export class LiveRun implements StepCaller {
  readonly streamId: StreamId
  readonly id: string
  readonly workflow: string
  readonly calls = new Calls()
  readonly signals: Signals
  /** The version of the last event it was fed. */
  version: Version = 0
  /** By when this is: the storage's time of that event. */
  now: Instant = 0
  /** The workflow's version when the run was begun. */
  begunWith = 0
  readonly #spec: WorkflowSpec
  readonly #types: RunTypes
  #phase: "before" | "running" | "ended" = "before"
  #inTurn = false
  #cancelled = false
  #parent: Parent | undefined
  #end: RunEnd | undefined
  #wrong: Error | undefined
  #actions: Action[] = []
  #steps: OpenStep[] = []

  constructor(spec: WorkflowSpec, streamId: StreamId) {
    this.#spec = spec
    this.#types = runTypesOf(spec.name)
    this.workflow = spec.name
    this.streamId = streamId
    this.id = streamId.slice(spec.name.length + 1)
    this.signals = new Signals(this)
  }

  /** The same run, yet to be fed. */
  afresh(): LiveRun {
    return new LiveRun(this.#spec, this.streamId)
  }

  get ended(): boolean {
    return this.#phase === "ended"
  }

  /** Whether it was told to end: all that its code asked for before is of no use any more. */
  get cancelled(): boolean {
    return this.#cancelled
  }

  /** Feeds the next event of the stream. Throws when the code does not fit it; the run is of no use then. */
  async feed(message: StoredMessage, time: HandlerTime): Promise<void> {
    if (this.version === 0 && (message.version ?? 1) > 1)
      throw new WorkflowChanged(this.streamId, "the log no longer holds how it began")
    await this.move(
      message.version ?? this.version,
      runEvent(message, this.#types),
      Date.parse(message.recordedAt),
      time,
    )
  }

  /** Goes on to a version of the stream, whose event is this. */
  async move(version: Version, event: RunEvent | undefined, recordedAt: Instant, time: HandlerTime): Promise<void> {
    this.version = version
    if (this.ended || event === undefined) return
    // What a worker records without being told carries its own reckoning of the time, which may run ahead of the storage's.
    this.now = Math.max(this.now, event.kind === "step-completed" ? (event.at ?? recordedAt) : recordedAt)
    this.#check()
    this.#inTurn = true
    this.#apply(event)
    await time.turn()
    this.#inTurn = false
    this.#check()
    if (this.#phase !== "running") return
    if (this.#end !== undefined) this.#finish(this.#end)
    else if (this.calls.size === 0) throw new NotDurable(this.streamId, "waits for something that is no step")
  }

  /** What it asked for since this was last called. */
  take(): Asked {
    const asked = { actions: this.#actions, steps: this.#steps }
    this.#actions = []
    this.#steps = []
    return asked
  }

  /** The code calls a step. */
  step({ name, args, policy, invoke }: StepCall): Promise<unknown> {
    const key = this.calls.nextKey(name)
    const hash = argumentsHash(recorded(`the arguments of ${name}`, args) ?? null)
    const step = new OpenStep(this.streamId, { key, args: hash, policy, invoke })
    return this.open(key, hash, { step }, () => void this.#steps.push(step))
  }

  /** Opens a call: its promise is answered by an event to come. `ask` says what the call needs done. */
  open(key: string, args: string, how: Pick<OpenCall, "step" | "timed" | "cancel">, ask: () => void): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    // A call that its code does not wait for may fail all the same: that is not the process's end.
    promise.catch(() => {})
    if (!this.#inTurn)
      this.#wrong ??= new NotDurable(this.streamId, `called ${key} after waiting for something that is no step`)
    else if (this.calls.size >= MAX_OPEN_CALLS)
      this.#wrong ??= new NotDurable(this.streamId, `waits for more than ${MAX_OPEN_CALLS} calls at a time`)
    else {
      this.calls.add({ key, args, resolve, reject, ...how })
      ask()
    }
    return promise
  }

  /** Something to be stored with the event that the run is at. */
  ask(action: Action): void {
    this.#actions.push(action)
  }

  /** The code can not go on, whatever it catches. */
  refuse(error: Error): void {
    this.#wrong ??= error
  }

  #apply(event: RunEvent): void {
    if (this.#phase === "before" && event.kind !== "started" && event.kind !== "signalled") {
      if (event.kind === "cancel-requested") return
      throw new WorkflowChanged(this.streamId, "the log no longer holds how it began")
    }
    switch (event.kind) {
      case "started":
        if (this.#phase === "before") this.#start(event)
        return
      case "step-completed":
        return this.#answer(event, (call) => call.resolve(event.output))
      case "step-failed":
        if (!event.final) return
        return this.#answer(event, (call) => call.reject(new StepFailed(event.step, event.attempt, event.failure)))
      case "timer-fired":
        this.signals.stopWaiting(event.step)
        return this.#answer({ step: event.step, args: "" }, (call) => call.resolve(undefined))
      case "signalled":
        return this.signals.came(event)
      case "cancel-requested":
        if (this.#cancelled) return
        this.#cancelled = true
        this.signals.stopAll()
        return this.calls.abandonAll(new WorkflowCancelled(this.streamId, event.reason))
    }
  }

  #start({ input, version, parent }: Extract<RunEvent, { kind: "started" }>): void {
    if (version > this.#spec.version) throw new WorkflowNewer(this.streamId, version, this.#spec.version)
    this.#phase = "running"
    this.#parent = parent
    this.begunWith = version
    void this.#run(input)
  }

  async #run(input: Json | undefined): Promise<void> {
    try {
      const output: unknown = await runAsCaller(this, () => this.#spec.run(input, new RunFlow(this)))
      this.#end = { kind: "completed", output: recorded(`the output of ${this.#spec.name}`, output) }
    } catch (error) {
      this.#end =
        error instanceof WorkflowCancelled ? { kind: "cancelled", reason: error.reason } : { kind: "failed", error }
    }
  }

  #answer({ step, args }: { readonly step: string; readonly args: string }, answer: (call: OpenCall) => void): void {
    const call = this.calls.get(step)
    if (call === undefined) {
      if (this.calls.wasAbandoned(step)) return
      const waiting = this.calls.keys.join(", ")
      throw new WorkflowChanged(
        this.streamId,
        `it has recorded ${step}, and today's code waits for ${waiting === "" ? "nothing" : waiting}`,
      )
    }
    if (call.args !== args) throw new WorkflowChanged(this.streamId, `it has recorded ${step} with other arguments`)
    this.calls.close(call)
    answer(call)
  }

  #finish(end: RunEnd): void {
    this.#phase = "ended"
    this.#steps = []
    this.#actions.push(...runEnd(end, { workflow: this.#spec.name, run: this, parent: this.#parent }))
  }

  #check(): void {
    if (this.#wrong !== undefined) throw this.#wrong
  }
}
