import type { Position } from "../message/ids.ts"
import type { GroupOrder } from "../stream/group-order.ts"
import type { StartPoint } from "../stream/start-point.ts"
import type { Owner } from "./process.ts"

export type { GroupOrder } from "../stream/group-order.ts"
export type { StartPoint } from "../stream/start-point.ts"

/** What a process wants of a group. */
export interface GroupSpec {
  readonly group: string
  readonly order: GroupOrder
  /** Used when the group is created, and never again. */
  readonly start: StartPoint
  /** The types this process handles for the group. */
  readonly types: readonly string[]
  readonly owner: Owner
  /**
   * The most open lanes (retrying and parked). A settle that leaves more of them than that, and more of its partition than it found, stops the group: one that
   * was started again, or whose bound was lowered, goes on and works its lanes off as long as no more open.
   */
  readonly maxLanes: number
}

/** What `ensureGroup` found or made. */
export type Ensured =
  | {
      readonly kind: "ensured"
      readonly created: boolean
      /** Types that joined an existing group now: delivered from `since` on; `passedOver` older messages are not, until a reset names the type. */
      readonly added: readonly AddedType[]
      /** Types that the group wants and this process lacks: it gets no slice that reaches beyond the first waiting message of one of them. */
      readonly missing: readonly string[]
    }
  /** The group exists with another order: nothing was changed. */
  | { readonly kind: "order-differs"; readonly stored: GroupOrder }

/** A type that joined a group after the group's creation. */
export interface AddedType {
  readonly type: string
  readonly since: Position
  readonly passedOver: number
}
