import type { Append, Verdict } from "./append.ts"
import type { Capabilities } from "./capabilities.ts"
import type { ClaimRequest, Idle, Lease, Slice } from "./claim.ts"
import type { DocumentQuery, KeyedDocument } from "./document.ts"
import type { Ensured, GroupSpec } from "./group.ts"
import type { Operator } from "./operator.ts"
import type { Beat, Pulse } from "./process.ts"
import type { ReadPage, ReadQuery } from "./read.ts"
import type { Promotion } from "./schedule.ts"
import type { Settled, Settlement } from "./settle.ts"
import type { Listening, Wake } from "./wake.ts"

/**
 * What a message needs of a storage. A backend stores and hands out; it runs no loop of ours, retries nothing, logs nothing, validates
 * no payload and never interprets an action. Everything thrown is a `BackendError`. Calls may run side by side. `Tx` is the storage's own handle,
 * given to users' work inside a settle.
 */
export interface Backend<Tx = unknown> {
  readonly capabilities: Capabilities
  readonly operator: Operator

  /** Creates what the log needs, or brings an older format up to date. Safe to run from several processes at once, and again. `dryRun` changes nothing and lists the steps. */
  migrate(options?: { readonly dryRun?: boolean }): Promise<Migration>

  /** Ends everything this object opened, listening included; what its user passed in stays open. Calls after it throw `closed`. Closing twice is fine. */
  close(): Promise<void>

  /**
   * Stores appends, each atomic, with one verdict each, as if they had run one by one in the order given: a later one sees the earlier ones.
   * One append's refusal or conflict never touches its neighbours. Positions rise in commit order: whoever reads position n sees everything below it, for ever.
   * Versions count events only, without gaps. `recordedAt` comes from the storage's clock and never falls along positions.
   * Throws for the call as a whole only when nothing of it was written, or with `outcome-unknown`. Calls that overlap land in any order, or in the one they were
   * made in where the backend says so (`appendsAtOnce`).
   */
  append(appends: readonly Append[]): Promise<readonly Verdict[]>

  /** Reads messages; never waits for a writer. */
  read(query: ReadQuery): Promise<ReadPage>

  /** Reads keyed documents. */
  documents(query: DocumentQuery): Promise<readonly KeyedDocument[]>

  /** Creates a group, or adds types to it. A type added to an existing group is delivered above the head of that moment only. Types that no live process wants leave the group (see `TYPE_GRACE_MS`). */
  ensureGroup(spec: GroupSpec): Promise<Ensured>

  /**
   * Leases the neediest free partition (the one whose oldest waiting message is oldest), or due lanes, of the groups named, and reads its next messages.
   * At most one lease per partition and per lane at a time; an expired lease may be taken over, which is counted. A lane slice holds
   * only messages at or below the partition's checkpoint of that moment. Costs nothing that grows with the log; passes each unwanted message at most once per group.
   * What a process of the same name held before comes first, and while it is reserved for that name nobody else gets it (see `Beat`). Which is neediest may be what was so up to a second ago; `idle` is true of now: when nothing waits. Of no groups it is always `idle`, and changes nothing: that tells the storage's clock, and when a schedule falls due. Throws `not-found` for a group that was never ensured.
   */
  claim(request: ClaimRequest): Promise<Slice | Idle>

  /** Lengthens a lease to `leaseMs` from now; never shortens it. False when it, or its owner's name, has passed to somebody else: stop working on it. An expired lease that nobody took is still yours. */
  extend(lease: Lease, leaseMs: number): Promise<boolean>

  /**
   * Stores what became of a slice. Judges first whether it is a repetition: the same settlement again (same lease) changes nothing and answers the
   * same, while it is among the last `REPEATS_KEPT` of its partition. Then the token, never the expiry. Then throws `invalid` for what no slice could
   * have led to: two parts of one key, a part that is of no leased lane (partition leases: whose lane is open), a checkpoint missing or below the stored one, `hold` or
   * `single` in a group of another order than `log`. After it every wake-up that its messages deserve is on its way.
   */
  settle(settlement: Settlement<Tx>): Promise<Settled>

  /** Appends the schedules that are due on the storage's clock, in order of (due, number), at most `limit`; each exactly once however many processes promote. */
  promote(limit: number): Promise<Promotion>

  /** Tells the log that this process lives, goes, or wants its name. */
  heartbeat(beat: Beat): Promise<Pulse>

  /** Calls back when something may have changed, through any process. The callback must not throw. */
  listen(onWake: (wake: Wake) => void): Promise<Listening>
}

/** What `migrate` did, or with `dryRun` would do: one readable step each, empty when there is nothing to do. */
export interface Migration {
  readonly steps: readonly string[]
  readonly format: number
}
