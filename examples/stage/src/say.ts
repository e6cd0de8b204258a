/** Says a line on this process's standard output. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
