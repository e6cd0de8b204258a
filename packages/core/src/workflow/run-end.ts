import type { Json, JsonObject } from "../message/json.ts"
import type { Action } from "../reactor/action.ts"
import { failureJson, failureOf } from "./failure.ts"
import type { Parent } from "./run-event.ts"
import { runMessage } from "./run-message.ts"
import { endsCollection, runTypesOf } from "./run-types.ts"

/** How a run's code ended. */
export type RunEnd =
  | { readonly kind: "completed"; readonly output: Json | undefined }
  | { readonly kind: "failed"; readonly error: unknown }
  | { readonly kind: "cancelled"; readonly reason: string | undefined }

/** What is stored when a run ends: its last event, the document that answers who waits for it, and the answer to the run that it is a step of. */
export function runEnd(
  end: RunEnd,
  {
    workflow,
    run,
    parent,
  }: {
    readonly workflow: string
    readonly run: { readonly id: string; readonly streamId: string }
    readonly parent: Parent | undefined
  },
): readonly Action[] {
  const types = runTypesOf(workflow)
  const fields = fieldsOf(end)
  const last = runMessage("event", types[end.kind], run.streamId, fields)
  const value = { status: end.kind, ...defined(fields) }
  return [
    { kind: "append-next", messages: [last] },
    { kind: "put", put: { collection: endsCollection(workflow), id: run.id, expectedRevision: "any", value } },
    ...(parent === undefined ? [] : [answerTo(parent, end, run.streamId)]),
  ]
}

type Fields = { readonly [key: string]: Json | undefined }

function fieldsOf(end: RunEnd): Fields {
  switch (end.kind) {
    case "completed":
      return { output: end.output }
    case "failed":
      return { failure: failureJson(failureOf(end.error)) }
    case "cancelled":
      return { reason: end.reason }
  }
}

function answerTo(parent: Parent, end: RunEnd, child: string): Action {
  const types = runTypesOf(parent.workflow)
  const { step, args } = parent
  if (end.kind === "completed") {
    const fields = { step, args, output: end.output }
    return { kind: "append-next", messages: [runMessage("event", types.stepCompleted, parent.run, fields)] }
  }
  const reason = end.kind === "cancelled" && end.reason !== undefined ? `: ${end.reason}` : ""
  const failure =
    end.kind === "failed"
      ? failureJson(failureOf(end.error))
      : { name: "WorkflowCancelled", message: `${child} was cancelled${reason}`, code: "workflow-cancelled" }
  const fields = { step, args, attempt: 1, final: true, failure }
  return { kind: "append-next", messages: [runMessage("event", types.stepFailed, parent.run, fields)] }
}

function defined(fields: Fields): JsonObject {
  const found: Record<string, Json> = {}
  for (const [key, value] of Object.entries(fields)) if (value !== undefined) found[key] = value
  return found
}
