/** One of several, in turn: for work that is spread over apps. */
export function oneOf<T>(several: readonly T[], turn: number): T {
  const one = several[turn % several.length]
  if (one === undefined) throw new Error("there is none to choose")
  return one
}
