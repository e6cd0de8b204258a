import type { LoadedLane } from "../rules/loaded-group.ts"
import { storedCopy } from "./stored-copy.ts"

/** Lanes by key. The messages they keep are copied as those of the log are. */
export function ownLanes(lanes: Iterable<LoadedLane>): Map<string, LoadedLane> {
  return new Map([...lanes].map((lane) => [lane.key, withOwnCopy(lane)]))
}

function withOwnCopy({ kept, ...lane }: LoadedLane): LoadedLane {
  return kept === undefined ? lane : { ...lane, kept: storedCopy(kept, { ...kept, version: kept.version }) }
}
