import { UnknownMessageType } from "../../decider/errors.ts"
import type { Action } from "../action.ts"
import { observed } from "../observed.ts"
import type { Access, Batch, Delivery, Outcome } from "../registration.ts"
import { runReaction } from "../run-reaction.ts"
import { StateAtEvents } from "../state-at-events.ts"
import type { ActorSpec } from "./actor-spec.ts"
import { CommandSide, mayDecide } from "./command-side.ts"
import { reactionTo } from "./reaction-to.ts"

interface Sides {
  readonly commands: CommandSide
  readonly states: StateAtEvents
}

/**
 * Handles a batch of one stream: its commands are decided one after another on one evolving instance, its reactions see the state right after
 * their own event. The two have separate states: commands are decided at the head of the stream, reactions look back.
 * What a read throws goes through; what the actor's functions throw is in the outcome.
 */
export async function handleActor(spec: ActorSpec, batch: Batch, access: Access): Promise<Outcome> {
  const streamId = batch.messages[0]?.message.streamId ?? batch.key
  const commands = new CommandSide(spec, batch, access, streamId)
  const states = new StateAtEvents({ decider: spec.decider, streamId, use: "react", access, fresh: batch.fresh })
  const reactedTo = batch.messages.map((one) => one.message).filter((one) => reactionTo(spec, one.type) !== undefined)
  await Promise.all([commands.load(), states.load(reactedTo)])

  const done: Outcome["done"][number][] = []
  let failed: Outcome["failed"]
  for (const delivery of batch.messages) {
    if (access.aborted) break
    try {
      const sides = { commands, states }
      const actions = await observed(access, delivery, () => handleOne(spec, delivery, sides, access))
      done.push({ delivery, actions })
    } catch (error) {
      states.spoil()
      failed = { delivery, error }
      break
    }
  }
  const stored = (): void => {
    commands.remember()
    states.remember()
  }
  return failed === undefined ? { done, stored } : { done, failed, stored }
}

async function handleOne(
  spec: ActorSpec,
  delivery: Delivery,
  { commands, states }: Sides,
  access: Access,
): Promise<readonly Action[]> {
  const { message } = delivery
  const deciding = spec.decider.decides.get(message.type)
  if (deciding !== undefined) return mayDecide(delivery) ? commands.decide(message, deciding.definition) : []
  const reacting = reactionTo(spec, message.type)
  if (reacting === undefined) throw new UnknownMessageType(message.type, spec.decider.name)
  const who = {
    name: spec.decider.name,
    commandOf: (key: string) => spec.decider.decides.get(spec.commandTypes.get(key) ?? "")?.definition,
  }
  const state = states.after(message)
  return runReaction(who, reacting.react, state, { delivery, definition: reacting.definition, access })
}
