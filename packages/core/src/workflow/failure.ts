import type { Json, JsonObject } from "../message/json.ts"
import { StepFailed } from "./errors.ts"

/** An error as it is recorded. */
export interface RecordedFailure {
  readonly name: string
  readonly message: string
  /** The error's `code`, where it has one that is a string. */
  readonly code?: string
  /** The step that failed, where that is what failed the workflow. */
  readonly step?: string
}

/** The longest message of an error that is recorded. */
const MESSAGE_LENGTH = 4_000

/** What is recorded of an error. */
export function failureOf(error: unknown): RecordedFailure {
  if (error instanceof StepFailed) return { ...error.failure, step: error.step }
  if (!(error instanceof Error)) return { name: "Error", message: String(error).slice(0, MESSAGE_LENGTH) }
  const code = "code" in error && typeof error.code === "string" ? { code: error.code } : {}
  return { name: error.name, message: error.message.slice(0, MESSAGE_LENGTH), ...code }
}

/** A failure as JSON. */
export function failureJson({ name, message, code, step }: RecordedFailure): JsonObject {
  return { name, message, ...(code === undefined ? {} : { code }), ...(step === undefined ? {} : { step }) }
}

/** A failure out of the log. */
export function failureIn(json: Json | undefined): RecordedFailure {
  const text = (key: string): string | undefined => {
    const value = fieldOf(json, key)
    return typeof value === "string" ? value : undefined
  }
  const code = text("code")
  const step = text("step")
  return {
    name: text("name") ?? "Error",
    message: text("message") ?? "",
    ...(code === undefined ? {} : { code }),
    ...(step === undefined ? {} : { step }),
  }
}

/** A field of a JSON object; `undefined` for anything else. */
export function fieldOf(json: Json | undefined, key: string): Json | undefined {
  return isObject(json) ? json[key] : undefined
}

function isObject(json: Json | undefined): json is JsonObject {
  return typeof json === "object" && json !== null && !Array.isArray(json)
}
