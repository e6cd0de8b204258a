import { type AnyApp, type Defined, DefinitionError, type StoredMessage, UndecodablePayload } from "@millrace/core"

import { ON_BUS } from "./api/api.ts"
import type { EventOnBus, ReadEvent } from "./api/event-on-bus.ts"
import type { AnyApi } from "./bus.ts"
import { NotOwner } from "./errors.ts"
import { fire, type FireInto, type FireOptions } from "./fire/fire.ts"
import type { ListenedEvent, Listener, ListenOptions, RunHandler } from "./listen/listener.ts"
import { matches } from "./listen/pattern.ts"
import { type ApisOptions, settingsOf } from "./settings.ts"

/** What a service has on its bus. */
export interface ServiceApis {
  readonly service: string
  readonly owned: readonly AnyApi[]
  readonly used: readonly AnyApi[]
  readonly settings: ApisOptions
}

/** The APIs as properties of the bus, and its `listen`. Their types are `Bus`'s. */
export interface OnBus {
  readonly apis: object
  listen(what: unknown, handler: RunHandler, options: ListenOptions): void
}

/** An event on a bus, as `listen` gets it back. */
class BusEvent {
  readonly type: string
  readonly heard: ListenedEvent
  readonly fire: (parameters?: unknown, options?: FireOptions) => Promise<void>
  readonly listen: (handler: RunHandler, options: ListenOptions) => void

  constructor(heard: ListenedEvent, fire: BusEvent["fire"], listen: (event: BusEvent) => BusEvent["listen"]) {
    this.heard = heard
    this.type = heard.event.definition.type
    this.fire = fire
    this.listen = listen(this)
  }
}

/** Puts a service's APIs on its bus. */
export function apisOnBus(
  { service, owned, used, settings }: ServiceApis,
  app: AnyApp,
  { hooks, lengths }: Omit<FireInto, "dispatch">,
  add: (listener: Listener) => void,
): OnBus {
  const all: BusEvent[] = []
  const into: FireInto = { dispatch: (message, how) => app.dispatch(message, how), hooks, lengths }
  const listenTo = (events: readonly ListenedEvent[], handler: RunHandler, options: ListenOptions): void =>
    add(listenerOf(service, events, handler, options))

  const onBus = (api: AnyApi, owns: boolean): object => {
    const ownSettings = settingsOf(settings, api.name)
    const events = [...api[ON_BUS]].map(([key, event]) => {
      const heard = { api: api.name, event, settings: ownSettings }
      const firing = async (parameters?: unknown, options?: FireOptions): Promise<void> => {
        if (!owns) throw new NotOwner(service, event.definition.type, api.name)
        await fire(heard, into, parameters, options)
      }
      return [
        key,
        new BusEvent(heard, firing, (one) => (handler, options) => listenTo([one.heard], handler, options)),
      ] as const
    })
    all.push(...events.map(([, one]) => one))
    const listen: BusEvent["listen"] = (handler, options) =>
      listenTo(
        events.map(([, { heard }]) => heard),
        handler,
        options,
      )
    return Object.freeze({ ...Object.fromEntries(events), listen })
  }

  const apis = Object.fromEntries([
    ...owned.map((api) => [api.name, onBus(api, true)] as const),
    ...used.map((api) => [api.name, onBus(api, false)] as const),
  ])
  return {
    apis,
    listen(what, handler, options) {
      const events = typeof what === "string" ? named(what, all) : listened(what, settings)
      listenTo(events, handler, options)
    },
  }
}

function named(pattern: string, all: readonly BusEvent[]): readonly ListenedEvent[] {
  const fits = matches(pattern)
  const found = all.filter(({ type }) => fits(type)).map(({ heard }) => heard)
  if (found.length > 0) return found
  throw new DefinitionError(
    `no event of this bus is named by ${pattern}: it has ${all.map(({ type }) => type).join(", ") || "none"}`,
  )
}

function listened(what: unknown, settings: ApisOptions): readonly ListenedEvent[] {
  if (!Array.isArray(what) || what.length === 0)
    throw new DefinitionError('listen(…) needs a list of events, or a pattern such as "auth.*", as its first argument')
  return what.map((one: unknown) => {
    if (one instanceof BusEvent) return one.heard
    if (isDefinition(one)) return { api: one.type, event: foreign(one), settings: settingsOf(settings, one.type) }
    throw new DefinitionError("listen(…) got something that is neither an event of a bus nor a definition of one")
  })
}

/** An event that no API has: an actor's, say. */
function foreign(definition: Pick<Defined, "type" | "decode">): Pick<EventOnBus, "read"> & ListenedEvent["event"] {
  const read = (stored: StoredMessage): ReadEvent => {
    try {
      return { valid: true, message: definition.decode(stored) }
    } catch (error) {
      if (error instanceof UndecodablePayload) return { valid: false, errors: error.errors }
      throw error
    }
  }
  return { definition, read }
}

function isDefinition(value: unknown): value is Pick<Defined, "type" | "decode"> {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false
  return "type" in value && typeof value.type === "string" && "decode" in value && typeof value.decode === "function"
}

function listenerOf(
  service: string,
  events: readonly ListenedEvent[],
  handler: RunHandler,
  { listenerName, onError, startFrom }: Partial<ListenOptions> = {},
): Listener {
  if (typeof handler !== "function") throw new DefinitionError("listen(…) needs a function that handles the event")
  if (typeof listenerName !== "string" || listenerName === "")
    throw new DefinitionError(
      `a listener on ${events.map(({ event }) => event.definition.type).join(", ")} has no listenerName: without one, listeners would share their events instead of each getting all`,
    )
  return { listenerName, group: `${service}-${listenerName}`, events, handler, onError, startFrom }
}
