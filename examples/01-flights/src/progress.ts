import { SingleBar } from "cli-progress"

/** Shows how far a run has come: a bar on a terminal, a line for every tenth elsewhere. */
export interface Progress {
  update(settled: number, note: string): void
  /** Says something without disturbing the bar. */
  say(line: string): void
  end(): void
}

export function createProgress(total: number): Progress {
  return process.stdout.isTTY ? barOf(total) : linesOf(total)
}

const FORMAT = "  {bar} {percentage} % · {value} of {total} flights settled · {note}"

function barOf(total: number): Progress {
  const bar = new SingleBar({
    format: FORMAT,
    stream: process.stdout,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    barsize: 24,
    hideCursor: true,
  })
  let at = 0
  let said = ""
  bar.start(total, 0, { note: "" })
  return {
    update(settled, note) {
      at = Math.max(at, settled)
      said = note
      bar.update(at, { note })
    },
    say(line) {
      bar.stop()
      console.log(line)
      bar.start(total, at, { note: said })
    },
    end: () => bar.stop(),
  }
}

function linesOf(total: number): Progress {
  let tenths = 0
  return {
    update(settled) {
      while (tenths < Math.floor((settled * 10) / total)) {
        tenths += 1
        console.log(`  ${tenths * 10} % of ${total} flights settled`)
      }
    },
    say: (line) => console.log(line),
    end() {},
  }
}
