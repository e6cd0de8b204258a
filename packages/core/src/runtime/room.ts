/** Room for so many at a time. */
export interface Room {
  /** Takes a place, to be left again; false when there is none. */
  take(): boolean
  leave(): void
}

export function createRoom(most: number): Room {
  let taken = 0
  return {
    take() {
      if (taken >= most) return false
      taken += 1
      return true
    },
    leave() {
      taken -= 1
    },
  }
}
