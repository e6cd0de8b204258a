import { DefinitionError } from "../../message/definition-error.ts"
import type { Defined } from "../../message/definition.ts"
import type { GroupOrder } from "../../stream/group-order.ts"
import { keyFunction } from "../partition-by.ts"
import type { Reactor } from "../reactor.ts"
import type { Registration } from "../registration.ts"
import { requireGroupName } from "../require-group-name.ts"
import { startPointOf } from "../start-from.ts"
import { handleReactor } from "./handle-reactor.ts"

/** A low-level reactor as the runtime sees it. */
export function registerReactor(reactor: Reactor): Registration {
  const { name, partitionBy, errorStrategy, tx } = reactor
  requireGroupName("a reactor", name)
  const definitions = new Map<string, Defined | undefined>()
  for (const one of reactor.handledMessages) {
    const type = typeof one === "string" ? one : one.type
    if (definitions.has(type)) throw new DefinitionError(`${name} lists ${type} twice in handledMessages: keep one`)
    definitions.set(type, isDefined(one) ? one : undefined)
  }
  return {
    group: name,
    types: [...definitions.keys()],
    order: orderOf(reactor),
    ...(partitionBy === undefined ? {} : { keyOf: keyFunction(name, partitionBy) }),
    startFrom: startPointOf(reactor.startFrom),
    ...(errorStrategy === undefined ? {} : { errorStrategy }),
    needsTx: tx !== undefined,
    ...(tx === undefined ? {} : { txStorage: tx.storage }),
    stateless: reactor.handle !== undefined && reactor.history !== true,
    decides: [],
    handle: (batch, access) => handleReactor(reactor, definitions, batch, access),
  }
}

function orderOf({ name, order = "stream", partitionBy }: Reactor): GroupOrder {
  if (partitionBy === undefined) return order
  if (order === "log") {
    throw new DefinitionError(
      `${name} has both order: "log" and partitionBy: in total order one message is handled at a time whatever its key`,
    )
  }
  return "key"
}

function isDefined(one: string | { readonly type: string }): one is Defined {
  return typeof one !== "string" && "decode" in one && typeof one.decode === "function"
}
