import { DefinitionError } from "../message/definition-error.ts"
import type { AnyCommand, Defined } from "../message/definition.ts"
import type { Draft } from "../message/draft.ts"
import type { JsonObject } from "../message/json.ts"
import { newStreamId } from "../message/new-stream-id.ts"
import type { Action } from "./action.ts"
import type { Dispatched } from "./dispatch.ts"
import { actionsOf } from "./produced.ts"
import type { React, ReactFacilities } from "./react.ts"
import type { Access, Delivery } from "./registration.ts"

/** Who reacts, and what keys mean in `dispatch("key")`. */
export interface Reactive {
  readonly name: string
  readonly commandOf: (key: string) => AnyCommand | undefined
}

/** Runs a reaction and gives what it dispatched as actions. Throws what the reaction throws. */
export async function runReaction(
  who: Reactive,
  react: React,
  state: unknown,
  {
    delivery,
    definition,
    access,
  }: { readonly delivery: Delivery; readonly definition: Defined; readonly access: Access },
): Promise<readonly Action[]> {
  const message = definition.decode(delivery.message)
  const dispatched: Pending[] = []
  let running = true
  const dispatch = (which: AnyCommand | string, payload?: unknown): Dispatched => {
    if (!running) {
      throw new DefinitionError(
        `dispatch(…) was called after the reaction of ${who.name} to ${message.type} had ended: await everything in it`,
      )
    }
    const command = commandOf(who, which)
    const pending = new Pending(command.build(message.streamId, payload))
    dispatched.push(pending)
    return pending
  }
  try {
    await react(state, message, new Facilities(dispatch, delivery, access))
  } finally {
    running = false
  }
  return actionsOf(dispatched.map((one) => one.draft))
}

/** What the reaction is run with. Its signal is made when it is read. */
class Facilities implements ReactFacilities {
  readonly dispatch: ReactFacilities["dispatch"]
  readonly replaying: boolean
  readonly attempt: number
  readonly logger: Access["logger"]
  readonly #access: Access

  constructor(dispatch: ReactFacilities["dispatch"], { replaying, attempt }: Delivery, access: Access) {
    this.dispatch = dispatch
    this.replaying = replaying
    this.attempt = attempt
    this.logger = access.logger
    this.#access = access
  }

  get signal(): AbortSignal {
    return this.#access.signal
  }
}

/** A dispatched command. Drafts are values, so what it is told later is kept here. */
class Pending implements Dispatched {
  draft: Draft

  constructor(draft: Draft) {
    this.draft = draft
  }

  to(target: string | { readonly name: string }): this {
    this.draft = this.draft.to(typeof target === "string" ? target : newStreamId(target.name))
    return this
  }

  at(date: Date): this {
    this.draft = this.draft.at(date)
    return this
  }

  withMetadata(metadata: JsonObject): this {
    this.draft = this.draft.withMetadata(metadata)
    return this
  }
}

function commandOf(who: Reactive, which: AnyCommand | string): AnyCommand {
  if (typeof which !== "string") return which
  const known = who.commandOf(which)
  if (known !== undefined) return known
  throw new DefinitionError(
    `${who.name} has no command "${which}": dispatch a definition, or declare it with .command(…) before the reaction`,
  )
}
