import { partitionOf } from "@millrace/core/backend"

import { SITE_PARTITIONS } from "./site-partitions.ts"

/** What the streams begin with that a scenario has in one slice. */
const TOGETHER = ["good", "bad", "late", "lane", "free"] as const

/** A name that begins like this, for a round: the streams that are to come in one slice are in one partition. */
export function nameInOnePartition(begin: string): string {
  for (let at = 0; ; at += 1) {
    const name = `${begin}-${at}`
    if (new Set(TOGETHER.map((one) => partitionOf(`${one}-${name}`, SITE_PARTITIONS))).size === 1) return name
  }
}
