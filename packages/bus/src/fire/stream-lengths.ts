import { type AnyApp, type Logger, TRIM_LIMIT } from "@millrace/core"

/** A stream's length is looked at again once so many more events were fired to it: a share of what it may keep, within bounds. */
const SHARE = 10
const FEWEST_FIRED = 10

/** Trims of one stream that follow one another before others get their turn; what is left goes after the next events. */
const MOST_TRIMS = 100

/** What is kept in mind of a category of streams. */
interface Length {
  readonly max: number
  /** Fired since its length was last looked at. */
  fired: number
  /** Whether this process has looked at it at all. */
  looked: boolean
  /** Whether something was fired since `settle` looked at it. */
  unsettled: boolean
}

/**
 * Keeps the streams of APIs to their `max_stream_length`: when enough was fired, the oldest events of the API (or the event) are trimmed away in the background,
 * as far as every group has settled them. So a stream is now and then longer than that, never shorter by a trim. Any process may trim: what one has removed,
 * another does not find.
 */
export class StreamLengths {
  readonly #lengths = new Map<string, Length>()
  readonly #trim: AnyApp["trimCategory"]
  readonly #logger: Logger
  readonly #isReady: () => boolean
  #trimming: Promise<void> | undefined

  /** `isReady`: whether the groups of this service's listeners exist. Before, nobody holds back what they are to get. */
  constructor(
    trim: AnyApp["trimCategory"],
    { logger, isReady }: { readonly logger: Logger; readonly isReady: () => boolean },
  ) {
    this.#trim = trim
    this.#logger = logger
    this.#isReady = isReady
  }

  /** An event was fired to a category of streams. */
  fired(category: string, max: number): void {
    const length = this.#lengths.get(category) ?? { max, fired: 0, looked: false, unsettled: false }
    this.#lengths.set(category, length)
    length.fired += 1
    length.unsettled = true
    if (isDue(length) && this.#isReady()) this.#trimming ??= this.#trimDue()
  }

  /** Looks at every stream that something was fired to since it did so last. */
  async settle(): Promise<void> {
    await this.ended()
    for (const [category, length] of this.#lengths) {
      if (!length.unsettled) continue
      length.unsettled = false
      await this.#trimOne(category, length)
    }
  }

  /** Waits until no trim is under way. */
  async ended(): Promise<void> {
    while (this.#trimming !== undefined) await this.#trimming
  }

  async #trimDue(): Promise<void> {
    for (;;) {
      const [category, length] = [...this.#lengths].find(([, one]) => isDue(one)) ?? []
      if (category === undefined || length === undefined) break
      await this.#trimOne(category, length)
    }
    this.#trimming = undefined
  }

  /** A trim that fails costs nothing but room: the next one removes what it has not. */
  async #trimOne(category: string, length: Length): Promise<void> {
    length.fired = 0
    length.looked = true
    try {
      for (let trims = 0; trims < MOST_TRIMS; trims += 1) {
        const { removed, more } = await this.#trim(category, { keep: length.max })
        if (removed === 0 || !more) return
      }
    } catch (error) {
      this.#logger.warn({ err: error, category }, "a stream could not be kept to its max_stream_length")
    }
  }
}

function isDue({ looked, fired, max }: Length): boolean {
  return !looked || fired >= fewestOf(max)
}

/** How many events are fired between two looks. */
function fewestOf(max: number): number {
  return Math.min(Math.max(Math.ceil(max / SHARE), FEWEST_FIRED), TRIM_LIMIT)
}
