import { hostname, userInfo } from "node:os"

import type { JsonObject } from "@millrace/core"

import type { Session } from "./session.ts"

/** The stream that keeps what operators did. */
export const AUDIT_STREAM = "millrace.audit"

/** What an operator asked for is stored before it is done, and what came of it when that was a failure. */
export const OPERATED = "millrace.operated"
export const OPERATION_FAILED = "millrace.operation_failed"

/** Does something that changes the store, and keeps who did it, when, and what. */
export async function audited<T>(session: Session, what: JsonObject, change: () => Promise<T>): Promise<T> {
  await keep(session, OPERATED, { by: operator(), what })
  try {
    return await change()
  } catch (error) {
    await keep(session, OPERATION_FAILED, {
      by: operator(),
      what,
      error: error instanceof Error ? error.message : String(error),
    })
    throw error
  }
}

async function keep({ app }: Session, type: string, payload: JsonObject): Promise<void> {
  const { event } = await import("@millrace/core")
  const Kept = event(type, { "~standard": { version: 1, vendor: "millrace", validate: (value) => ({ value }) } })
  await app.dispatch(Kept.build(AUDIT_STREAM, payload))
}

function operator(): string {
  return process.env["MILLRACE_OPERATOR"] ?? `${userInfo().username}@${hostname()}`
}
