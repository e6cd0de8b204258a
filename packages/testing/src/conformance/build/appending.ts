import { equal } from "node:assert/strict"

import type { Append, Backend, ExpectedVersion, Message, Position, Verdict } from "@millrace/core/backend"

/** An append of these messages to one stream. */
export function to(
  streamId: string,
  messages: readonly Message[],
  expected: ExpectedVersion = "any",
  rest: Omit<Append, "streams"> = {},
): Append {
  return { streams: [{ streamId, expected, messages }], ...rest }
}

/** One append alone in its call. */
export async function appendOne(backend: Backend, append: Append): Promise<Verdict> {
  const [verdict, ...others] = await backend.append([append])
  equal(others.length, 0, "one append has one verdict")
  if (verdict === undefined) throw new Error("an append got no verdict")
  return verdict
}

/** Stores messages, each by an append of its own, and answers their positions. */
export async function store(backend: Backend, ...messages: readonly Message[]): Promise<readonly Position[]> {
  const verdicts = await backend.append(messages.map((message) => to(message.streamId, [message])))
  return verdicts.map((verdict) => appended(verdict).position)
}

/** The verdict of an append that has to succeed. */
export function appended(verdict: Verdict): Extract<Verdict, { kind: "appended" }> {
  if (verdict.kind !== "appended") throw new Error(`expected an append to be stored, it is ${JSON.stringify(verdict)}`)
  return verdict
}

/** The kinds of some verdicts, in order. */
export function kinds(verdicts: readonly Verdict[]): readonly string[] {
  return verdicts.map((verdict) => (verdict.kind === "refused" ? verdict.code : verdict.kind))
}
