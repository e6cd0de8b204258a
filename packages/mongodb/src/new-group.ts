import { randomUUID } from "node:crypto"

import type { LoadedGroup, Position, SkipInfo } from "@millrace/core/backend"

import type { GroupState } from "./group-state.ts"
import type { Log } from "./log.ts"

/** The tokens that one group may use before those of the next one begin. */
const TOKENS_EACH = 2 ** 36

/** A group that is not stored yet, with tokens that are no other group's. */
export async function newGroup(
  { database, thinned }: Log,
  loaded: LoadedGroup,
  { trimmedTo, skips = [] }: { readonly trimmedTo: Position; readonly skips?: readonly SkipInfo[] },
): Promise<GroupState> {
  const counted = await database.write(() =>
    database.logs.findOneAndUpdate({ _id: "log" }, { $inc: { groups: 1 } }, { returnDocument: "after" }),
  )
  return {
    ...loaded,
    id: randomUUID(),
    rev: 1,
    floor: trimmedTo,
    thinned,
    way: 0,
    skips,
    tokens: (counted?.groups ?? 1) * TOKENS_EACH,
    partitions: loaded.partitions.map((at) => ({ ...at, repeats: new Map() })),
    edited: new Set(),
    spent: new Set(),
  }
}
