/** The lines of what was saved, each read by `parse`. */
export function linesOf(saved: string, parse: (line: string) => unknown = JSON.parse): readonly unknown[] {
  return saved
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => parse(line))
}
