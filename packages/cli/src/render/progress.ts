/** How far some long work is. */
export interface Progress {
  /** So much is done of the whole. */
  at(done: number): void
  /** It is over: the bar stays as it is, and what comes next has a line of its own. Ending twice is fine. */
  end(): void
}

/** A bar on stderr while it is a terminal; nothing at all elsewhere. `of`: the whole, in `unit`. */
export async function progressOf(what: string, of: number, unit: string): Promise<Progress> {
  if (!process.stderr.isTTY) return { at() {}, end() {} }
  const { Presets, SingleBar } = await import("cli-progress")
  const bar = new SingleBar(
    { format: `${what} [{bar}] {percentage}% | {value}/{total} ${unit}`, stream: process.stderr, hideCursor: true },
    process.env["NO_COLOR"] === undefined ? Presets.shades_classic : Presets.legacy,
  )
  bar.start(of, 0)
  return { at: (done) => bar.update(Math.min(done, of)), end: () => bar.stop() }
}
