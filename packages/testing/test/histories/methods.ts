import type { Backend, Operator } from "@millrace/core/backend"

import type { Step } from "./step.ts"

type Method = Exclude<keyof Backend, "operator" | "capabilities"> | `operator.${keyof Operator}`

/** Which steps call a method, some on the way: a method that no step calls does not compile. */
const playedBy: { readonly [M in Method]: Step["do"] | "every step" | "the end" } = {
  migrate: "migrate",
  close: "the end",
  append: "append",
  read: "look",
  documents: "look",
  ensureGroup: "want",
  claim: "work",
  extend: "late",
  settle: "work",
  promote: "promote",
  heartbeat: "beat",
  listen: "listen",
  "operator.stats": "every step",
  "operator.groups": "every step",
  "operator.startGroup": "start",
  "operator.stopGroup": "stop",
  "operator.resetGroup": "reset",
  "operator.skip": "skip",
  "operator.renameGroup": "rename",
  "operator.deleteGroup": "delete-group",
  "operator.lanes": "look",
  "operator.retryLanes": "retry-lanes",
  "operator.discardLane": "discard-lane",
  "operator.streams": "look",
  "operator.schedules": "look",
  "operator.cancelSchedules": "cancel",
  "operator.reschedule": "reschedule",
  "operator.trim": "trim",
  "operator.trimCategory": "trim-category",
  "operator.processes": "app",
  "operator.progress": "look",
  "operator.dump": "look",
  "operator.restore": "move",
  "operator.uninstall": "move",
}

/** Every method of a backend and its operator. */
export const METHODS: readonly string[] = Object.keys(playedBy)

/** A backend that notes which of its methods are called. */
export function noting(backend: Backend, called: Set<string>): Backend {
  const operator = noted(backend.operator, (name) => called.add(`operator.${name}`))
  return noted({ ...backend, operator }, (name) => called.add(name))
}

function noted<T extends object>(target: T, note: (name: string) => void): T {
  return new Proxy(target, {
    get(of, property) {
      const value: unknown = Reflect.get(of, property)
      if (typeof value === "function" && typeof property === "string") note(property)
      return value
    },
  })
}
