import type { Deferral, StopReason } from "../backend/settle.ts"
import type { Instant, Position } from "../message/ids.ts"
import type { ErrorDecision, ErrorStrategy } from "../reactor/error-strategy.ts"
import type { HandlingObserver } from "../reactor/handling-observer.ts"
import type { Logger } from "../reactor/logger.ts"
import type { Delivery } from "../reactor/registration.ts"

/** What the runtime does about a failed message: set its stream aside, stop its group, or go on behind it. */
export interface Judgement {
  readonly deferral?: Deferral
  readonly stop?: StopReason
  readonly skip?: true
}

/** The longest error text that is stored. */
const ERROR_TEXT = 2_000

/** Asks the error strategy about the original error. A strategy that throws stops the group. */
export async function judge(
  failed: { readonly delivery: Delivery; readonly error: unknown },
  group: {
    readonly name: string
    readonly strategy: ErrorStrategy
    readonly now: Instant
    /** What to add to this process's instants to get the storage's. */
    readonly storageOffsetMs: number
    readonly logger: Logger
    readonly observer?: HandlingObserver | undefined
  },
): Promise<Judgement> {
  const { delivery, error } = failed
  const { message, attempt } = delivery
  const decision = await decide(failed, group)
  const facts = {
    err: error,
    group: group.name,
    messageId: message.id,
    type: message.type,
    streamId: message.streamId,
    attempt,
  }
  group.observer?.failed({ delivery, error, decision: decision.kind })
  group.logger[decision.kind === "retry" ? "warn" : "error"](facts, `handling failed: ${decision.kind}`)
  const at = { position: message.position, failures: attempt, error: errorText(error) }
  switch (decision.kind) {
    case "skip":
      return { skip: true }
    case "park":
      return { deferral: { as: "park", ...at } }
    case "retry":
      return { deferral: { as: "retry", ...at, retryAt: decision.at + group.storageOffsetMs } }
    case "stop":
      return {
        deferral: { as: "retry", ...at, retryAt: 0 },
        stop: { reason: decision.reason ?? "error", error: at.error, messageId: message.id },
      }
  }
}

/** Due at once, not counted as a failure: the rest of a batch that was cut. */
export function atOnce(position: Position, delivery: Delivery | undefined): Deferral {
  return { as: "retry", position, failures: Math.max((delivery?.attempt ?? 1) - 1, 0), retryAt: 0 }
}

async function decide(
  { delivery, error }: { readonly delivery: Delivery; readonly error: unknown },
  group: { readonly name: string; readonly strategy: ErrorStrategy; readonly now: Instant; readonly logger: Logger },
): Promise<ErrorDecision> {
  try {
    const decision: unknown = await group.strategy(error, delivery.message, {
      name: group.name,
      attempt: delivery.attempt,
      now: group.now,
    })
    return checked(decision)
  } catch (thrown) {
    group.logger.error({ err: thrown, group: group.name }, "the error strategy itself threw: the group stops")
    return { kind: "stop", reason: `error strategy threw: ${errorText(thrown)}` }
  }
}

/** What a strategy answered, which plain JavaScript may have got wrong. */
function checked(decision: unknown): ErrorDecision {
  if (typeof decision === "object" && decision !== null && "kind" in decision) {
    const { kind } = decision
    if (kind === "skip" || kind === "park") return { kind }
    if (kind === "stop") {
      const reason = "reason" in decision && typeof decision.reason === "string" ? decision.reason : undefined
      return reason === undefined ? { kind } : { kind, reason }
    }
    if (kind === "retry" && "at" in decision && typeof decision.at === "number" && Number.isFinite(decision.at))
      return { kind, at: decision.at }
  }
  throw new TypeError(
    'an error strategy has to answer { kind: "stop" | "park" | "skip" }, or { kind: "retry", at } with an instant in milliseconds',
  )
}

/** An error as a line that can be stored and shown. */
export function errorText(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return text.length > ERROR_TEXT ? `${text.slice(0, ERROR_TEXT)}…` : text
}
