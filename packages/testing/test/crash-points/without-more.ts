/** A settle's answer without what its repetition need not tell. */
export function withoutMore(answer: unknown): unknown {
  return typeof answer === "object" && answer !== null ? { ...answer, more: undefined } : answer
}
