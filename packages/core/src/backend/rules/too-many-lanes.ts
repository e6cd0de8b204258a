import type { StopReason } from "../settle.ts"

/** Why a group is stopped that has more lanes open than it may. */
export function tooManyLanes(open: number, maxLanes: number): StopReason {
  return { reason: "max-lanes", error: `${open} lanes are open, at most ${maxLanes} may be: see what fails first` }
}
