import type { Database, Row, Value } from "./database.ts"
import { numberList, textList } from "./list.ts"
import { bool, int } from "./row.ts"
import { settleSeveral } from "./sql/settle-several.ts"
import { settle } from "./sql/settle.ts"

/** What the function `settle` takes: group, partition, token, checkpoint, how many appends were dropped, the lease's key, the answer to remember. */
export type Move = readonly [
  group: string,
  partition: number,
  token: number,
  checkpoint: number,
  dropped: number,
  lease: string,
  answer: string,
]

/** Settles that only move a checkpoint, of one backend object: those that come together share a statement, and a commit. */
export interface Moves {
  /** Moves one. Answers whether more waits; `undefined` when something stands in the way, and nothing was changed. */
  move(move: Move): Promise<boolean | undefined>
}

/** How many statements are away at a time: what comes meanwhile shares the next one. */
const MOVES_AT_ONCE = 2

interface Waiting {
  readonly move: Move
  readonly resolve: (moved: Promise<boolean | undefined> | boolean | undefined) => void
  readonly reject: (error: unknown) => void
}

export function gatherMoves({ write }: Pick<Database, "write">): Moves {
  const queue: Waiting[] = []
  let away = 0
  let woken = false
  const alone = async (move: Move): Promise<boolean | undefined> => {
    const [row] = await write.rows(settle, ...move)
    return row?.[0] === "done" ? row[1] === "t" : undefined
  }
  const together = async (batch: readonly Waiting[]): Promise<void> => {
    let rows: readonly Row[] = []
    try {
      rows = await write.rows(settleSeveral, ...valuesOf(batch))
    } catch (error) {
      // It may have been stored: each has to find out for itself, and repeats its own.
      for (const { reject } of batch) reject(error)
      return
    }
    const done = new Map(rows.map((row) => [int(row[0]), bool(row[1])]))
    batch.forEach(({ move, resolve }, at) => resolve(done.get(at + 1) ?? alone(move)))
  }
  const send = async (batch: readonly Waiting[]): Promise<void> => {
    const [first] = batch
    if (first !== undefined && batch.length === 1) await alone(first.move).then(first.resolve, first.reject)
    else await together(batch)
    away -= 1
    flush()
  }
  const flush = (): void => {
    woken = false
    while (queue.length > 0 && away < MOVES_AT_ONCE) {
      away += 1
      void send(queue.splice(0))
    }
  }
  return {
    move: (move) =>
      new Promise((resolve, reject) => {
        queue.push({ move, resolve, reject })
        if (woken) return
        woken = true
        queueMicrotask(flush)
      }),
  }
}

function valuesOf(batch: readonly Waiting[]): readonly Value[] {
  const moves = batch.map(({ move }) => move)
  return [
    textList(moves.map(([group]) => group)),
    numberList(moves.map(([, partition]) => partition)),
    numberList(moves.map(([, , token]) => token)),
    numberList(moves.map(([, , , checkpoint]) => checkpoint)),
    numberList(moves.map(([, , , , dropped]) => dropped)),
    textList(moves.map(([, , , , , lease]) => lease)),
    textList(moves.map(([, , , , , , answer]) => answer)),
  ]
}
