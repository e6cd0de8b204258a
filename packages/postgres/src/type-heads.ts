import type { Value } from "./database.ts"
import { numberList, textList } from "./list.ts"

interface Heads {
  readonly number: number
  /** One for each partition, and one for all. */
  readonly offsets: number[]
  commands: number
}

/** The types of the messages that are to be stored, and where the heads of each come to lie. */
export class TypeHeads {
  readonly #partitions: number
  readonly #types = new Map<string, Heads>()

  constructor(partitions: number) {
    this.#partitions = partitions
  }

  /** Notes a message at an offset from the log's head. Answers the number of its type among all, from 1. */
  raise(type: string, partition: number, offset: number, command: boolean): number {
    let heads = this.#types.get(type)
    if (heads === undefined) {
      heads = { number: this.#types.size + 1, offsets: zeros(this.#partitions + 1), commands: 0 }
      this.#types.set(type, heads)
    }
    heads.offsets[partition] = offset
    heads.offsets[this.#partitions] = offset
    if (command) heads.commands += 1
    return heads.number
  }

  /** Names, commands and offsets, as the function `append` takes them. */
  values(): readonly [names: Value, commands: Value, offsets: Value] {
    const raised = [...this.#types.values()]
    return [
      textList([...this.#types.keys()]),
      numberList(raised.map(({ commands }) => commands)),
      numberList(raised.flatMap(({ offsets }) => offsets)),
    ]
  }
}

function zeros(count: number): number[] {
  const numbers = [0]
  while (numbers.length < count) numbers.push(0)
  return numbers
}
