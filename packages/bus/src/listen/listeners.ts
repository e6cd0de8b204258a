import { DefinitionError, type Registrable, REGISTRATION, type Registration, startPointOf } from "@millrace/core"

import { DuplicateListenerName } from "../errors.ts"
import type { Hooks } from "../hooks.ts"
import { type Policies, listenerStrategy } from "./listener-strategy.ts"
import type { Listener } from "./listener.ts"
import { type Heard, runListener } from "./run-listener.ts"

/** The listeners of a service, by consumer group. Listeners of one name on different APIs share a group, as in Lightbus. */
export class Listeners {
  readonly #service: string
  readonly #groups = new Map<string, Listener[]>()

  constructor(service: string) {
    this.#service = service
  }

  /** Throws `DuplicateListenerName`. */
  add(listener: Listener): void {
    const others = this.#groups.get(listener.group) ?? []
    const apis = new Set(listener.events.map(({ api }) => api))
    for (const { events } of others) {
      const same = events.find(({ api }) => apis.has(api))
      if (same !== undefined) throw new DuplicateListenerName(this.#service, listener.listenerName, same.api)
    }
    const other = others.find(({ startFrom }) => startFrom !== listener.startFrom)
    if (other !== undefined)
      throw new DefinitionError(
        `the listeners named ${listener.listenerName} share one consumer group but differ in startFrom: give one of them another name`,
      )
    this.#groups.set(listener.group, [...others, listener])
  }

  get isEmpty(): boolean {
    return this.#groups.size === 0
  }

  /** One reactor for each group. */
  reactors(hooks: Hooks, policies: Policies): readonly Registrable[] {
    return [...this.#groups].map(([group, listeners]) => ({
      [REGISTRATION]: registration(group, listeners, hooks, policies),
    }))
  }
}

function registration(group: string, listeners: readonly Listener[], hooks: Hooks, policies: Policies): Registration {
  const byType = new Map<string, Heard>()
  for (const listener of listeners)
    for (const heard of listener.events) byType.set(heard.event.definition.type, { listener, heard })
  const sizes = [...byType.values()].flatMap(({ heard }) => heard.settings.batchSize ?? [])
  return {
    group,
    types: [...byType.keys()],
    order: "stream",
    startFrom: startPointOf(listeners[0]?.startFrom),
    errorStrategy: listenerStrategy(byType, policies),
    ...(sizes.length === 0 ? {} : { batchSize: Math.min(...sizes) }),
    needsTx: false,
    decides: [],
    handle: (batch, access) => runListener(byType, hooks, batch, access),
  }
}
