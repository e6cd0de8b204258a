import type { Backend } from "../backend/backend.ts"
import { keptIn } from "../reactor/projector/kept-document.ts"

/** What a state-stored projector keeps in Millrace. */
export interface Projection<State> {
  /** The state under a stream id (or key); `undefined` when nothing was projected there. */
  get(id: string): Promise<State | undefined>
  /** A page by id, in code-unit order. */
  list(options?: {
    readonly after?: string
    readonly limit?: number
  }): Promise<readonly { readonly id: string; readonly state: State }[]>
}

/** How many states a page holds unless asked otherwise. */
const PAGE = 1_000

/** Reads the states in a collection. Their type is the projector's, which wrote them. */
export function projectionOf<State>(backend: Backend<never>, collection: string): Projection<State>
export function projectionOf(backend: Backend<never>, collection: string): Projection<unknown> {
  return {
    async get(id) {
      const [found] = await backend.documents({ collection, ids: [id] })
      return found === undefined ? undefined : keptIn(found.value).state
    },
    async list({ after, limit = PAGE } = {}) {
      const page = await backend.documents({ collection, limit, ...(after === undefined ? {} : { after }) })
      return page.map(({ id, value }) => ({ id, state: keptIn(value).state }))
    },
  }
}
