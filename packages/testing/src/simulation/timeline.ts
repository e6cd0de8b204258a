/** Whose event it is: nothing happens to the dead any more, and what happens to one that stands still happens when it goes on. */
export interface Actor {
  readonly dead: boolean
  /** In microseconds; below the present when it does not stand still. */
  readonly stillUntil: number
}

/** What happens, and when, in a simulated world. Times are whole microseconds from its beginning. */
export interface Timeline {
  readonly now: number
  /** Lets something happen after so long. Answers a function that takes it back. */
  after(delay: number, run: () => void, actor?: Actor): () => void
  /** Moves time to the next event and lets it happen. False when nothing will happen any more. */
  step(): boolean
}

interface Event {
  at: number
  number: number
  run: (() => void) | undefined
  readonly actor: Actor | undefined
}

/** Events in the order of their instants, and of one instant in the order they were made. */
export function createTimeline(): Timeline {
  const heap: Event[] = []
  let now = 0
  let made = 0
  const add = (event: Event): void => {
    heap.push(event)
    rise(heap, event)
  }
  return {
    get now() {
      return now
    },
    after(delay, run, actor) {
      const event: Event = { at: now + Math.max(0, Math.round(delay)), number: (made += 1), run, actor }
      add(event)
      return () => {
        event.run = undefined
      }
    },
    step() {
      for (;;) {
        const event = takeFirst(heap)
        if (event === undefined) return false
        const { run, actor } = event
        if (run === undefined || actor?.dead === true) continue
        if (actor !== undefined && actor.stillUntil > event.at) {
          event.at = actor.stillUntil
          event.number = made += 1
          add(event)
          continue
        }
        now = event.at
        run()
        return true
      }
    },
  }
}

function isBefore(one: Event, other: Event): boolean {
  return one.at < other.at || (one.at === other.at && one.number < other.number)
}

function rise(heap: Event[], event: Event): void {
  let at = heap.length - 1
  while (at > 0) {
    const above = (at - 1) >> 1
    const parent = heap[above]
    if (parent === undefined || isBefore(parent, event)) break
    heap[at] = parent
    at = above
  }
  heap[at] = event
}

function takeFirst(heap: Event[]): Event | undefined {
  const first = heap[0]
  const last = heap.pop()
  if (first === undefined || last === undefined || first === last) return first
  let at = 0
  for (;;) {
    const left = heap[2 * at + 1]
    if (left === undefined) break
    const right = heap[2 * at + 2]
    const [child, next] = right !== undefined && isBefore(right, left) ? [right, 2 * at + 2] : [left, 2 * at + 1]
    if (isBefore(last, child)) break
    heap[at] = child
    at = next
  }
  heap[at] = last
  return first
}
