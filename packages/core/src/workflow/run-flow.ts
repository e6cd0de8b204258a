import { createHash } from "node:crypto"

import { DefinitionError } from "../message/definition-error.ts"
import type { AnyEvent, PayloadOut } from "../message/definition.ts"
import type { ChildInput, Flow } from "./flow.ts"
import type { LiveRun } from "./live-run.ts"
import { recorded } from "./recorded.ts"
import { runMessage } from "./run-message.ts"
import { runStream, runTypesOf } from "./run-types.ts"
import { argumentsHash } from "./step-key.ts"
import type { AnyWorkflow, WorkflowOutput } from "./workflow-types.ts"

/** The longest that a run sleeps or waits: a hundred years. */
const LONGEST_MS = 100 * 365.25 * 24 * 60 * 60 * 1_000

/** A run's flow, as its code gets it. */
export class RunFlow implements Flow {
  readonly id: string
  readonly version: number
  readonly #run: LiveRun
  #drawn = 0

  constructor(run: LiveRun) {
    this.#run = run
    this.id = run.id
    this.version = run.begunWith
  }

  now(): Date {
    return new Date(this.#run.now)
  }

  random(): number {
    return this.#draw().readUIntBE(0, 6) / 2 ** 48
  }

  uuid(): string {
    const bytes = this.#draw().subarray(0, 16)
    bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6)
    bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
    return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")
  }

  sleep(ms: number): Promise<void> {
    return this.#timer(requireSpan("sleep", ms))
  }

  sleepUntil(date: Date): Promise<void> {
    const at = date.getTime()
    if (Number.isNaN(at)) throw new DefinitionError("sleepUntil(…) got an invalid date")
    return this.#timer(requireSpan("sleepUntil", Math.max(at - this.#run.now, 0)))
  }

  waitFor<D extends AnyEvent>(event: D, options?: { readonly timeoutMs: number }): Promise<PayloadOut<D>>
  waitFor(event: AnyEvent, { timeoutMs }: { readonly timeoutMs?: number } = {}): Promise<unknown> {
    const run = this.#run
    const key = run.calls.nextKey(`wait for ${event.type}`)
    const taken = run.signals.take(event)
    if (taken !== undefined) return Promise.resolve(taken.payload)
    return run.open(key, "", { timed: timeoutMs !== undefined }, () => {
      run.signals.wait(key, event)
      if (timeoutMs !== undefined) this.#schedule(key, requireSpan("waitFor", timeoutMs))
    })
  }

  child<W extends AnyWorkflow>(workflow: W, ...input: ChildInput<W>): Promise<WorkflowOutput<W>>
  child({ name, version }: AnyWorkflow, input?: unknown): Promise<unknown> {
    const run = this.#run
    const key = run.calls.nextKey(name)
    const given = recorded(`the input of ${name}`, input)
    const args = argumentsHash([name, given ?? null])
    const types = runTypesOf(name)
    const stream = runStream(name, `${run.id}/${key}`)
    const parent = { workflow: run.workflow, run: run.streamId, step: key, args }
    const cancel = (): void => {
      run.ask({ kind: "append-next", messages: [runMessage("event", types.cancelRequested, stream, {})] })
    }
    return run.open(key, args, { cancel }, () => {
      const started = runMessage("event", types.started, stream, { input: given, version, parent })
      run.ask({ kind: "append-next", messages: [started] })
    })
  }

  all<const T extends readonly unknown[]>(calls: T): Promise<{ -readonly [At in keyof T]: Awaited<T[At]> }>
  async all(calls: readonly unknown[]): Promise<unknown> {
    const settled = await Promise.allSettled(calls)
    const outputs: unknown[] = []
    for (const one of settled) {
      if (one.status === "rejected") throw one.reason
      outputs.push(one.value)
    }
    return outputs
  }

  #timer(ms: number): Promise<void> {
    const key = this.#run.calls.nextKey("sleep")
    const fired = this.#run.open(key, "", { timed: true }, () => this.#schedule(key, ms))
    const slept = fired.then(() => {})
    slept.catch(() => {})
    return slept
  }

  #schedule(key: string, ms: number): void {
    const { streamId, now, workflow } = this.#run
    const fired = runMessage("event", runTypesOf(workflow).timerFired, streamId, { step: key })
    this.#run.ask({ kind: "schedule", messages: [fired], at: now + Math.ceil(ms) })
  }

  /** The next 32 bytes that follow from the run's id. */
  #draw(): Buffer {
    this.#drawn += 1
    return createHash("sha256").update(`${this.#run.streamId}\n${this.#drawn}`).digest()
  }
}

function requireSpan(what: string, ms: number): number {
  if (ms >= 0 && ms <= LONGEST_MS) return ms
  throw new DefinitionError(`${what}(…) got ${ms}: it takes milliseconds from 0, and at most a hundred years`)
}
