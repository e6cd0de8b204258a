import type { Problem } from "../problem.ts"

export const mostLines = 300

/** A file past 300 lines has two subjects, unless `exceptions` gives a reason for it; a stale exception goes too. */
export function checkSizes(
  lineCounts: ReadonlyMap<string, number>,
  exceptions: Readonly<Record<string, string>>,
): Problem[] {
  const tooLong = [...lineCounts].filter(([path, lines]) => lines > mostLines && !(exceptions[path]?.trim() ?? ""))
  const stale = Object.keys(exceptions).filter((path) => (lineCounts.get(path) ?? 0) <= mostLines)
  return [
    ...tooLong.map(([file, lines]) => ({
      file,
      says: `has ${lines} lines, more than ${mostLines}: it has two subjects; split it, or give the reason in tooling/size-exceptions.json`,
    })),
    ...stale.map((file) => ({
      file,
      says: "needs no exception any more: take it out of tooling/size-exceptions.json",
    })),
  ]
}
