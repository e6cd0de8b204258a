/** One thing a check found wrong, in words that say what to do. */
export interface Problem {
  readonly file: string
  readonly line?: number
  readonly says: string
}

/** Prints what a check found and leaves the exit code that tells the outcome. */
export function report(check: string, looked: string, problems: readonly Problem[]): void {
  for (const { file, line, says } of problems) {
    console.log(line === undefined ? `${file}: ${says}` : `${file}:${line}: ${says}`)
  }
  console.log(`${check}: ${looked}, ${problems.length === 0 ? "nothing wrong" : `${problems.length} wrong`}`)
  process.exitCode = problems.length === 0 ? 0 : 1
}
