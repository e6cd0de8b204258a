/** Room for so many at a time. */
export interface Room {
  /** How many places nobody has; below zero when more came together than there were. */
  left(): number
  /** Whether somebody has a place. */
  inUse(): boolean
  /** Takes places, to be left one by one; false when none was left. What came together stays together, though fewer are left by now than when it was asked for. */
  take(places: number): boolean
  leave(): void
}

export function createRoom(most: number): Room {
  let taken = 0
  return {
    left: () => most - taken,
    inUse: () => taken > 0,
    take(places) {
      if (taken >= most && places === 1) return false
      taken += places
      return true
    },
    leave() {
      taken -= 1
    },
  }
}
