/** A process name for those who gave none: four characters, as Lightbus does. What such a process held waits for its leases to end after a crash. */
export function randomProcessName(newId: () => string): string {
  return newId().replaceAll("-", "").slice(-NAME_LENGTH)
}

const NAME_LENGTH = 4
