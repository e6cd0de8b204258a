import { event, ScheduleInPast, type Store, type StoredMessage } from "@millrace/core"

import { anyJson } from "../api/any-json.ts"
import type { Listener } from "../listen/listener.ts"
import { OnError, type OnErrorChoice } from "../listen/on-error.ts"
import { DEFAULT_API_SETTINGS } from "../settings.ts"
import { nextTick } from "./interval.ts"

/** How a repeated task is run. */
export interface EveryOptions {
  /** Names the task within its service: its consumer group is `{service}-{name}`. */
  readonly name: string
  /** Default: `OnError.ACKNOWLEDGE_AND_LOG`, so that the next tick runs. Parked or pending ticks hold later ones up. */
  readonly onError?: OnErrorChoice
}

/** A repeated task: a listener to its own ticks, each of which schedules the next before it runs. */
export interface Repeated {
  readonly listener: Listener
  /** Schedules the next tick. The same call from any process has no further effect. */
  begin(): Promise<void>
}

/** Makes a repeated task. Ticks are scheduled messages at multiples of the interval; an idempotency key makes each of them one. */
export function repeated(
  { ms, name, onError, service }: EveryOptions & { readonly ms: number; readonly service: string },
  task: (tick: Date) => void | Promise<void>,
  into: { readonly schedule: Store["scheduleMessages"]; readonly now: () => number },
): Repeated {
  const group = `${service}-${name}`
  const type = `every.${group}`
  const Tick = event(type, anyJson)
  const scheduleAfter = async (tick: number): Promise<void> => {
    for (;;) {
      const at = nextTick(ms, Math.max(tick, into.now()))
      try {
        await into.schedule([Tick.build(type, { at, everyMs: ms })], {
          at: new Date(at),
          idempotencyKey: `${type}/${ms}/${at}`,
        })
        return
      } catch (error) {
        if (!(error instanceof ScheduleInPast)) throw error
      }
    }
  }
  const listener: Listener = {
    listenerName: name,
    group,
    events: [{ api: type, settings: DEFAULT_API_SETTINGS, event: { definition: Tick, read } }],
    onError: onError ?? OnError.ACKNOWLEDGE_AND_LOG,
    startFrom: undefined,
    async handler(payload) {
      const tick = tickOf(payload)
      if (tick === undefined || tick.everyMs !== ms) return
      await scheduleAfter(tick.at)
      await task(new Date(tick.at))
    },
  }
  return { listener, begin: () => scheduleAfter(0) }
}

function read(message: StoredMessage): { readonly valid: true; readonly message: StoredMessage<string, unknown> } {
  return { valid: true, message }
}

/** A tick of an interval. Those of an interval that code has since changed are passed over. */
function tickOf(payload: unknown): { readonly at: number; readonly everyMs: number } | undefined {
  if (typeof payload !== "object" || payload === null || !("at" in payload) || !("everyMs" in payload)) return undefined
  const { at, everyMs } = payload
  return typeof at === "number" && typeof everyMs === "number" ? { at, everyMs } : undefined
}
