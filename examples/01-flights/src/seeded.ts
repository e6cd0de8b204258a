import { createHash } from "node:crypto"

import type { MessageSource } from "@millrace/core"

/** Numbers from a seed, each by name: the same seed and name give the same number, from 0 below 1. */
export function fractionOf(seed: number, name: string): number {
  return digest(seed, name).readUInt32BE() / 2 ** 32
}

/** The machine's clock, with ids that follow from the seed: UUIDs of version 7 whose time is that of the data set. */
export function seededSource(seed: number): MessageSource {
  let made = 0
  return {
    now: () => Date.now(),
    newId() {
      made += 1
      const time = (DATA_SET_BEGINS + made).toString(16).padStart(12, "0")
      const hex = digest(seed, `id ${made}`).toString("hex")
      return `${time.slice(0, 8)}-${time.slice(8)}-7${hex.slice(0, 3)}-a${hex.slice(3, 6)}-${hex.slice(6, 18)}`
    },
  }
}

const DATA_SET_BEGINS = Date.UTC(2001, 0, 1)

function digest(seed: number, name: string): Buffer {
  return createHash("sha256").update(`${seed} ${name}`).digest()
}
