import { createHash } from "node:crypto"

import { Redis } from "ioredis"

import { DEFAULT_PARTITIONS } from "../../../../packages/core/src/backend/index.ts"
import { partitionOf } from "../../../../packages/core/src/stream/partition.ts"
import { append as script } from "../../../../packages/redis/src/lua/append.ts"
import type { AppendTarget, Entry } from "../../harness/append-load.ts"
import { groupedAsync } from "../../harness/grouped-async.ts"
import { timedId } from "../../harness/timed-id.ts"

const TYPE = "item-added"
const LOG = "{millrace}:log"
const SHA = createHash("sha1").update(script).digest("hex")

/**
 * Appends by the very script that Millrace runs, without anything of Millrace around it: a call each, which ioredis sends in one pipeline for all callers
 * of a turn (`pipelined`), or all that came in while a call was away in the next one (`grouped`).
 */
export async function bareAppends(url: string, how: "pipelined" | "grouped"): Promise<AppendTarget> {
  const redis = new Redis(url, { enableAutoPipelining: how === "pipelined" })
  await redis.script("LOAD", script)
  const append = async (entries: readonly Entry[]): Promise<void> => {
    await redis.evalsha(SHA, 1, LOG, "", "", "", "", entries.length, ...entries.flatMap(wordsOf))
  }
  return {
    append: how === "pipelined" ? (entry) => append([entry]) : groupedAsync<Entry>(append),
    stored: () => storedIn(redis),
    async close() {
      await redis.quit()
    },
  }
}

/** One append of one event that expects nothing, as the script reads it. */
function wordsOf(entry: Entry): (string | number)[] {
  const id = timedId(Date.now())
  const body = JSON.stringify({ payload: entry, createdAt: new Date().toISOString() })
  const stream = [entry.stream, partitionOf(entry.stream, DEFAULT_PARTITIONS), "any"]
  return ["one", ...stream, id, TYPE, "e", "", body]
}

/** All entries of all partitions, by position. */
async function storedIn(redis: Redis): Promise<readonly Pick<Entry, "stream" | "number">[]> {
  const found: { readonly position: number; readonly entry: Pick<Entry, "stream" | "number"> }[] = []
  for (let partition = 0; partition < DEFAULT_PARTITIONS; partition += 1)
    for (const [id, fields] of await redis.xrange(`{millrace}:p:${partition}`, "-", "+")) {
      const body: { readonly payload: Entry } = JSON.parse(fields[fields.indexOf("body") + 1] ?? "")
      found.push({ position: Number.parseInt(id, 10), entry: body.payload })
    }
  return found.sort((a, b) => a.position - b.position).map(({ entry }) => entry)
}
